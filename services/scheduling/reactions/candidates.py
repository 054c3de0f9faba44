"""Candidates: what is known of them, whether they are shortlisted, and that they left."""

from services.scheduling.domain.candidates import Candidate, Ending, erased, moved_on, recorded
from services.scheduling.endings import end
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import candidates, the_candidate
from services.scheduling.teaching import end_plan, want_lessons
from shared.events.ids import ApplicationId
from shared.events.intake import (
    CandidateApplied,
    CandidateDeclined,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
)
from shared.storage.unit import UnitOfWork


@reactions.on(CandidateApplied, reads=lambda event: [candidates.key(event.candidate_id)])
async def remember(event: CandidateApplied, unit: UnitOfWork) -> None:
    """Remember a candidate with one more application."""
    before = await the_candidate(unit, event.candidate_id)
    if before.erased:
        return
    after = moved_on(_recorded(before, event, unit), event.application_id, "applied")
    unit.save(candidates, after)
    want_lessons(unit, after)


@reactions.on(CandidateUpdated, reads=lambda event: [candidates.key(event.candidate_id)])
async def update(event: CandidateUpdated, unit: UnitOfWork) -> None:
    """Take over what is new; who no longer wants lessons has none from now on."""
    before = await the_candidate(unit, event.candidate_id)
    if before.erased:
        return
    after = _recorded(before, event, unit)
    unit.save(candidates, after)
    want_lessons(unit, after)
    if before.wants_lessons and not after.wants_lessons and after.plan_id is not None:
        await end_plan(unit, after.plan_id, after.japanese)


@reactions.on(CandidateShortlisted, reads=lambda event: [candidates.key(event.candidate_id)])
async def shortlist(event: CandidateShortlisted, unit: UnitOfWork) -> None:
    """From now on something may be planned for the candidate: lessons at once, if they are wanted."""
    before = await the_candidate(unit, event.candidate_id)
    if before.erased:
        return
    after = moved_on(before, event.application_id, "shortlisted")
    unit.save(candidates, after)
    want_lessons(unit, after)


@reactions.on(CandidateWithdrawn, reads=lambda event: [candidates.key(event.candidate_id)])
async def let_go(event: CandidateWithdrawn, unit: UnitOfWork) -> None:
    """End an application, and all that was planned where it was the last."""
    await _end_application(
        unit, await the_candidate(unit, event.candidate_id), event.application_id, "withdrawn"
    )


@reactions.on(CandidateDeclined, reads=lambda event: [candidates.key(event.candidate_id)])
async def turn_away(event: CandidateDeclined, unit: UnitOfWork) -> None:
    """End an application, and all that was planned where it was the last."""
    await _end_application(unit, await the_candidate(unit, event.candidate_id), event.application_id, "staff")


@reactions.on(CandidateErased, reads=lambda event: [candidates.key(event.candidate_id)])
async def forget(event: CandidateErased, unit: UnitOfWork) -> None:
    """Forget a candidate, and end all that was planned."""
    before = await the_candidate(unit, event.candidate_id)
    if not before.erased:
        await end(unit, before, erased(before), "erased")


def _recorded(
    candidate: Candidate, event: CandidateApplied | CandidateUpdated, unit: UnitOfWork
) -> Candidate:
    return recorded(
        candidate,
        time_zone=event.time_zone,
        language=event.language,
        wants_lessons=event.wants_lessons,
        spoken=event.profile.spoken,
        sequence=unit.envelope.sequence or 0,
    )


async def _end_application(
    unit: UnitOfWork, before: Candidate, application_id: ApplicationId, why: Ending
) -> None:
    if before.erased:
        return
    after = moved_on(before, application_id, "ended")
    if after.is_gone or (before.is_shortlisted and not after.is_shortlisted):
        await end(unit, before, after, why)
    else:
        unit.save(candidates, after)
