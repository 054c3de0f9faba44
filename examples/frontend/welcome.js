// What anyone can do: see the open round, apply in it, and ask for a new link.

import { byId, focusOn, show } from "./elements.js";
import { application } from "./form.js";
import { dated, fill, say, texts } from "./language.js";
import { attempt } from "./problems.js";
import { newKey, Refused, told } from "./programme.js";

/** @import { Programme } from "./programme.js" */

/** What was sent last. Its key goes with it again after a lost answer, and with nothing else. */
let sent = { text: "", key: newKey() };

/** @param {Programme} programme */
export async function welcome({ intake }) {
  say("round", () => texts.round.looking);
  show("welcome", "again");
  const round = await told(intake.GET("/rounds/current")).catch(withoutRound);
  byId("application").hidden = round === undefined;
  say("round", () => (round ? texts.round.open : texts.round.closed));
  say("round-text", () => {
    if (round === undefined) return texts.round.closedText;
    return fill(round.has_places ? texts.round.places : texts.round.waitlist, { date: dated(round.closes_on) });
  });
}

/** @param {unknown} error */
function withoutRound(error) {
  if (error instanceof Refused && error.problem.type === "no-round-open") return undefined;
  throw error;
}

/** @param {Programme} programme */
export async function apply({ intake }) {
  await attempt(byId("application"), async () => {
    const body = application();
    const text = JSON.stringify(body);
    if (text !== sent.text) sent = { text, key: newKey() };
    const { state } = await told(intake.POST("/applications", { params: { header: sent.key }, body }));
    const words = state === "waitlisted" ? "waitlisted" : "applied";
    say("sent-text", () => fill(texts.sent[words], { email: body.contact.email }));
    show("sent");
    focusOn("sent");
  });
}

/** @param {Programme} programme */
export async function requestLink({ intake }) {
  say("link-sent", () => "");
  await attempt(byId("again"), async () => {
    const email = /** @type {HTMLInputElement} */ (byId("email")).value;
    await told(intake.POST("/links", { body: { email }, headers: newKey() }));
    say("link-sent", () => texts.link.sent);
  });
}
