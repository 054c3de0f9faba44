"""What services outside may publish to us, each under its own source, `/external/<its name>`.

Who is listened to, and which publisher may speak for which firm, are settings of the service that reads it. What
cannot be taken in is parked, with a reason that its author can act on.
"""

from typing import Annotated

from pydantic import Field

from shared.events.event import ExternalEvent
from shared.events.ids import AssessmentId, CandidateId, FirmId, LessonId, RequestId
from shared.events.profile import Requirements, Skill
from shared.events.vocabulary import Flag


class PositionRequested(ExternalEvent, source="external", type="position-requested", subject="request_id"):
    """A firm's own system for its staff opens a position; matching answers with `position-opened`.

    The same request again does nothing; with another firm or other requirements it is parked as
    `request-reused`. So are `publisher-not-allowed` and `unknown-firm`.
    """

    firm_id: FirmId
    request_id: RequestId
    """The publisher's own id of the request, of our shape: two publishers may use the same. The position's events
    carry it back."""
    requirements: Requirements
    """What the position asks for and offers."""


class AssessmentCompleted(
    ExternalEvent, source="external", type="assessment-completed", subject="assessment_id"
):
    """A testing service confirms or corrects a candidate's skills.

    Intake, which owns the record, answers with `candidate-updated`, also where nothing was different. Of two
    assessments of a skill the later one stands, by the envelope's `time`. The same assessment again does nothing;
    with other skills it is parked as `assessment-reused`. So are `publisher-not-allowed`, `unknown-candidate` and
    `too-many-skills`.
    """

    candidate_id: CandidateId
    assessment_id: AssessmentId
    """The publisher's own id of the assessment, of our shape: two publishers may use the same."""
    skills: Annotated[tuple[Skill, ...], Field(max_length=100)]
    """The skills that were tested, with the years they are worth: a skill of the profile, compared without regard
    to case, gets these years; one that is not in it is added; one that is worth 0 years is taken out."""


class LessonReported(ExternalEvent, source="external", type="lesson-reported", subject="lesson_id"):
    """A language school says whether a learner was there; scheduling answers with `lesson-held`.

    Before the lesson is over it is waited for. What was said first stays, whoever said it: the same again does
    nothing, the contrary is parked as `reported-otherwise`. So are `publisher-not-allowed`, `unknown-lesson` and
    `other-learner`.
    """

    lesson_id: LessonId
    candidate_id: CandidateId
    attended: Flag
    """Whether the learner was there."""
