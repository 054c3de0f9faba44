"""Lessons: a language school outside reports who was there."""

from services.scheduling.attendance import find_lesson, note_attendance
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import candidates
from shared.events.external import LessonReported
from shared.messaging.reactions import NotYet
from shared.publishers import Publishers, Refused
from shared.storage.unit import UnitOfWork


@reactions.on(LessonReported, reads=lambda event: [candidates.key(event.candidate_id)])
async def note_reported(event: LessonReported, unit: UnitOfWork) -> None:
    """Note whether the learner was there, as if the teacher had said it; of who was erased nothing is noted.

    A lesson that is not over yet is waited for. What was said first stays, whoever said it.
    """
    unit.using(Publishers).require(unit.envelope.source)
    found = await find_lesson(unit, event.lesson_id)
    if found is None:
        raise Refused("unknown-lesson", "lesson_id: there is no such lesson, or it was dropped")
    plan, lesson = found
    if plan.candidate_id != event.candidate_id:
        raise Refused("other-learner", "candidate_id: the lesson is somebody else's")
    candidate = await unit.get(candidates, event.candidate_id)
    if candidate is None or candidate.erased:
        return
    if unit.now < lesson.ends_at:
        raise NotYet("the lesson is not over")
    if lesson.attended is None:
        note_attendance(unit, plan, lesson, attended=event.attended)
    elif lesson.attended != event.attended:
        raise Refused("reported-otherwise", "attended: it was reported otherwise already")
