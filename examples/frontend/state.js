// Drawing somebody's own page from what the services have said so far.

import * as cards from "./cards.js";
import { byId, element } from "./elements.js";
import { texts } from "./language.js";
import { next } from "./next.js";

/** @import { Answer, Candidate } from "./candidate.js" */
/** @import { WithdrawalReason } from "./programme.js" */

/**
 * @template {keyof Candidate} Read
 * @typedef {Awaited<ReturnType<Candidate[Read]>>} Answered
 */

/**
 * @typedef {object} Known
 * @property {Answered<"applications">} [applications] the newest first
 * @property {Answered<"matches">} [matches] the best first
 * @property {Answered<"offers">} [offers]
 * @property {Answered<"agenda">} [agenda]
 * @property {Answered<"letters">} [letters] the newest first
 */

/**
 * @typedef {object} Acts What the buttons do.
 * @property {(id: string, answer: Answer) => unknown} match
 * @property {(id: string, answer: Answer) => unknown} offer
 * @property {(id: string, answer: Answer | "cancellation") => unknown} seat
 * @property {(id: string, reason: WithdrawalReason) => unknown} withdraw
 */

/**
 * @param {Known} known
 * @param {Acts} acts
 */
export function drawState(known, acts) {
  const { applications, matches = [], offers = [], agenda, letters = [] } = known;
  const application = applications?.[0];
  if (application === undefined) {
    byId("state").textContent = applications ? texts.next.nothing : texts.round.looking;
    return;
  }
  const position = (/** @type {string} */ id) => matches.find((match) => match.match_id === id)?.position;
  const titles = texts.mine;
  const open = offers.some((offer) => offer.state === "accepted") ? [] : matches; // who is hired needs no other work
  replace([
    cards.nextCard(next(application, matches, offers, agenda)),
    cards.part(titles.offers, offers.map((offer) => cards.offerCard(offer, position(offer.match_id), acts.offer))),
    cards.part(titles.visits, (agenda?.seats ?? []).map((seat) => cards.seatCard(seat, acts.seat))),
    cards.part(titles.move, (agenda?.relocations ?? []).map(cards.moveCard)),
    cards.part(titles.planned, cards.plannedList(agenda)),
    cards.part(titles.proposals, open.map((match) => cards.matchCard(match, match.position, acts.match))),
    cards.part(titles.letters, letters.map(cards.letterCard)),
    cards.part(titles.application, [cards.applicationCard(application, acts.withdraw)]),
  ]);
}

/**
 * Put new parts in place of the old, and leave as they were: the focus, what was opened, and what was chosen.
 *
 * @param {(HTMLElement | undefined)[]} parts
 */
function replace(parts) {
  const state = byId("state");
  const focused = document.activeElement?.id ?? "";
  const open = [...state.querySelectorAll("details[open]")].map((one) => one.id);
  const chosen = [...state.querySelectorAll("select")].map(({ id, value }) => ({ id, value }));
  state.replaceChildren(...parts.filter((part) => part !== undefined));
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const { id, value } of chosen) {
    const list = document.getElementById(id);
    if (list instanceof HTMLSelectElement) list.value = value;
  }
  if (document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
}
