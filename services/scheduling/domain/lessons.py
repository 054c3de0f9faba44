"""Lessons of Japanese before the move."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from services.scheduling.domain.calendar import Busy
from services.scheduling.domain.timetable import Hours, Timetable
from shared.events.ids import CandidateId, LessonId, PlanId, TeacherId
from shared.events.scheduling import LessonHeld, LessonMoved, LessonsFinished, LessonsPlanned, PlannedLesson
from shared.events.vocabulary import LEVELS, Level

HIGHEST_TARGET: Level = "B2"
TEACHING = "teaching"


@dataclass(frozen=True, kw_only=True, slots=True)
class Teacher:
    """A teacher. Name and address lie sealed for notifications: nobody can read them here."""

    teacher_id: TeacherId
    language: str
    time_zone: str
    hours: tuple[Hours, ...]
    sealed_contact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TeachingStaff:
    """All teachers in the order in which they came, and the learners who wait for one.

    Whoever finds no teacher writes this document, and so do a new teacher and a plan that ends: so none of
    them misses the other.
    """

    staff_id: str = TEACHING
    teachers: tuple[TeacherId, ...] = ()
    waiting: tuple[CandidateId, ...] = ()
    changes: int = 0
    """How often hours became free or a teacher came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """One lesson."""

    lesson_id: LessonId
    starts_at: datetime
    ends_at: datetime
    teacher_id: TeacherId
    attended: bool | None = None
    """Whether the learner was there; None: nobody has said."""

    @property
    def busy(self) -> Busy:
        """The time that it takes."""
        return Busy(starts_at=self.starts_at, ends_at=self.ends_at, what="lesson", id=self.lesson_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class LessonPlan:
    """A candidate's lessons, earliest first."""

    plan_id: PlanId
    candidate_id: CandidateId
    teacher_id: TeacherId
    level: Level
    target: Level
    state: Literal["planned", "finished"]
    lessons: tuple[Lesson, ...]
    lesson_ids: tuple[LessonId, ...]
    """Of all lessons: what a lesson is found by."""


def target_of(level: Level) -> Level:
    """Return what is aimed at: one level above, at most B2; who is beyond it stays there."""
    above = LEVELS[min(LEVELS.index(level) + 1, LEVELS.index(HIGHEST_TARGET))]
    return max(level, above, key=LEVELS.index)


def lessons_of(table: Timetable, ids: Sequence[LessonId], minutes: int) -> tuple[Lesson, ...]:
    """Make the lessons of a timetable, with these ids in order."""
    return tuple(
        Lesson(
            lesson_id=lesson_id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            teacher_id=table.teacher_id,
        )
        for lesson_id, starts_at in zip(ids, table.starts_at, strict=True)
    )


def with_lessons(plan: LessonPlan, lessons: Sequence[Lesson]) -> LessonPlan:
    """Return the plan with these lessons."""
    in_order = tuple(sorted(lessons, key=lambda one: (one.starts_at, one.lesson_id)))
    return replace(plan, lessons=in_order, lesson_ids=tuple(one.lesson_id for one in in_order))


def new_plan(
    plan_id: PlanId, candidate_id: CandidateId, level: Level, lessons: Sequence[Lesson]
) -> LessonPlan:
    """Make a plan of lessons that one teacher gives."""
    plan = LessonPlan(
        plan_id=plan_id,
        candidate_id=candidate_id,
        teacher_id=lessons[0].teacher_id,
        level=level,
        target=target_of(level),
        state="planned",
        lessons=(),
        lesson_ids=(),
    )
    return with_lessons(plan, lessons)


def planned(plan: LessonPlan) -> LessonsPlanned:
    """Announce the whole plan as it is now."""
    return LessonsPlanned(
        plan_id=plan.plan_id,
        candidate_id=plan.candidate_id,
        level=plan.level,
        target=plan.target,
        lessons=tuple(
            PlannedLesson(
                lesson_id=one.lesson_id,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                teacher_id=one.teacher_id,
            )
            for one in plan.lessons
        ),
    )


def begins_at(plan: LessonPlan) -> datetime:
    """Return when a plan's first lesson begins, to sort plans by; those of which nothing was held come first."""
    return plan.lessons[0].starts_at if plan.lessons else datetime.min.replace(tzinfo=UTC)


def begun(plan: LessonPlan, now: datetime) -> tuple[Lesson, ...]:
    """Return the lessons that have begun."""
    return tuple(one for one in plan.lessons if one.starts_at <= now)


def ahead(plan: LessonPlan, now: datetime) -> tuple[Lesson, ...]:
    """Return the lessons that have not begun."""
    return tuple(one for one in plan.lessons if one.starts_at > now)


def moves(before: LessonPlan, after: LessonPlan) -> tuple[LessonMoved, ...]:
    """Say which lessons have another time or teacher than before."""
    known = {one.lesson_id: one for one in before.lessons}
    return tuple(
        LessonMoved(
            plan_id=after.plan_id,
            lesson_id=one.lesson_id,
            candidate_id=after.candidate_id,
            teacher_id=one.teacher_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in after.lessons
        if one.lesson_id in known and known[one.lesson_id] != one
    )


def put_off(
    plan: LessonPlan, late: Sequence[Lesson], is_free: Callable[[Lesson], bool], weeks: int
) -> LessonPlan | None:
    """Return the plan with these lessons moved behind its last one, week by week at their own hour.

    None where one of them finds no free hour within ``weeks`` weeks after that.
    """
    stay = [one for one in plan.lessons if one not in late]
    last = plan.lessons[-1].starts_at
    for lesson in late:
        found = next(
            (
                later
                for week in range(1, weeks + 1 + (last - lesson.starts_at).days // 7)
                if (later := _weeks_later(lesson, week)).starts_at > last
                and is_free(later)
                and all(later.starts_at != one.starts_at for one in stay)
            ),
            None,
        )
        if found is None:
            return None
        stay.append(found)
    return with_lessons(plan, stay)


def _weeks_later(lesson: Lesson, weeks: int) -> Lesson:
    later = timedelta(weeks=weeks)
    return replace(lesson, starts_at=lesson.starts_at + later, ends_at=lesson.ends_at + later)


def held(plan: LessonPlan, lesson: Lesson, *, attended: bool) -> tuple[LessonPlan, LessonHeld]:
    """Keep what somebody reported of a lesson."""
    reported = replace(lesson, attended=attended)
    lessons = [reported if one.lesson_id == lesson.lesson_id else one for one in plan.lessons]
    event = LessonHeld(
        plan_id=plan.plan_id,
        lesson_id=lesson.lesson_id,
        candidate_id=plan.candidate_id,
        teacher_id=lesson.teacher_id,
        starts_at=lesson.starts_at,
        ends_at=lesson.ends_at,
        attended=attended,
    )
    return with_lessons(plan, lessons), event


def finished(plan: LessonPlan, level: Level, now: datetime) -> tuple[LessonPlan, LessonsFinished]:
    """End a plan; lessons that had not begun are not held. ``level`` is what is known of the learner now."""
    event = LessonsFinished(plan_id=plan.plan_id, candidate_id=plan.candidate_id, level=level)
    return replace(with_lessons(plan, begun(plan, now)), state="finished"), event
