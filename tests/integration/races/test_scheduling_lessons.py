"""Lessons: two things that meet in one plan, one teacher, one candidate."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import pytest

from services.scheduling.domain.due import LESSONS_FINISHED, LESSONS_WANTED
from services.scheduling.domain.lessons import LessonPlan, Teacher
from services.scheduling.domain.relocations import Relocation
from services.scheduling.store import (
    calendar,
    plans,
    relocations,
    teaching_staff,
    the_candidate,
    the_teaching_staff,
)
from services.scheduling.teaching import plan_new
from shared.events import (
    CandidateUpdated,
    Event,
)
from shared.events.examples import EXAMPLES
from shared.events.ids import PlanId
from shared.storage.unit import UnitOfWork
from tests.integration.races.acts import DONE, lets_fall_due, posts, takes_in
from tests.integration.races.replicas import Act, Replicas
from tests.integration.races.scheduling_scenes import (
    ENDINGS,
    Applicant,
    applicant,
    hire,
    hired,
    leaves,
    teacher,
)

TEACHER = {
    "name": "山本 花子",
    "contact": {"name": "山本 花子", "email": "sensei@example.org"},
}


@dataclass(frozen=True)
class Learner:
    """Somebody with a plan of lessons."""

    one: Applicant
    plan_id: PlanId
    teacher: Teacher


async def _no_teacher(unit: UnitOfWork) -> None:
    """Let all teachers have gone."""
    unit.save(teaching_staff, replace(await the_teaching_staff(unit), teachers=(), waiting=()))


async def _only_teacher(unit: UnitOfWork) -> Teacher:
    """Put a teacher there, with all hours free; no other."""
    await _no_teacher(unit)
    return await teacher(unit)


async def wishing(unit: UnitOfWork) -> Applicant:
    """Put a candidate there who wants lessons, and a teacher who has room."""
    await _only_teacher(unit)
    one = applicant(unit, wants_lessons=True)
    unit.set_timer(LESSONS_WANTED, one.id, unit.now)
    return one


async def learning(unit: UnitOfWork) -> Learner:
    """Put a candidate there who has a plan."""
    sensei, one = await _only_teacher(unit), applicant(unit, wants_lessons=True)
    plan = await plan_new(unit, await the_candidate(unit, one.id), 2)
    assert plan is not None
    return Learner(one, plan.plan_id, sensei)


def corrects(one: Applicant, weeks: int = 2) -> Act:
    """Staff plan somebody's lessons anew."""
    return posts("/lesson-plans", {"candidate_id": one.id, "weeks": weeks})


def wants_no_lessons(one: Applicant) -> Act:
    """The candidate says that they want no lessons any more."""
    given = {"candidate_id": one.id, "wants_lessons": False, "time_zone": "Europe/Kyiv"}
    return takes_in(EXAMPLES[CandidateUpdated].model_copy(update=given), sequence=2)


async def plan_of(scheduling: Replicas, one: Applicant) -> LessonPlan | None:
    """Return somebody's only plan; the calendars say of them what it says."""
    found = await scheduling.find(plans, candidate_id=one.id)
    assert len(found) <= 1
    days = await scheduling.find(calendar, who=one.id)
    taken = sorted(busy.starts_at for day in days for busy in day.busy)
    ahead = (
        [] if not found or found[0].state == "finished" else [lesson.starts_at for lesson in found[0].lessons]
    )
    assert taken == ahead
    return found[0] if found else None


async def test_lessons_that_are_planned_twice_at_once_are_planned_once(scheduling: Replicas) -> None:
    async for meet, one in scheduling.rounds(wishing):
        said = await meet(lets_fall_due(LESSONS_WANTED, one.id), corrects(one))
        assert said == (DONE, DONE)
        plan = await plan_of(scheduling, one)
        assert plan is not None
        assert (await scheduling.told(plan.plan_id))[0] == "lessons-planned"
        assert await scheduling.timers(one.id) == 0


@pytest.mark.parametrize("ending", ENDINGS)
async def test_no_lesson_lies_ahead_of_who_leaves_meanwhile(
    scheduling: Replicas, ending: type[Event]
) -> None:
    async for meet, one in scheduling.rounds(wishing, among=3):
        await meet(lets_fall_due(LESSONS_WANTED, one.id), leaves(ending, one))
        plan = await plan_of(scheduling, one)
        if plan is not None:
            assert (plan.state, plan.lessons) == ("finished", ())
            assert await scheduling.told(plan.plan_id) == ["lessons-planned", "lessons-finished"]
        assert await scheduling.timers(one.id) == 0


@pytest.mark.parametrize("ending", [None, *ENDINGS])
async def test_lessons_that_are_planned_anew_while_they_end_have_ended(
    scheduling: Replicas, ending: type[Event] | None
) -> None:
    async for meet, learner in scheduling.rounds(learning, among=3):
        act = wants_no_lessons(learner.one) if ending is None else leaves(ending, learner.one)
        await meet(corrects(learner.one), act)
        left = await scheduling.find(plans, candidate_id=learner.one.id, state="planned")
        if ending is not None:
            assert left == []
        assert await scheduling.timers(learner.plan_id) == 0


async def test_two_learners_who_are_planned_at_once_share_a_teacher_at_no_time(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Applicant, Applicant, Teacher]:
        sensei = await _only_teacher(unit)
        return applicant(unit), applicant(unit), sensei

    async for meet, (one, other, sensei) in scheduling.rounds(scene):
        assert await meet(corrects(one), corrects(other)) == (DONE, DONE)
        assert await plan_of(scheduling, one)
        assert await plan_of(scheduling, other)
        for day in await scheduling.find(calendar, who=sensei.teacher_id):
            assert all(before.ends_at <= after.starts_at for before, after in pairwise(day.busy))


async def test_nobody_waits_for_a_teacher_who_came_meanwhile(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        one = await wishing(unit)
        await _no_teacher(unit)
        return one

    async for meet, one in scheduling.rounds(scene):
        assert await meet(lets_fall_due(LESSONS_WANTED, one.id), posts("/teachers", TEACHER)) == (DONE, DONE)
        await scheduling.first.do_all(lets_fall_due(LESSONS_WANTED, one.id))
        assert await plan_of(scheduling, one) is not None
        assert (await scheduling.find(teaching_staff))[0].waiting == ()


async def test_who_leaves_while_finding_no_teacher_is_planned_nothing_when_one_comes(
    scheduling: Replicas,
) -> None:
    async def scene(unit: UnitOfWork) -> Applicant:
        one = await wishing(unit)
        await _no_teacher(unit)
        return one

    async for meet, one in scheduling.rounds(scene):
        await meet(lets_fall_due(LESSONS_WANTED, one.id), leaves(ENDINGS[1], one))
        await scheduling.first.do_all(posts("/teachers", TEACHER), lets_fall_due(LESSONS_WANTED, one.id))
        assert await plan_of(scheduling, one) is None


async def test_no_lesson_lies_after_a_move_that_is_planned_while_lessons_are(scheduling: Replicas) -> None:
    async for meet, learner in scheduling.rounds(learning):
        starts = scheduling.first.process.clock.now() + timedelta(days=35)
        assert await meet(corrects(learner.one, weeks=12), takes_in(hire(learner.one, starts))) == (
            DONE,
            DONE,
        )
        (moving,) = await scheduling.find(relocations, candidate_id=learner.one.id)
        plan = await plan_of(scheduling, learner.one)
        assert plan is not None
        assert plan.lessons[-1].ends_at.date() <= moving.moves_on


async def test_no_lesson_lies_after_an_arrival_that_is_told_while_lessons_are_planned(
    scheduling: Replicas,
) -> None:
    async def scene(unit: UnitOfWork) -> tuple[Applicant, Relocation]:
        await _only_teacher(unit)
        one = applicant(unit)
        await hired(unit, one)
        return one, (await unit.find(relocations, candidate_id=one.id))[0]

    async for meet, (one, moving) in scheduling.rounds(scene):
        arrives = posts(f"/relocations/{moving.relocation_id}/steps/arrival/done")
        said, arrived = await meet(corrects(one), arrives)
        assert (said in {DONE, "no-free-hours"}, arrived) == (True, DONE)
        plan = await plan_of(scheduling, one)
        assert plan is None or (plan.state, plan.lessons) == ("finished", ())


async def test_a_plan_that_is_over_while_it_is_planned_anew_ends_once(scheduling: Replicas) -> None:
    async def scene(unit: UnitOfWork) -> Learner:
        learner = await learning(unit)
        unit.set_timer(LESSONS_FINISHED, learner.plan_id, unit.now)
        return learner

    async for meet, learner in scheduling.rounds(scene):
        said = await meet(lets_fall_due(LESSONS_FINISHED, learner.plan_id), corrects(learner.one))
        assert said == (DONE, DONE)
        assert (await scheduling.told(learner.plan_id)).count("lessons-finished") <= 1
        running = await scheduling.find(plans, candidate_id=learner.one.id, state="planned")
        assert len(running) == 1
