"""A language school reports who was at a lesson."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events import LessonReported
from shared.events.ids import CandidateId, LessonId
from shared.ids import new
from tests.harness.nodes import running
from tests.harness.outside import Outsider, ParkingLot
from tests.harness.scheduling import Json, Scheduling

TEACHER = {
    "name": "山本 花子",
    "contact": {"name": "山本 花子", "email": "sensei@school.example"},
    "language": "ja",
}


@pytest.fixture(scope="module")
async def scheduling(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Scheduling, which listens to one school."""
    environment = {"LESSON_PUBLISHERS": '["izumo-nihongo"]', "NOT_YET_DELAYS": "[0.1, 0.2]"}
    async with running(nodes, run_folder, "scheduling", environment=environment) as run:
        yield run


@pytest.fixture
async def api(scheduling: LocalRun) -> AsyncIterator[Scheduling]:
    async with httpx.AsyncClient(base_url=scheduling.urls["scheduling"], timeout=30, trust_env=False) as http:
        yield Scheduling(scheduling, http)


@pytest.fixture
def school(scheduling: LocalRun) -> Outsider:
    return Outsider(scheduling.amqp_url, "izumo-nihongo")


@pytest.fixture(scope="module")
def parked(scheduling: LocalRun) -> ParkingLot:
    return ParkingLot(scheduling.amqp_url, "scheduling")


@pytest.fixture
async def plan(api: Scheduling) -> Json:
    """Somebody's lessons."""
    await api.create("/teachers", TEACHER)
    (one,) = await api.shortlist(wants_lessons=True)
    (found,) = (await api.agenda(one.candidate_id))["lesson_plans"]
    return dict(found)


def report(plan: Json, place: int, *, attended: bool = True) -> LessonReported:
    """Say who was at one of the lessons."""
    return LessonReported(
        lesson_id=LessonId(plan["lessons"][place]["lesson_id"]),
        candidate_id=CandidateId(plan["candidate_id"]),
        attended=attended,
    )


async def test_a_lesson_that_is_over_is_held_as_reported(
    api: Scheduling, plan: Json, school: Outsider, parked: ParkingLot
) -> None:
    assert (await parked.reason(await school.say(report(plan, 0)))).endswith("the lesson is not over")

    await api.at(datetime.fromisoformat(plan["lessons"][1]["ends_at"]))
    for place, attended in enumerate([True, False]):
        await school.say(report(plan, place, attended=attended))
        await school.say(report(plan, place, attended=attended))
    told = await api.told(plan["plan_id"], "lessons-planned", "lesson-held", "lesson-held")
    held = {one.data["lesson_id"]: one.data["attended"] for one in told if one.type == "lesson-held"}
    assert held == {plan["lessons"][0]["lesson_id"]: True, plan["lessons"][1]["lesson_id"]: False}

    reason = await parked.reason(await school.say(report(plan, 0, attended=False)))
    assert reason.startswith("reported-otherwise | ")
    told = await api.told(plan["plan_id"], "lesson-held", "lesson-held")
    assert [one.type for one in told].count("lesson-held") == 2


async def test_what_is_not_right_is_parked(
    plan: Json, scheduling: LocalRun, school: Outsider, parked: ParkingLot
) -> None:
    good = report(plan, 0)
    unknown = good.model_copy(update={"lesson_id": new(LessonId)})
    other = good.model_copy(update={"candidate_id": new(CandidateId)})
    stranger = Outsider(scheduling.amqp_url, "other-school")
    for outsider, event, expected in (
        (school, unknown, "unknown-lesson"),
        (school, other, "other-learner"),
        (stranger, good, "publisher-not-allowed"),
    ):
        assert (await parked.reason(await outsider.say(event))).startswith(f"{expected} | ")
