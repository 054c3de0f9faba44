"""Visiting: two visits whose days overlap, with fewer seats than people who accept; interviews on them."""

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial

from tests.faults.load import outside
from tests.faults.load.cohort import IZUMO, Cohort, Json, Person, tried

SEATS = 4
VISITS = ((1, 5), (3, 7))
"""First and last day of each, counted from the season's beginning: their days overlap."""
INVITED = 12
DEMO = time(19)
"""When the demo day begins, on the last day of a visit and after all interviews."""
OVER = 16
"""The day on which both are over, and the first lessons, which begin in the week after next."""
ROOMS = ("出雲市役所 会議室A", "出雲市役所 会議室B", "Izumo IT Hub, room 1")


async def furnish(cohort: Cohort) -> None:
    """Register rooms and teachers, once for the whole run."""
    rooms = (
        cohort.client.command("room", "scheduling", "/rooms", {"name": name, "seats": 12}, token=cohort.staff)
        for name in ROOMS
    )
    contact = {"name": "高橋 由美", "email": "teacher@school.example.org"}
    teacher = {"name": "高橋 由美", "contact": contact, "language": "ja", "time_zone": "Asia/Tokyo"}
    teaching = cohort.client.command("teacher", "scheduling", "/teachers", teacher, token=cohort.staff)
    await asyncio.gather(*rooms, teaching)


async def invite(cohort: Cohort) -> None:
    """Open both visits and invite the same people to both; all who are offered a seat accept at once."""
    await asyncio.gather(*(tried(partial(_open, cohort, *days)) for days in VISITS))
    await asyncio.gather(*(tried(partial(_invite, cohort, visit_id)) for visit_id in cohort.visits))
    await asyncio.gather(*(tried(partial(_answer, cohort, visit_id)) for visit_id in cohort.visits))
    await _change_minds(cohort)
    await asyncio.gather(*(tried(partial(_answer, cohort, visit_id)) for visit_id in cohort.visits))


async def _open(cohort: Cohort, first: int, last: int) -> None:
    days = [
        (cohort.begins.astimezone(IZUMO) + timedelta(days=day)).date().isoformat() for day in (first, last)
    ]
    body = {"starts_on": days[0], "ends_on": days[1], "seats": SEATS}
    opened = await cohort.client.command("visit", "scheduling", "/visits", body, token=cohort.staff)
    cohort.visits.append(opened["visit_id"])


async def _invite(cohort: Cohort, visit_id: str) -> None:
    """Invite people in this order; those who are known to have left are not invited again."""
    guests = [{"candidate_id": one.candidate_id, "needs_visa": False} for one in cohort.shortlisted[:INVITED]]
    path = f"/visits/{visit_id}/invitations"
    await cohort.client.command(
        "invitations", "scheduling", path, {"invitations": guests}, token=cohort.staff, visit_id=visit_id
    )


async def _answer(cohort: Cohort, visit_id: str) -> None:
    """Everybody who was invited accepts, whether or not there is a seat for them; two answers of each."""
    guests = cohort.shortlisted[:INVITED]
    accepting = [_seat(cohort, visit_id, one, "acceptance") for one in guests for _ in range(2)]
    await asyncio.gather(*accepting)


async def _seat(cohort: Cohort, visit_id: str, person: Person, verb: str) -> None:
    kind = "seat" if verb == "acceptance" else f"seat-{verb}"
    await tried(
        partial(
            cohort.client.command,
            kind,
            "scheduling",
            f"/visits/{visit_id}/seats/{person.candidate_id}/{verb}",
            {},
            token=person.token,
            visit_id=visit_id,
            candidate_id=person.candidate_id,
        )
    )


async def _change_minds(cohort: Cohort) -> None:
    """One gives a seat up, while another withdraws and accepts a seat at the same time."""
    if not cohort.visits or len(cohort.shortlisted) <= INVITED:
        return
    first, second = cohort.shortlisted[0], cohort.shortlisted[1]
    withdrawing = tried(
        partial(
            cohort.client.command,
            "withdrawal",
            "intake",
            f"/applications/{second.application_id}/withdrawal",
            {"reason": "other-job"},
            token=second.token,
            candidate_id=second.candidate_id,
            application_id=second.application_id,
        )
    )
    await asyncio.gather(
        withdrawing,
        *(_seat(cohort, visit_id, second, "acceptance") for visit_id in cohort.visits),
        *(_seat(cohort, visit_id, first, "cancellation") for visit_id in cohort.visits),
    )


async def plan(cohort: Cohort) -> None:
    """Staff plan the interviews of both visits, twice at the same time."""
    await asyncio.gather(*(_plan(cohort, visit_id) for visit_id in cohort.visits for _ in range(2)))


async def _plan(cohort: Cohort, visit_id: str) -> None:
    path = f"/visits/{visit_id}/plan"
    await tried(
        partial(cohort.client.command, "plan", "scheduling", path, {}, token=cohort.staff, visit_id=visit_id)
    )


async def show(cohort: Cohort) -> None:
    """Staff set each visit's demo day, in two teams, twice at the same time."""
    await asyncio.gather(*(tried(partial(_show, cohort, visit_id)) for visit_id in cohort.visits))


async def _show(cohort: Cohort, visit_id: str) -> None:
    visit = await cohort.client.read("scheduling", f"/visits/{visit_id}", cohort.staff)
    booked = [one["candidate_id"] for one in visit["invited"] if one["state"] == "booked"]
    begins = datetime.combine(date.fromisoformat(visit["ends_on"]), DEMO, IZUMO)
    teams = [
        {
            "team": f"Team {number + 1}",
            "theme": "Travel in the region",
            "candidate_ids": booked[number::2],
            "firm_ids": [one.firm_id for one in cohort.employers],
        }
        for number in range(2)
    ]
    body = {
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(hours=1)).isoformat(),
        "place": ROOMS[0],
        "teams": teams,
    }
    setting = partial(
        cohort.client.command,
        "showcase",
        "scheduling",
        f"/visits/{visit_id}/showcase",
        body,
        token=cohort.staff,
        method="PUT",
        visit_id=visit_id,
    )
    await asyncio.gather(*(tried(setting) for _ in range(2)))


async def look_back(cohort: Cohort, now: datetime) -> None:
    """When it is over, firms say how their interviews were, staff who came, a school who learnt; then visits are closed."""
    learners = [one for one in cohort.shortlisted if one != cohort.leaving]
    await asyncio.gather(
        outside.report_lessons(cohort, learners, now),
        *(tried(partial(_look_back, cohort, visit_id, now)) for visit_id in cohort.visits),
    )


async def _look_back(cohort: Cohort, visit_id: str, now: datetime) -> None:
    visit = await cohort.client.read("scheduling", f"/visits/{visit_id}", cohort.staff)
    over = [
        one
        for one in visit["interviews"]
        if one["state"] == "scheduled" and datetime.fromisoformat(one["ends_at"]) <= now
    ]
    booked = [one["candidate_id"] for one in visit["invited"] if one["state"] == "booked"]
    people = [one for one in cohort.people if one.candidate_id in booked]
    await asyncio.gather(
        *(_report(cohort, one, "no" if number % 7 == 6 else "offer") for number, one in enumerate(over)),
        *(_attended(cohort, visit_id, one) for one in people),
    )
    path = f"/visits/{visit_id}/closing"
    await cohort.client.command(
        "visit-closing", "scheduling", path, {}, token=cohort.staff, visit_id=visit_id
    )


async def _report(cohort: Cohort, interview: Json, outcome: str) -> None:
    reported = await tried(
        partial(
            cohort.client.command,
            "outcome",
            "scheduling",
            f"/interviews/{interview['interview_id']}/outcome",
            {"outcome": outcome},
            token=cohort.staff,
            interview_id=interview["interview_id"],
        )
    )
    if reported is not None and outcome == "offer":
        cohort.promising.add(interview["match_id"])


async def _attended(cohort: Cohort, visit_id: str, person: Person) -> None:
    await tried(
        partial(
            cohort.client.command,
            "attendance",
            "scheduling",
            f"/visits/{visit_id}/seats/{person.candidate_id}/attendance",
            {},
            token=cohort.staff,
            visit_id=visit_id,
            candidate_id=person.candidate_id,
        )
    )
