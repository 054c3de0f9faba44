"""Endings: withdrawn, declined, erased. What was held for somebody is free again."""

from services.scheduling.availability import forget
from services.scheduling.domain.candidates import Candidate, Ending, left
from services.scheduling.interviewing import call_off_ahead
from services.scheduling.moving import call_off
from services.scheduling.seating import leave, leave_teams
from services.scheduling.store import candidates, the_candidate
from services.scheduling.teaching import end_plan, stop_waiting
from shared.storage.unit import UnitOfWork


async def end(unit: UnitOfWork, candidate: Candidate, ended: Candidate, why: Ending) -> None:
    """Store a candidate who has left (``ended``), and end all that was planned (``candidate``: before).

    The candidate is stored first, so that no freed seat is offered to them again.
    """
    unit.save(candidates, ended)
    for visit_id in candidate.visits:
        await leave(unit, visit_id, candidate.candidate_id, why)
    await call_off_ahead(unit, candidate.interviews, why)
    await leave_teams(unit, candidate)
    await stop_waiting(unit, candidate.candidate_id)
    if candidate.plan_id is not None:
        await end_plan(unit, candidate.plan_id, None if ended.erased else candidate.japanese)
    for relocation_id in candidate.relocations:
        await call_off(unit, relocation_id, why)
    if ended.erased:
        await forget(unit, candidate.candidate_id)
    unit.save(candidates, left(await the_candidate(unit, candidate.candidate_id)))
