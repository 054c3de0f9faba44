// What comes next for somebody: decided from what the services say, and said in words.

import { dated, fill, texts, timed, worded } from "./language.js";

/** @import { Agenda, ApplicationSummary, Match, Offer } from "./programme.js" */

/**
 * @param {ApplicationSummary} application the newest
 * @param {Match[]} matches
 * @param {Offer[]} offers
 * @param {Agenda | undefined} agenda
 */
export function next(application, matches, offers, agenda) {
  const { next: words } = texts;
  if (application.state === "waitlisted") return fill(words.waitlisted, { place: application.waitlist_place });
  if (application.state === "repeat" || application.state === "erased") return words.nothing;
  if (application.state !== "shortlisted") return worded(words, application.state) ?? words.nothing;
  return hired(offers, agenda) ?? asked(matches, offers, agenda) ?? waiting(matches, agenda);
}

/**
 * @param {Offer[]} offers
 * @param {Agenda | undefined} agenda
 */
function hired(offers, agenda) {
  if (!offers.some((offer) => offer.state === "accepted")) return undefined;
  const move = agenda?.relocations.find((one) => one.state !== "cancelled");
  if (move === undefined) return texts.next.hired;
  return move.state === "relocated" ? texts.next.arrived : fill(texts.next.moving, { date: dated(move.starts_on) });
}

/**
 * What waits for an answer, the most important first.
 *
 * @param {Match[]} matches
 * @param {Offer[]} offers
 * @param {Agenda | undefined} agenda
 */
function asked(matches, offers, agenda) {
  const offer = offers.find((one) => one.state === "open");
  if (offer !== undefined) return fill(texts.next.offer, { date: timed(offer.expires_at) });
  const seat = agenda?.seats.find((one) => one.state === "offered");
  if (seat !== undefined) return fill(texts.next.seat, { date: timed(seat.expires_at) });
  const count = matches.filter((match) => match.state === "proposed" && !match.accepted_by_candidate).length;
  return count > 0 ? fill(texts.next.proposals, { count }) : undefined;
}

/**
 * @param {Match[]} matches
 * @param {Agenda | undefined} agenda
 */
function waiting(matches, agenda) {
  const seat = agenda?.seats.find((one) => one.state === "booked" || one.state === "attended");
  if (seat?.state === "booked") return fill(texts.next.visit, { date: dated(seat.starts_on) });
  if (seat?.state === "attended") return texts.next.visited;
  if (matches.some((match) => match.state === "made")) return texts.next.made;
  return matches.some((match) => match.state === "proposed") ? texts.next.firms : texts.next.search;
}
