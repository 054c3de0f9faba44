"""What services outside may publish to us, each under its own source, `/external/<its name>`.

Which publisher may speak for which firm is a setting of the service that reads it.
"""

from typing import Annotated

from pydantic import Field

from shared.events.event import ExternalEvent
from shared.events.ids import AssessmentId, CandidateId, FirmId, LessonId, RequestId
from shared.events.profile import Requirements, Skill
from shared.events.vocabulary import Flag


class PositionRequested(ExternalEvent, source="external", type="position-requested", subject="request_id"):
    """A firm's own system for its staff opens a position; matching answers with `position-opened`."""

    firm_id: FirmId
    request_id: RequestId
    """The publisher's own id of the request, of our shape; `position-opened` carries it back."""
    requirements: Requirements
    """What the position asks for and offers."""


class AssessmentCompleted(
    ExternalEvent, source="external", type="assessment-completed", subject="assessment_id"
):
    """A testing service confirms or corrects a candidate's skills.

    Intake, which owns the record, answers with `candidate-updated`.
    """

    candidate_id: CandidateId
    assessment_id: AssessmentId
    """The publisher's own id of the assessment, of our shape."""
    skills: Annotated[tuple[Skill, ...], Field(max_length=100)]
    """The skills that were tested, with the years they are worth."""


class LessonReported(ExternalEvent, source="external", type="lesson-reported", subject="lesson_id"):
    """A language school says whether a learner was there; scheduling answers with `lesson-held`."""

    lesson_id: LessonId
    candidate_id: CandidateId
    attended: Flag
    """Whether the learner was there."""
