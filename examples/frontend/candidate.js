// What a candidate reads and does here with the token of a link.

import { newKey, Refused, tagged, told } from "./programme.js";

/** @import { ApplicationChange, Position, Programme, WithdrawalReason } from "./programme.js" */
/** @typedef {ReturnType<typeof asCandidate>} Candidate */
/** @typedef {"acceptance" | "decline"} Answer */

/**
 * @param {Programme} programme
 * @param {string} id
 */
export function asCandidate({ intake, matching, scheduling, notifications }, id) {
  const own = { params: { path: { candidate_id: id } } };
  const person = { params: { path: { person_id: id } } };
  /** @type {Map<string, Position | undefined>} */
  const positions = new Map();

  return {
    async applications() {
      return (await told(intake.GET("/candidates/{candidate_id}/applications", own))).items;
    },

    /** Each with its position, which is asked for once, and absent when it is not open any more. */
    async matches() {
      const matches = await all((query) => {
        return told(matching.GET("/candidates/{candidate_id}/matches", { params: { ...own.params, query } }));
      });
      for (const { position_id } of matches) {
        if (!positions.has(position_id)) positions.set(position_id, await this.position(position_id));
      }
      return matches.map((match) => ({ ...match, position: positions.get(match.position_id) }));
    },

    /** @param {string} position_id */
    position(position_id) {
      return told(matching.GET("/positions/{position_id}", { params: { path: { position_id } } })).catch((error) => {
        if (error instanceof Refused && error.problem.type === "not-found") return undefined;
        throw error;
      });
    },

    offers() {
      return all((query) => {
        return told(matching.GET("/candidates/{candidate_id}/offers", { params: { ...own.params, query } }));
      });
    },

    agenda() {
      return told(scheduling.GET("/agendas/{person_id}", person));
    },

    async letters() {
      return (await told(notifications.GET("/inbox/{person_id}", person))).items;
    },

    /** @param {string} application_id */
    application(application_id) {
      return tagged(intake.GET("/applications/{application_id}", { params: { path: { application_id } } }));
    },

    /** @param {string} application_id @param {string} etag @param {ApplicationChange} body */
    change(application_id, etag, body) {
      const params = { path: { application_id }, header: { "If-Match": etag } };
      return tagged(intake.PATCH("/applications/{application_id}", { params, body }));
    },

    /** @param {string} match_id @param {Answer} answer */
    answerMatch(match_id, answer) {
      const sent = { params: { path: { match_id } }, headers: newKey() };
      return answer === "acceptance"
        ? told(matching.POST("/matches/{match_id}/acceptance", sent))
        : told(matching.POST("/matches/{match_id}/decline", sent));
    },

    /** @param {string} offer_id @param {Answer} answer */
    answerOffer(offer_id, answer) {
      const sent = { params: { path: { offer_id } }, headers: newKey() };
      return answer === "acceptance"
        ? told(matching.POST("/offers/{offer_id}/acceptance", sent))
        : told(matching.POST("/offers/{offer_id}/decline", sent));
    },

    /** @param {string} visit_id @param {Answer | "cancellation"} answer */
    answerSeat(visit_id, answer) {
      const sent = { params: { path: { visit_id, candidate_id: id } }, headers: newKey() };
      if (answer === "acceptance") {
        return told(scheduling.POST("/visits/{visit_id}/seats/{candidate_id}/acceptance", sent));
      }
      return answer === "decline"
        ? told(scheduling.POST("/visits/{visit_id}/seats/{candidate_id}/decline", sent))
        : told(scheduling.POST("/visits/{visit_id}/seats/{candidate_id}/cancellation", sent));
    },

    /** Have everything deleted that is known of them. Done is done: asked again, it is the same. */
    erase() {
      return told(intake.DELETE("/candidates/{candidate_id}", own));
    },

    /** @param {string} application_id @param {WithdrawalReason} reason */
    withdraw(application_id, reason) {
      const sent = { params: { path: { application_id } }, headers: newKey(), body: { reason } };
      return told(intake.POST("/applications/{application_id}/withdrawal", sent));
    },
  };
}

/**
 * Every item of a list, page after page.
 *
 * @template Item
 * @param {(query: { cursor?: string }) => Promise<{ items: Item[], next?: string }>} read
 */
async function all(read) {
  /** @type {Item[]} */
  const items = [];
  for (let query = {}; ; ) {
    const page = await read(query);
    items.push(...page.items);
    if (page.next === undefined) return items;
    query = { cursor: page.next };
  }
}
