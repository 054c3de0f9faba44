/**
 * A typed client of the whole programme: one for each service, on the types that are generated from its OpenAPI.
 *
 * Paths, parameters, bodies, answers and problems are all checked by the compiler; what is below is what is not
 * generated, and what a candidate's page does with it.
 */
import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths as Intake } from "./intake.d.ts";
import type { paths as Matching } from "./matching.d.ts";
import type { paths as Notifications } from "./notifications.d.ts";
import type { paths as Scheduling } from "./scheduling.d.ts";

export type Application = components["schemas"]["ApplicationRequest"];
export type Problem = components["schemas"]["ProblemBody"];

/** A problem that a service answered with; go by its `type`, and show each of `errors` beside its field. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** Where each service is, as `make up` prints it: `{ intake: "http://127.0.0.1:8001", … }`. */
export type Addresses = Record<"intake" | "matching" | "scheduling" | "notifications", string>;

/**
 * Clients of all services, that send a person's token once there is one. They are found behind one gateway,
 * `https://…/api`, or each at an address of its own.
 */
export function connect(at: string | Addresses, token?: () => string | undefined) {
  const addresses = typeof at === "string" ? behind(at) : at;
  const identity: Middleware = {
    onRequest({ request }) {
      const known = token?.();
      if (known !== undefined) request.headers.set("Authorization", `Bearer ${known}`);
      return request;
    },
  };
  const programme = {
    intake: createClient<Intake>({ baseUrl: addresses.intake }),
    matching: createClient<Matching>({ baseUrl: addresses.matching }),
    scheduling: createClient<Scheduling>({ baseUrl: addresses.scheduling }),
    notifications: createClient<Notifications>({ baseUrl: addresses.notifications }),
  };
  for (const service of Object.values(programme)) service.use(identity);
  return programme;
}

function behind(gateway: string): Addresses {
  return {
    intake: `${gateway}/intake`,
    matching: `${gateway}/matching`,
    scheduling: `${gateway}/scheduling`,
    notifications: `${gateway}/notifications`,
  };
}

export type Programme = ReturnType<typeof connect>;

/** The data of an answer, or what was wrong as an error. */
export async function told<Data>(answer: Promise<{ data?: Data; error?: Problem }>): Promise<Data> {
  const { data, error } = await answer;
  if (error !== undefined) throw new Refused(error);
  return data as Data;
}

/** Apply. Keep the key with the form: the same one again does it once, however often it is sent. */
export function apply({ intake }: Programme, application: Application, key: string) {
  const header = { "Idempotency-Key": key };
  return told(intake.POST("/applications", { params: { header }, body: application }));
}

/** Turn the code of the link in a mail into a token for all services. */
export function exchange({ intake }: Programme, code: string, key: string) {
  const header = { "Idempotency-Key": key };
  return told(intake.POST("/links/exchange", { params: { header }, body: { code } }));
}

/** All that a candidate's own page shows. */
export async function overview({ intake, matching, scheduling, notifications }: Programme, id: string) {
  const [applications, matches, offers, agenda, inbox] = await Promise.all([
    told(intake.GET("/candidates/{candidate_id}/applications", { params: { path: { candidate_id: id } } })),
    told(matching.GET("/candidates/{candidate_id}/matches", { params: { path: { candidate_id: id } } })),
    told(matching.GET("/candidates/{candidate_id}/offers", { params: { path: { candidate_id: id } } })),
    told(scheduling.GET("/agendas/{person_id}", { params: { path: { person_id: id } } })),
    told(notifications.GET("/inbox/{person_id}", { params: { path: { person_id: id } } })),
  ]);
  const steps = agenda.relocations.flatMap((relocation) => relocation.steps);
  return { applications: applications.items, matches: matches.items, offers: offers.items, steps, inbox: inbox.items };
}

/** Say yes to a match; the other side may already have. */
export function acceptMatch({ matching }: Programme, matchId: string) {
  return told(matching.POST("/matches/{match_id}/acceptance", { params: { path: { match_id: matchId } } }));
}

/** Take a seat on a visit. */
export function acceptSeat({ scheduling }: Programme, visitId: string, candidateId: string) {
  const path = { visit_id: visitId, candidate_id: candidateId };
  return told(scheduling.POST("/visits/{visit_id}/seats/{candidate_id}/acceptance", { params: { path } }));
}

/** Change what an application says, unless somebody else has changed it since it was shown: `etag` is that view's. */
export function change({ intake }: Programme, id: string, etag: string, profile: Application["profile"]) {
  const params = { path: { application_id: id }, header: { "If-Match": etag } };
  return told(intake.PATCH("/applications/{application_id}", { params, body: { profile } }));
}

/** Every open position, page after page. */
export async function* openPositions({ matching }: Programme) {
  for (let cursor: string | undefined; ; ) {
    const query = cursor === undefined ? {} : { cursor };
    const page = await told(matching.GET("/positions", { params: { query } }));
    yield* page.items;
    if (page.next === undefined) return;
    cursor = page.next;
  }
}
