// The programme's services, on the types that are generated from their OpenAPI (examples/client). The compiler checks
// every path, parameter, body and answer: `npm run compile` in examples/.

import { patiently } from "./patience.js";
import createClient from "./vendor/openapi-fetch.js";

/** @import { Client } from "openapi-fetch" */
/** @import { components as IntakeParts, paths as Intake } from "../client/intake.d.ts" */
/** @import { components as MatchingParts, paths as Matching } from "../client/matching.d.ts" */
/** @import { components as NotificationsParts, paths as Notifications } from "../client/notifications.d.ts" */
/** @import { components as SchedulingParts, paths as Scheduling } from "../client/scheduling.d.ts" */
/** @import { Wait } from "./patience.js" */

/** @typedef {IntakeParts["schemas"]["ApplicationRequest"]} Application */
/** @typedef {IntakeParts["schemas"]["ApplicationChange"]} ApplicationChange */
/** @typedef {IntakeParts["schemas"]["ApplicationView"]} ApplicationView */
/** @typedef {IntakeParts["schemas"]["ApplicationSummary"]} ApplicationSummary */
/** @typedef {NonNullable<IntakeParts["schemas"]["Withdrawal"]["reason"]>} WithdrawalReason */
/** @typedef {MatchingParts["schemas"]["MatchView"]} Match */
/** @typedef {MatchingParts["schemas"]["OfferView"]} Offer */
/** @typedef {MatchingParts["schemas"]["PositionView"]} Position */
/** @typedef {SchedulingParts["schemas"]["Agenda"]} Agenda */
/** @typedef {SchedulingParts["schemas"]["SeatView"]} Seat */
/** @typedef {SchedulingParts["schemas"]["StepView"]} Step */
/** @typedef {SchedulingParts["schemas"]["RelocationView"]} Move */
/** @typedef {NotificationsParts["schemas"]["InboxMessage"]} Letter */
/** @typedef {IntakeParts["schemas"]["ProblemBody"]} Problem */
/** @typedef {Awaited<ReturnType<typeof connect>>} Programme */

/** What a service refused, and why: go by the problem's `type`, show each of its `errors` beside its field. */
export class Refused extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/**
 * Find the services: their addresses stand in settings.json, beside this page.
 *
 * @param {() => string | undefined} token the bearer token, once there is one
 * @param {(wait: Wait | undefined) => void} tell is told while a service is away
 */
export async function connect(token, tell) {
  const patient = patiently(tell);
  /** @param {Request} request */
  function send(request) {
    const known = token();
    if (known !== undefined) request.headers.set("Authorization", `Bearer ${known}`);
    return patient(request);
  }
  const urls = await (await patient(new Request("settings.json", { cache: "no-cache" }))).json();
  /** @type {Client<Intake>} */
  const intake = createClient({ baseUrl: urls.intake, fetch: send });
  /** @type {Client<Matching>} */
  const matching = createClient({ baseUrl: urls.matching, fetch: send });
  /** @type {Client<Scheduling>} */
  const scheduling = createClient({ baseUrl: urls.scheduling, fetch: send });
  /** @type {Client<Notifications>} */
  const notifications = createClient({ baseUrl: urls.notifications, fetch: send });
  return { intake, matching, scheduling, notifications };
}

/**
 * The data of an answer; a problem is thrown.
 *
 * @template Data
 * @param {Promise<{ data?: Data, error?: Problem, response: Response }>} answer
 */
export async function told(answer) {
  return (await tagged(answer)).data;
}

/**
 * The same with its ETag, which goes back as If-Match with a change.
 *
 * @template Data
 * @param {Promise<{ data?: Data, error?: Problem, response: Response }>} answer
 */
export async function tagged(answer) {
  const { data, error, response } = await answer;
  if (error !== undefined) throw new Refused(error);
  return { data: /** @type {Data} */ (data), etag: response.headers.get("ETag") ?? "" };
}

/** A key for one thing to be done, which goes with every try of it. */
export function newKey() {
  return { "Idempotency-Key": crypto.randomUUID() };
}
