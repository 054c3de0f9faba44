"""Recruiting: a round that is too small for all who apply, screening, and matches that both sides accept."""

import asyncio
from datetime import timedelta
from functools import partial

from deploy.demo.applicants import applicants
from deploy.demo.firms import FIRMS, Firm
from tests.faults.load import outside
from tests.faults.load.cohort import IZUMO, Cohort, Employer, Json, Person, tried

APPLICANTS, CAPACITY, WAITLIST = 40, 28, 4
SHORTLISTED = 18
LEAVING = 2
"""How many withdraw while they are being shortlisted; as many are declined."""
FIRMS_A_SEASON = 4
ACCEPTED = 4
"""How many matches a candidate accepts at the most."""
ALL = applicants(287)
PROPOSALS_WITHIN = 30.0


async def prepare(cohort: Cohort) -> None:
    """Open a round, register firms and their positions."""
    today = cohort.begins.astimezone(IZUMO).date()
    days = {"opens_on": today.isoformat(), "closes_on": (today + timedelta(days=1)).isoformat()}
    body = {"capacity": CAPACITY, "waitlist": WAITLIST} | days
    opening = partial(cohort.client.command, "round", "intake", "/rounds", body, token=cohort.staff)
    first = cohort.number * FIRMS_A_SEASON
    chosen = [FIRMS[(first + one) % len(FIRMS)] for one in range(FIRMS_A_SEASON)]
    registering = [tried(partial(_register, cohort, number, firm)) for number, firm in enumerate(chosen)]
    await asyncio.gather(opening(), *registering)


async def _register(cohort: Cohort, number: int, firm: Firm) -> None:
    contact = {"name": firm.contact, "email": f"hr{cohort.number}-{number}@firm.example.org"}
    body = {"name": firm.name, "contact": contact, "language": firm.language, "time_zone": "Asia/Tokyo"}
    registered = await cohort.client.command("firm", "matching", "/firms", body, token=cohort.staff)
    firm_id = registered["firm_id"]
    token = cohort.make_token("firm", firm_id=firm_id)
    starts_on = cohort.begins.replace(year=cohort.begins.year + 1).date().isoformat()
    wanted = [position | {"starts_on": starts_on, "headcount": 1} for position in firm.positions]
    opening = partial(
        cohort.client.command, "position", "matching", f"/firms/{firm_id}/positions", token=token
    )
    opened = await asyncio.gather(*(opening({"requirements": one}) for one in wanted))
    asked_for = await outside.request(cohort, firm_id, token, wanted[0])
    positions = (*(one["position_id"] for one in opened), *asked_for)
    cohort.employers.append(Employer(firm_id=firm_id, token=token, positions=positions))


async def apply(cohort: Cohort) -> None:
    """Everybody applies at once; the round closes by itself when it is full. One applies twice."""
    numbers = [*range(APPLICANTS), 3]
    await asyncio.gather(*(tried(partial(_apply, cohort, number)) for number in numbers))


async def _apply(cohort: Cohort, number: int) -> None:
    form = ALL[(cohort.number * APPLICANTS + number) % len(ALL)].form
    email = f"engineer{cohort.number}-{number}@mail.example.org"
    body = form | {"contact": form["contact"] | {"email": email}, "wants_lessons": number % 4 == 0}
    answer = await cohort.client.command("application", "intake", "/applications", body)
    token = cohort.make_token("candidate", person_id=answer["candidate_id"])
    if email not in {one.email for one in cohort.people}:
        person = Person(
            application_id=answer["application_id"],
            candidate_id=answer["candidate_id"],
            email=email,
            token=token,
        )
        cohort.people.append(person)


async def screen(cohort: Cohort) -> None:
    """Staff shortlist, decline and promote, while some withdraw and some are tested."""
    path = "/applications?state=applied"
    placed = {one["application_id"] for one in await cohort.client.everything("intake", path, cohort.staff)}
    people = [one for one in cohort.people if one.application_id in placed]
    wanted = people[:SHORTLISTED]
    leaving, declined = wanted[:LEAVING], people[SHORTLISTED : SHORTLISTED + LEAVING]
    await asyncio.gather(
        *(tried(partial(_decide, cohort, one, "shortlisting", cohort.staff)) for one in wanted),
        *(tried(partial(_decide, cohort, one, "decline", cohort.staff)) for one in declined),
        *(tried(partial(_decide, cohort, one, "withdrawal", one.token)) for one in leaving),
        outside.assess(cohort, people),
    )
    cohort.shortlisted = [one for one in wanted if one not in leaving]


REASONS = {"decline": {"reason": "requirements"}, "withdrawal": {"reason": "family"}}


async def _decide(cohort: Cohort, person: Person, verb: str, token: str) -> None:
    await cohort.client.command(
        verb,
        "intake",
        f"/applications/{person.application_id}/{verb}",
        REASONS.get(verb, {}),
        token=token,
        candidate_id=person.candidate_id,
        application_id=person.application_id,
    )


async def match(cohort: Cohort) -> None:
    """Candidates and firms accept matches, as they are proposed."""
    await asyncio.gather(*(tried(partial(_accept_all, cohort, person)) for person in cohort.shortlisted))


async def _accept_all(cohort: Cohort, person: Person) -> None:
    proposed = await _proposals(cohort, person)
    await asyncio.gather(*(_accept(cohort, person, one) for one in proposed[:ACCEPTED]))


async def _proposals(cohort: Cohort, person: Person) -> list[Json]:
    """Return what this candidate was proposed of this season's positions, as soon as it is there."""
    path = f"/candidates/{person.candidate_id}/matches"
    loop = asyncio.get_running_loop()
    until = loop.time() + PROPOSALS_WITHIN
    while loop.time() < until:
        found = await cohort.client.everything("matching", path, person.token)
        if ours := [one for one in found if cohort.employer(one["firm_id"])]:
            return ours
        await asyncio.sleep(1)
    return []  # nothing suits


async def _accept(cohort: Cohort, person: Person, proposed: Json) -> None:
    """Both sides accept at the same time."""
    employer = cohort.employer(proposed["firm_id"])
    tokens = [person.token, *([employer.token] if employer else [])]
    path = f"/matches/{proposed['match_id']}/acceptance"
    accepting = (
        tried(partial(cohort.client.command, "match-acceptance", "matching", path, {}, token=token))
        for token in tokens
    )
    await asyncio.gather(*accepting)
