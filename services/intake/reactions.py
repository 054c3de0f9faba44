"""What intake does when an event comes."""

from dataclasses import replace

from pydantic import ValidationError

from services.intake.domain.applications import Record, announced
from services.intake.domain.assessments import Assessment, corrected, same_as
from services.intake.store import candidates
from shared.events.external import AssessmentCompleted
from shared.messaging.reactions import Reactions
from shared.publishers import Publishers, Refused
from shared.storage.unit import UnitOfWork

reactions = Reactions()


@reactions.on(AssessmentCompleted, reads=lambda event: [candidates.key(event.candidate_id)])
async def take_in_assessment(event: AssessmentCompleted, unit: UnitOfWork) -> None:
    """Correct a candidate's skills, and say so, also where they were confirmed; the same again does nothing.

    What the candidate or staff change later stands. Nothing is taken in about who was erased.
    """
    unit.using(Publishers).require(unit.envelope.source)
    candidate = await unit.get(candidates, event.candidate_id)
    if candidate is None:
        raise Refused("unknown-candidate", "candidate_id: there is no such candidate")
    assessment = Assessment(
        publisher=unit.envelope.source,
        assessment_id=event.assessment_id,
        assessed_at=unit.envelope.time,
        skills=event.skills,
    )
    if candidate.record is not None and _is_new(assessment, candidate.record):
        record = _assessed(candidate.record, assessment)
        event_of_it = announced(candidate.candidate_id, record)
        unit.save(candidates, replace(candidate, record=record), event_of_it)


def _is_new(assessment: Assessment, record: Record) -> bool:
    known = same_as(assessment, record.assessments)
    if known is not None and known.skills != assessment.skills:
        detail = "assessment_id: another assessment had it before; a new one needs a new id"
        raise Refused("assessment-reused", detail)
    return known is None


def _assessed(record: Record, assessment: Assessment) -> Record:
    try:
        profile = corrected(record.profile, assessment, record.assessments)
    except ValidationError as error:
        raise Refused("too-many-skills", "skills: with these the profile would hold too many") from error
    return replace(record, profile=profile, assessments=(*record.assessments, assessment))
