"""Attendance: who was at a lesson, whoever reports it."""

from services.scheduling.domain.lessons import Lesson, LessonPlan, held
from services.scheduling.store import plans
from shared.events.ids import LessonId
from shared.storage.unit import UnitOfWork


async def find_lesson(unit: UnitOfWork, lesson_id: LessonId) -> tuple[LessonPlan, Lesson] | None:
    """Return a lesson with its plan."""
    for plan in await unit.find(plans, lesson_ids=lesson_id):
        for lesson in plan.lessons:
            if lesson.lesson_id == lesson_id:
                return plan, lesson
    return None


def note_attendance(unit: UnitOfWork, plan: LessonPlan, lesson: Lesson, *, attended: bool) -> Lesson:
    """Keep and say whether the learner was there, of a lesson of which nobody has said it."""
    plan, event = held(plan, lesson, attended=attended)
    unit.save(plans, plan, event)
    return next(one for one in plan.lessons if one.lesson_id == lesson.lesson_id)
