"""What scheduling shows of lessons."""

from datetime import datetime
from typing import Self

from services.scheduling.domain.lessons import LessonPlan
from shared.events.ids import CandidateId, LessonId, PlanId, TeacherId
from shared.events.vocabulary import Level
from shared.web.views import View


class LessonView(View):
    """A lesson."""

    lesson_id: LessonId
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    teacher_id: TeacherId
    attended: bool | None = None
    """Whether the learner was there; absent: nobody has said."""


class LessonPlanView(View):
    """A candidate's lessons, earliest first."""

    plan_id: PlanId
    candidate_id: CandidateId
    teacher_id: TeacherId
    level: Level
    """The learner's command of Japanese at its beginning (CEFR)."""
    target: Level
    """The command of Japanese that it leads to (CEFR)."""
    state: str
    """`planned` until the last lesson is over: `finished`."""
    lessons: tuple[LessonView, ...]
    """Its lessons, in the order of time."""

    @classmethod
    def of(cls, plan: LessonPlan) -> Self:
        """Show a plan."""
        return cls.showing(plan, lessons=tuple(LessonView.showing(one) for one in plan.lessons))
