"""Lessons: planned with a teacher who has room, moved, cut, ended."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.scheduling.availability import away, said
from services.scheduling.calendars import Diary, days_between, open_diary, open_for
from services.scheduling.domain.availability import Availability, periods_of
from services.scheduling.domain.calendar import Taken
from services.scheduling.domain.candidates import Candidate, used
from services.scheduling.domain.due import LESSONS_FINISHED, LESSONS_WANTED
from services.scheduling.domain.lessons import (
    Lesson,
    LessonPlan,
    Teacher,
    ahead,
    begun,
    finished,
    lessons_of,
    moves,
    new_plan,
    planned,
    put_off,
    with_lessons,
)
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.timetable import (
    Learning,
    Teaching,
    Timetable,
    first_monday,
    next_monday,
    timetable,
)
from services.scheduling.store import (
    candidates,
    plans,
    relocations,
    teachers,
    teaching_staff,
    the_teaching_staff,
)
from shared.events.ids import CandidateId, LessonId, PlanId, TeacherId
from shared.events.vocabulary import Level
from shared.storage.unit import UnitOfWork

PUT_OFF_WEEKS = 8
"""How long after its plan's end a lesson that had to make room may lie."""


def want_lessons(unit: UnitOfWork, candidate: Candidate) -> None:
    """Have lessons planned for a candidate who wants them, if that has become possible."""
    if _is_to_be_planned(candidate):
        unit.set_timer(LESSONS_WANTED, candidate.candidate_id, unit.now)


def _is_to_be_planned(candidate: Candidate) -> bool:
    return (
        candidate.is_shortlisted
        and candidate.wants_lessons
        and candidate.plan_id is None
        and candidate.time_zone is not None
    )


async def plan_wanted(unit: UnitOfWork, candidate_id: CandidateId) -> None:
    """Plan a candidate's lessons; where no teacher has room, the candidate waits for one."""
    candidate = await unit.get(candidates, candidate_id)
    if candidate is None or not _is_to_be_planned(candidate):
        return
    if await plan_new(unit, candidate, unit.using(Rules).lesson_weeks) is None:
        staff = await the_teaching_staff(unit)
        if candidate_id not in staff.waiting:
            unit.save(teaching_staff, replace(staff, waiting=(*staff.waiting, candidate_id)))


async def plan_new(
    unit: UnitOfWork, candidate: Candidate, weeks: int, teacher_id: TeacherId | None = None
) -> LessonPlan | None:
    """Make a new plan and announce it; None where no teacher has room."""
    until = await _until(unit, candidate)
    table = await _table(unit, candidate, first_monday(unit.today), weeks, until, teacher_id)
    if table is None or not table.starts_at:
        return None
    ids = [unit.new_id(LessonId) for _ in table.starts_at]
    lessons = lessons_of(table, ids, unit.using(Rules).lesson_minutes)
    plan = new_plan(unit.new_id(PlanId), candidate.candidate_id, candidate.japanese, lessons)
    await _book(unit, plan, lessons)
    unit.save(plans, plan, planned(plan))
    unit.save(candidates, replace(candidate, plan_id=plan.plan_id))
    unit.set_timer(LESSONS_FINISHED, plan.plan_id, plan.lessons[-1].ends_at)
    return plan


async def _until(unit: UnitOfWork, candidate: Candidate) -> datetime | None:
    """Return when a candidate moves, if that is planned: no lesson lies after it."""
    moving = await unit.get_many(relocations, candidate.relocations)
    days = [one.moves_on for one in moving if one.state != "cancelled"]
    return datetime.combine(min(days), time(), unit.zone) if days else None


async def _table(
    unit: UnitOfWork,
    candidate: Candidate,
    monday: date,
    weeks: int,
    until: datetime | None,
    teacher_id: TeacherId | None,
) -> Timetable | None:
    """Ask one teacher after the other, in the order in which they came."""
    wanted = (await the_teaching_staff(unit)).teachers if teacher_id is None else (teacher_id,)
    days = days_between(monday - timedelta(days=1), monday + timedelta(weeks=weeks))
    known = await said(unit, (candidate.candidate_id, *wanted))
    absences = away(known, candidate.candidate_id, days, hours=True)
    for teacher in await unit.get_many(teachers, wanted):
        diary = await open_diary(unit, (candidate.candidate_id, teacher.teacher_id), days)
        learning = Learning(
            time_zone=candidate.time_zone or str(unit.zone),
            taken=Taken((*diary.of(candidate.candidate_id), *absences)),
        )
        teaching = _teaching(teacher, diary, known.get(teacher.teacher_id))
        found = timetable([teaching], learning, monday, weeks, unit.using(Rules), until)
        if found is not None:
            return found
    return None


def _teaching(teacher: Teacher, diary: Diary, known: Availability | None) -> Teaching:
    """Return what a timetable has to know of a teacher; hours that they have said since go before those they came with."""
    known = known or Availability(person_id=teacher.teacher_id)
    return Teaching(
        teacher_id=teacher.teacher_id,
        time_zone=known.time_zone or teacher.time_zone,
        hours=known.hours or teacher.hours,
        taken=Taken((*diary.of(teacher.teacher_id), *periods_of(known))),
    )


async def _book(unit: UnitOfWork, plan: LessonPlan, lessons: Sequence[Lesson]) -> None:
    diary = await _open(unit, plan, lessons)
    for lesson in lessons:
        diary.book((plan.candidate_id, lesson.teacher_id), lesson.busy)


async def _free(unit: UnitOfWork, plan: LessonPlan, lessons: Sequence[Lesson]) -> None:
    diary = await _open(unit, plan, lessons)
    for lesson in lessons:
        diary.free((plan.candidate_id, lesson.teacher_id), lesson.busy)


async def _open(unit: UnitOfWork, plan: LessonPlan, lessons: Sequence[Lesson]) -> Diary:
    everyone = (plan.candidate_id, *sorted({one.teacher_id for one in lessons}))
    return await open_for(unit, everyone, [one.busy for one in lessons])


async def end_plan(unit: UnitOfWork, plan_id: PlanId, level: Level | None = None) -> None:
    """End a plan now: what has not begun is not held, and the time is free for somebody else.

    ``level``: what is known of the learner now; absent: what was known at the beginning.
    """
    plan = await unit.get(plans, plan_id)
    if plan is None or plan.state == "finished":
        return
    dropped = ahead(plan, unit.now)
    await _free(unit, plan, dropped)
    unit.cancel_timer(LESSONS_FINISHED, plan_id)
    unit.save(plans, *finished(plan, level or plan.level, unit.now))
    if dropped:
        await room_for_waiting(unit)


async def cut_plan(unit: UnitOfWork, plan_id: PlanId, until: datetime, level: Level) -> None:
    """Let a plan end at the move: later lessons are dropped; where any are left, the plan is announced anew."""
    plan = await unit.get(plans, plan_id)
    if plan is None or plan.state == "finished":
        return
    dropped = [one for one in ahead(plan, unit.now) if one.ends_at > until]
    if not dropped:
        return
    kept = with_lessons(plan, [one for one in plan.lessons if one not in dropped])
    if not ahead(kept, unit.now):
        await end_plan(unit, plan_id, level)
        return
    await _free(unit, plan, dropped)
    unit.save(plans, kept, planned(kept))
    unit.set_timer(LESSONS_FINISHED, plan_id, kept.lessons[-1].ends_at)
    await room_for_waiting(unit)


async def room_for_waiting(unit: UnitOfWork, teacher_id: TeacherId | None = None) -> None:
    """Try again for everybody who waits: a teacher came, hours became free, or somebody said when they can."""
    staff = await the_teaching_staff(unit)
    for candidate_id in staff.waiting:
        unit.set_timer(LESSONS_WANTED, candidate_id, unit.now)
    came = () if teacher_id is None else (teacher_id,)
    unit.save(
        teaching_staff,
        replace(staff, teachers=(*staff.teachers, *came), waiting=(), changes=staff.changes + 1),
    )


async def stop_waiting(unit: UnitOfWork, candidate_id: CandidateId) -> None:
    """Take somebody who left off the list of those who wait for a teacher."""
    unit.cancel_timer(LESSONS_WANTED, candidate_id)
    staff = await the_teaching_staff(unit)
    if candidate_id in staff.waiting:
        waiting = tuple(one for one in staff.waiting if one != candidate_id)
        unit.save(teaching_staff, replace(staff, waiting=waiting))


async def replan(
    unit: UnitOfWork,
    candidate: Candidate,
    plan: LessonPlan,
    weeks: int | None,
    teacher_id: TeacherId | None,
) -> LessonPlan | None:
    """Plan a plan's remaining lessons anew, from the coming Monday; None where no teacher has room.

    ``weeks`` counts the weeks that are still to come; absent: as many lessons as are left.
    """
    rules = unit.using(Rules)
    future, past = ahead(plan, unit.now), begun(plan, unit.now)
    weeks = weeks or max(1, -(-len(future) // rules.lessons_a_week))
    await _free(unit, plan, future)
    until = await _until(unit, candidate)
    table = await _table(unit, candidate, next_monday(unit.today), weeks, until, teacher_id)
    if table is None or not table.starts_at:
        return None
    ids = [one.lesson_id for one in future][: len(table.starts_at)]
    ids += [unit.new_id(LessonId) for _ in table.starts_at[len(ids) :]]
    lessons = lessons_of(table, ids, rules.lesson_minutes)
    after = replace(with_lessons(plan, (*past, *lessons)), teacher_id=table.teacher_id, state="planned")
    await _book(unit, after, lessons)
    unit.save(candidates, used(candidate))  # a move that is planned meanwhile has to see these lessons
    same = len(lessons) == len(future)
    unit.save(plans, after, *(moves(plan, after) if same else [planned(after)]))
    unit.set_timer(LESSONS_FINISHED, after.plan_id, after.lessons[-1].ends_at)
    await room_for_waiting(unit)
    return after


async def make_room(
    unit: UnitOfWork, plan_ids: Iterable[PlanId], starts_at: datetime, ends_at: datetime
) -> None:
    """Put off the lessons of these plans that are in the way of something that cannot wait.

    A lesson that finds no other hour stays where it is.
    """
    for plan in await unit.get_many(plans, plan_ids):
        late = [one for one in ahead(plan, unit.now) if one.starts_at < ends_at and starts_at < one.ends_at]
        if late and plan.state == "planned":
            await _put_off(unit, plan, late)


async def _put_off(unit: UnitOfWork, plan: LessonPlan, late: Sequence[Lesson]) -> None:
    until = (plan.lessons[-1].ends_at + timedelta(weeks=PUT_OFF_WEEKS + 1)).astimezone(unit.zone).date()
    days = days_between(unit.today, until)
    persons = (plan.candidate_id, *sorted({one.teacher_id for one in late}))
    diary = await open_diary(unit, persons, days)
    known = await said(unit, persons)
    absences = {who: Taken(away(known, who, days, hours=True)) for who in persons}

    def is_free(lesson: Lesson) -> bool:
        return all(
            diary.clash(who, lesson.starts_at, lesson.ends_at) is None
            and absences[who].is_free(lesson.starts_at, lesson.ends_at)
            for who in (plan.candidate_id, lesson.teacher_id)
        )

    after = put_off(plan, late, is_free, PUT_OFF_WEEKS)
    if after is None:
        return
    for lesson in late:
        diary.free((plan.candidate_id, lesson.teacher_id), lesson.busy)
    for lesson in after.lessons:
        if lesson not in plan.lessons:
            diary.book((plan.candidate_id, lesson.teacher_id), lesson.busy)
    unit.save(plans, after, *moves(plan, after))
    unit.set_timer(LESSONS_FINISHED, plan.plan_id, after.lessons[-1].ends_at)
