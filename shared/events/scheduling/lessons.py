"""Japanese lessons before the move."""

from typing import Annotated

from pydantic import Field

from shared.events.event import Event
from shared.events.ids import CandidateId, LessonId, PlanId, TeacherId
from shared.events.times import Moment
from shared.events.value import Value, at_least
from shared.events.vocabulary import Flag, Level


class PlannedLesson(Value):
    """A lesson in a plan."""

    lesson_id: LessonId
    starts_at: Moment
    """When it begins."""
    ends_at: Annotated[Moment, at_least("starts_at")]
    """When it ends."""
    teacher_id: TeacherId


class LessonsPlanned(Event, source="scheduling", type="lessons-planned", subject="plan_id"):
    """A candidate's Japanese lessons were planned: this is the whole plan."""

    plan_id: PlanId
    candidate_id: CandidateId
    level: Level
    """The level at the beginning."""
    target: Level
    """The level that is aimed at."""
    lessons: Annotated[tuple[PlannedLesson, ...], Field(max_length=200)]
    """The lessons, earliest first."""


class _OfLesson(Event):
    plan_id: PlanId
    lesson_id: LessonId
    candidate_id: CandidateId
    teacher_id: TeacherId
    starts_at: Moment
    """When it begins."""
    ends_at: Annotated[Moment, at_least("starts_at")]
    """When it ends."""


class LessonMoved(_OfLesson, source="scheduling", type="lesson-moved", subject="plan_id"):
    """A lesson's time or teacher changed: these are the new ones."""


class LessonHeld(_OfLesson, source="scheduling", type="lesson-held", subject="plan_id"):
    """Somebody reported a lesson that is over. Where nobody did, it is not published."""

    attended: Flag
    """Whether the learner was there."""


class LessonsFinished(Event, source="scheduling", type="lessons-finished", subject="plan_id"):
    """The last lesson of a plan is over, or the plan ended."""

    plan_id: PlanId
    candidate_id: CandidateId
    level: Level
    """The level that was reached."""
