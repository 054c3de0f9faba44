// Somebody's own page: their state, what comes next, and their answers to what waits for one. Each service is watched
// by itself, so that one that is away takes nothing from the page but what it alone knows.

import { asCandidate } from "./candidate.js";
import { offerToChange } from "./change.js";
import { byId, focusOn, show } from "./elements.js";
import { offerToErase } from "./erase.js";
import { say, texts } from "./language.js";
import { attempt } from "./problems.js";
import { Refused } from "./programme.js";
import { drawState } from "./state.js";
import { watch } from "./watch.js";

/** @import { Programme } from "./programme.js" */
/** @import { Acts, Known } from "./state.js" */

/** @type {ReturnType<typeof watch>[]} */
let watches = [];

/** Draw the page again, as in another language. */
export let redraw = () => {};

/**
 * @param {Programme} programme
 * @param {string} candidateId
 * @param {() => void} signedOut is called when the token has run out
 */
export function showMine(programme, candidateId, signedOut) {
  const candidate = asCandidate(programme, candidateId);
  /** @type {Known} */
  const known = {};
  /** @type {Acts} */
  const acts = {
    match: (id, answer) => act(id, answer, () => candidate.answerMatch(id, answer)),
    offer: (id, answer) => act(id, answer, () => candidate.answerOffer(id, answer)),
    seat: (id, answer) => act(id, answer, () => candidate.answerSeat(id, answer)),
    withdraw: (id, reason) => act(id, "withdrawal", () => candidate.withdraw(id, reason)),
  };

  stopWatching();
  redraw = () => drawState(known, acts);
  redraw();
  say("done", () => "");
  offerToChange(candidate, () => known.applications?.[0]?.application_id);
  offerToErase(candidate);
  show("mine");
  focusOn("mine");
  watches = [
    keep("applications", () => candidate.applications()),
    keep("matches", () => candidate.matches()),
    keep("offers", () => candidate.offers()),
    keep("agenda", () => candidate.agenda()),
    keep("letters", () => candidate.letters()),
  ];

  /**
   * Read something again and again, and draw the page when it has changed. What goes wrong while nobody has done
   * anything is tried again later; only a token that has run out is told.
   *
   * @template {keyof Known} Part
   * @param {Part} part
   * @param {() => Promise<Known[Part]>} read
   */
  function keep(part, read) {
    return watch(async () => {
      try {
        const before = JSON.stringify(known[part]);
        known[part] = await read();
        if (JSON.stringify(known[part]) === before) return false;
        redraw();
        return true;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.problem.type === "unauthenticated") signedOut();
        return false;
      }
    });
  }
}

export function stopWatching() {
  for (const one of watches) one.stop();
  watches = [];
}

/**
 * Do what a button says, say that it is done, and look what has come of it.
 *
 * @param {string} id of the card that the button stands on, which gets the focus: the button may be gone
 * @param {keyof typeof texts.done} verb
 * @param {() => Promise<unknown>} send
 */
async function act(id, verb, send) {
  say("done", () => "");
  await attempt(byId("mine"), async () => {
    await send();
    say("done", () => texts.done[verb]);
    byId(id).focus();
  });
  for (const one of watches) one.now();
}
