"""What matching does when an event comes."""

from services.matching.domain.candidates import Candidate, erased, informed, is_in_the_running, moved
from services.matching.domain.matches import interviewed
from services.matching.domain.requests import Request, is_same
from services.matching.endings import leave
from services.matching.openings import open_position
from services.matching.proposals import propose_positions
from services.matching.store import POOL_KEY, candidates, firms, matches, requests, the_candidate
from shared.events.external import PositionRequested
from shared.events.ids import ApplicationId, CandidateId
from shared.events.intake import (
    CandidateApplied,
    CandidateDeclined,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
)
from shared.events.scheduling import InterviewHeld
from shared.messaging.reactions import NotYet, Reactions
from shared.publishers import Publishers, Refused, kept_as
from shared.storage.unit import UnitOfWork

reactions = Reactions()


@reactions.on(CandidateApplied, reads=lambda event: [candidates.key(event.candidate_id)])
async def take_in_applicant(event: CandidateApplied, unit: UnitOfWork) -> None:
    """Learn what a candidate can do and wants."""
    before = await the_candidate(unit, event.candidate_id)
    candidate = informed(before, event.profile, _sequence(unit))
    await _settle(unit, before, moved(candidate, event.application_id, "applied"))


@reactions.on(CandidateUpdated, reads=lambda event: [candidates.key(event.candidate_id), POOL_KEY])
async def take_in_changes(event: CandidateUpdated, unit: UnitOfWork) -> None:
    """Learn what has changed about a candidate; more positions may suit an available one now."""
    before = await the_candidate(unit, event.candidate_id)
    await _settle(unit, before, informed(before, event.profile, _sequence(unit)))


@reactions.on(CandidateShortlisted, reads=lambda event: [candidates.key(event.candidate_id), POOL_KEY])
async def propose_to_shortlisted(event: CandidateShortlisted, unit: UnitOfWork) -> None:
    """Propose a shortlisted candidate to the positions that suit best."""
    before = await the_candidate(unit, event.candidate_id)
    candidate = moved(before, event.application_id, "shortlisted")
    if candidate == before:  # erased, ended, or shortlisted already
        return
    if candidate.profile is None:
        raise NotYet("candidate")
    await _settle(unit, before, candidate)


@reactions.on(CandidateDeclined, reads=lambda event: [candidates.key(event.candidate_id)])
async def end_declined(event: CandidateDeclined, unit: UnitOfWork) -> None:
    """End an application that staff declined."""
    await _end(unit, event.candidate_id, event.application_id)


@reactions.on(CandidateWithdrawn, reads=lambda event: [candidates.key(event.candidate_id)])
async def end_withdrawn(event: CandidateWithdrawn, unit: UnitOfWork) -> None:
    """End an application that the candidate withdrew."""
    await _end(unit, event.candidate_id, event.application_id)


async def _end(unit: UnitOfWork, candidate_id: CandidateId, application_id: ApplicationId) -> None:
    """End an application; a candidate of whom none is shortlisted any more leaves."""
    before = await the_candidate(unit, candidate_id)
    candidate = moved(before, application_id, "ended")
    unit.save(candidates, candidate)
    if is_in_the_running(before) and not is_in_the_running(candidate):
        await leave(unit, candidate_id, "withdrawn")


@reactions.on(CandidateErased, reads=lambda event: [candidates.key(event.candidate_id)])
async def forget_candidate(event: CandidateErased, unit: UnitOfWork) -> None:
    """Forget a candidate; a tombstone stays, so that nothing late brings them back."""
    await leave(unit, event.candidate_id, "erased")
    unit.save(candidates, erased(await the_candidate(unit, event.candidate_id)))


@reactions.on(InterviewHeld, reads=lambda event: [matches.key(event.match_id)])
async def note_interview(event: InterviewHeld, unit: UnitOfWork) -> None:
    """Note that the two have met, which is what an offer waits for."""
    match = await unit.get(matches, event.match_id)
    if match is None:
        raise NotYet("match")
    unit.save(matches, interviewed(match, event.outcome, event.ends_at))


@reactions.on(PositionRequested, reads=lambda event: [firms.key(event.firm_id), POOL_KEY])
async def open_requested(event: PositionRequested, unit: UnitOfWork) -> None:
    """Open a position that a firm's own system asks for; the same request again does nothing."""
    unit.using(Publishers).require(unit.envelope.source, event.firm_id)
    request_key = kept_as(unit.envelope.source, event.request_id)
    known = await unit.get(requests, request_key)
    if known is not None:
        _must_be_same(known, event)
        return
    await _must_be_registered(event, unit)
    position = await open_position(unit, event.firm_id, event.requirements, event.request_id)
    request = Request(
        request_key=request_key,
        firm_id=event.firm_id,
        requirements=event.requirements,
        position_id=position.position_id,
    )
    unit.save(requests, request)


def _must_be_same(known: Request, event: PositionRequested) -> None:
    if not is_same(known, event):
        raise Refused("request-reused", "request_id: another request had it before; a new one needs a new id")


async def _must_be_registered(event: PositionRequested, unit: UnitOfWork) -> None:
    """Refuse a firm that is not there; one that the setting names itself is waited for."""
    if await unit.get(firms, event.firm_id) is None:
        if unit.using(Publishers).names(unit.envelope.source, event.firm_id):
            raise NotYet("firm_id: the setting names it, and no such firm is registered")
        raise Refused("unknown-firm", "firm_id: no such firm is registered")


async def _settle(unit: UnitOfWork, before: Candidate, candidate: Candidate) -> None:
    """Save a candidate; one who has become available, or has changed meanwhile, is proposed."""
    changed = not before.available or before.profile != candidate.profile
    if candidate.available and changed:
        await propose_positions(unit, candidate)
    else:
        unit.save(candidates, candidate)


def _sequence(unit: UnitOfWork) -> int:
    return unit.envelope.sequence or 0
