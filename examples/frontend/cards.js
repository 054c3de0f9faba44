// How each thing that is somebody's own is shown: what it is, its state in words, and what can be done about it.

import { element } from "./elements.js";
import { dated, fill, texts, timed, wordsFor, yen } from "./language.js";

/** @import { Answer } from "./candidate.js" */
/** @import { Agenda, ApplicationSummary, Letter, Match, Move, Offer, Position } from "./programme.js" */
/** @import { Seat, Step, WithdrawalReason } from "./programme.js" */
/** @import { Child } from "./elements.js" */

const SHOWN = 5; // of what is planned

/**
 * @param {string} heading
 * @param {HTMLElement[]} cards
 */
export function part(heading, cards) {
  return cards.length === 0 ? undefined : element("section", {}, element("h3", {}, heading), ...cards);
}

/** @param {string} words */
export function nextCard(words) {
  return element("section", { class: "next" }, element("h3", {}, texts.mine.next), element("p", {}, words));
}

/**
 * @param {Match} match
 * @param {Position | undefined} position absent where it is not open any more
 * @param {(id: string, answer: Answer) => unknown} act
 */
export function matchCard(match, position, act) {
  const { match: words } = texts;
  const { match_id: id, accepted_by_candidate: accepted } = match;
  const over = match.state === "ended";
  const helps = whatHelps(match).join(" · ");
  const asks = position?.requirements;
  const terms = asks && { from: yen(asks.salary_min), to: yen(asks.salary_max), date: dated(asks.starts_on) };
  return card(
    id,
    titleOf(position),
    stateOf(match),
    terms && element("p", {}, fill(words.terms, terms)),
    over || helps === "" ? undefined : element("p", { class: "help" }, fill(words.why, { reasons: helps })),
    over || accepted ? undefined : buttons(id, act, { acceptance: words.accept, decline: words.decline }),
    over || !accepted || match.offer_id ? undefined : buttons(id, act, { decline: words.decline }),
  );
}

/** What speaks for it, each thing once; a wish that is a skill is told as that skill. @param {Match} match */
function whatHelps({ reasons }) {
  const told = reasons
    .filter(({ code, skill, points }) => points > 0 && (skill || !code.startsWith("skill")))
    .map(({ code, skill }) => fill(wordsFor(texts.reason, code === "wish" && skill ? "skill" : code), { skill }));
  return [...new Set(told)];
}

/** @param {Match} match */
function stateOf(match) {
  const { match: words } = texts;
  if (match.state === "ended") return wordsFor(words.ended, match.ended_by ?? "programme");
  if (match.state === "made") return words.made;
  if (match.accepted_by_candidate) return words.accepted;
  return match.accepted_by_firm ? words.wanted : words.waits;
}

/**
 * @param {Offer} offer
 * @param {Position | undefined} position
 * @param {(id: string, answer: Answer) => unknown} act
 */
export function offerCard(offer, position, act) {
  const { offer: words } = texts;
  return card(
    offer.offer_id,
    titleOf(position),
    fill(wordsFor(words, offer.state), { date: timed(offer.expires_at) }),
    element("p", {}, fill(words.terms, { salary: yen(offer.salary), date: dated(offer.starts_on) })),
    offer.state === "open"
      ? buttons(offer.offer_id, act, { acceptance: words.accept, decline: words.decline })
      : undefined,
  );
}

/**
 * @param {Seat} seat
 * @param {(id: string, answer: Answer | "cancellation") => unknown} act
 */
export function seatCard(seat, act) {
  const { seat: words } = texts;
  const id = seat.visit_id;
  return card(
    id,
    fill(words.title, { from: dated(seat.starts_on), to: dated(seat.ends_on) }),
    fill(wordsFor(words, seat.state), { date: timed(seat.expires_at) }),
    seat.state === "booked" ? stepList(seat.steps) : undefined,
    seat.state === "offered" ? buttons(id, act, { acceptance: words.accept, decline: words.decline }) : undefined,
    seat.state === "booked" ? buttons(id, act, { cancellation: words.cancel }) : undefined,
  );
}

/** @param {Move} move */
export function moveCard(move) {
  const { move: words } = texts;
  const title = fill(words.title, { date: dated(move.starts_on) });
  return card(move.relocation_id, title, wordsFor(words, move.state), stepList(move.steps));
}

/** The next few things that are planned. @param {Agenda | undefined} agenda */
export function plannedList(agenda) {
  const { planned: words } = texts;
  const lessons = agenda?.lesson_plans.flatMap((plan) => plan.lessons) ?? [];
  const coming = [
    ...(agenda?.interviews ?? [])
      .filter((one) => one.state === "scheduled")
      .map(({ starts_at, place }) => ({ starts_at, text: fill(words.interview, { place }) })),
    ...(agenda?.showcases ?? [])
      .filter((one) => one.state === "scheduled")
      .map(({ starts_at, place }) => ({ starts_at, text: fill(words.showcase, { place }) })),
    ...lessons
      .filter((one) => one.attended === undefined)
      .map(({ starts_at }) => ({ starts_at, text: words.lesson })),
  ].sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at));
  if (coming.length === 0) return [];
  const lines = coming.slice(0, SHOWN).map(({ starts_at, text }) => at(starts_at, text));
  if (coming.length > SHOWN) lines.push(fill(words.more, { count: coming.length - SHOWN }));
  return [element("ul", {}, ...lines.map((line) => element("li", {}, line)))];
}

/** @param {Letter} letter */
export function letterCard(letter) {
  const summary = element("summary", {}, at(letter.at, letter.subject ?? ""));
  return element("details", { id: letter.message_id }, summary, element("p", { class: "letter" }, letter.text));
}

/** @param {string} when @param {string} what */
function at(when, what) {
  return fill(texts.mine.line, { when: timed(when), what });
}

/**
 * @param {ApplicationSummary} application
 * @param {(id: string, reason: WithdrawalReason) => unknown} withdraw
 */
export function applicationCard({ application_id: id, state, applied_at }, withdraw) {
  const sent = fill(texts.mine.applied, { date: timed(applied_at) });
  const goesOn = state === "applied" || state === "waitlisted" || state === "shortlisted";
  return card(id, sent, wordsFor(texts.state, state), goesOn ? withdrawal(id, withdraw) : undefined);
}

/**
 * @param {string} id
 * @param {(id: string, reason: WithdrawalReason) => unknown} withdraw
 */
function withdrawal(id, withdraw) {
  const { withdraw: words } = texts;
  const options = Object.entries(texts.withdrawal).map(([value, text]) => element("option", { value }, text));
  const reason = element("select", { id: "reason" }, ...options);
  const click = () => withdraw(id, /** @type {WithdrawalReason} */ (reason.value));
  return element(
    "details",
    { id: "withdraw" },
    element("summary", {}, words.title),
    element("p", {}, words.text),
    element("div", { class: "field" }, element("label", { for: "reason" }, words.reason), reason),
    element("button", { type: "button", class: "grave", click }, words.button),
  );
}

/**
 * @param {string} id of the thing
 * @param {string} title
 * @param {string} state
 * @param {...Child} more
 */
function card(id, title, state, ...more) {
  const heading = element("h4", { id, tabindex: "-1" }, title);
  return element("article", {}, heading, element("p", { class: "state" }, state), ...more);
}

/**
 * @template {string} Verb
 * @param {string} id of the card, whose title says what they are about
 * @param {(id: string, verb: Verb) => unknown} act
 * @param {Partial<Record<Verb, string>>} words what they say
 */
function buttons(id, act, words) {
  const made = Object.entries(words).map(([verb, word]) => {
    const click = () => act(id, /** @type {Verb} */ (verb));
    const kind = verb === "acceptance" ? "" : "quiet";
    const attributes = { type: "button", id: `${verb}-${id}`, class: kind, "aria-describedby": id };
    return element("button", { ...attributes, click }, /** @type {string} */ (word));
  });
  return element("p", { class: "buttons" }, ...made);
}

/** @param {Position | undefined} position */
function titleOf(position) {
  if (position === undefined) return texts.match.gone;
  return fill(texts.match.title, { title: position.requirements.title, firm: position.firm_name });
}

/** @param {Step[]} steps */
function stepList(steps) {
  if (steps.length === 0) return undefined;
  const { steps: words } = texts;
  const lines = steps.map(({ step, done, due_on, owner }) => {
    const when = done ? words.done : fill(words.due, { date: dated(due_on) });
    const name = wordsFor(words.names, step);
    return element("li", {}, fill(words.line, { step: name, owner: words[owner] ?? owner, when }));
  });
  return element("div", {}, element("h5", {}, words.title), element("ul", {}, ...lines));
}
