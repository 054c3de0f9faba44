"""Outside: firms' systems, a testing service and a language school publish what they have to say, more than once."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from tests.faults.load.cohort import Cohort, Json, Person, tried
from tests.faults.outsider import FIRMS, SCHOOL, TESTERS

OPENED_WITHIN = 20.0


async def request(cohort: Cohort, firm_id: str, token: str, requirements: Json) -> tuple[str, ...]:
    """Ask for a position, and for the same once more under another event's id; return it as soon as it is open."""
    request_id = secrets.token_hex(16)
    data = {"firm_id": firm_id, "request_id": request_id, "requirements": requirements}
    asking = partial(cohort.outsider.say, "position-requested", FIRMS, request_id, data)
    await asyncio.gather(*(tried(partial(asking, request_id=request_id, firm_id=firm_id)) for _ in range(2)))
    loop = asyncio.get_running_loop()
    until = loop.time() + OPENED_WITHIN
    while loop.time() < until:
        found = await cohort.client.everything("matching", f"/positions?firm_id={firm_id}", token)
        if opened := [one["position_id"] for one in found if one.get("request_id") == request_id]:
            return tuple(opened)
        await asyncio.sleep(1)
    return ()


async def assess(cohort: Cohort, people: Sequence[Person]) -> None:
    """Every third is tested twice, at once; each result is told twice."""
    tested = [one for one in people[::3] for _ in range(2)]
    await asyncio.gather(*(_assess(cohort, one, years) for years, one in enumerate(tested)))


async def _assess(cohort: Cohort, person: Person, years: int) -> None:
    assessment_id = secrets.token_hex(16)
    data = {
        "candidate_id": person.candidate_id,
        "assessment_id": assessment_id,
        "skills": [{"name": "Python", "years": years % 10 + 1}],
    }
    saying = partial(cohort.outsider.say, "assessment-completed", TESTERS, assessment_id, data)
    ids = {"candidate_id": person.candidate_id, "assessment_id": assessment_id}
    await asyncio.gather(*(tried(partial(saying, **ids)) for _ in range(2)))


async def report_lessons(cohort: Cohort, people: Sequence[Person], until: datetime) -> None:
    """Report who was at each lesson that is over, twice."""
    await asyncio.gather(*(tried(partial(_report_lessons, cohort, one, until)) for one in people))


async def _report_lessons(cohort: Cohort, person: Person, until: datetime) -> None:
    agenda = await cohort.client.read("scheduling", f"/agendas/{person.candidate_id}", cohort.staff)
    over = [
        lesson["lesson_id"]
        for plan in agenda["lesson_plans"]
        for lesson in plan["lessons"]
        if datetime.fromisoformat(lesson["ends_at"]) <= until
    ]
    saying = [
        partial(_report, cohort, person, lesson_id, attended=number % 3 != 2)
        for number, lesson_id in enumerate(over)
    ]
    await asyncio.gather(*(tried(one) for one in saying for _ in range(2)))


async def _report(cohort: Cohort, person: Person, lesson_id: str, *, attended: bool) -> None:
    data = {"lesson_id": lesson_id, "candidate_id": person.candidate_id, "attended": attended}
    ids = {"lesson_id": lesson_id, "candidate_id": person.candidate_id}
    await cohort.outsider.say("lesson-reported", SCHOOL, lesson_id, data, **ids)
