"""Endings: withdrawn, declined, erased. What was held for somebody is free again."""

from dataclasses import replace

from services.scheduling.calendars import open_for
from services.scheduling.domain.candidates import Candidate, Ending, left
from services.scheduling.interviewing import call_off_ahead
from services.scheduling.moving import call_off
from services.scheduling.seating import leave
from services.scheduling.store import candidates, showcases, the_candidate
from services.scheduling.teaching import end_plan, stop_waiting
from shared.events.ids import CandidateId, ShowcaseId
from shared.storage.unit import UnitOfWork


async def end(unit: UnitOfWork, candidate: Candidate, ended: Candidate, why: Ending) -> None:
    """Store a candidate who has left (``ended``), and end all that was planned (``candidate``: before).

    The candidate is stored first, so that no freed seat is offered to them again.
    """
    unit.save(candidates, ended)
    for visit_id in candidate.visits:
        await leave(unit, visit_id, candidate.candidate_id, why)
    await call_off_ahead(unit, candidate.interviews, why)
    for showcase_id in candidate.showcases:
        await _leave_team(unit, showcase_id, candidate.candidate_id)
    await stop_waiting(unit, candidate.candidate_id)
    if candidate.plan_id is not None:
        await end_plan(unit, candidate.plan_id, None if ended.erased else candidate.japanese)
    for relocation_id in candidate.relocations:
        await call_off(unit, relocation_id, why)
    unit.save(candidates, left(await the_candidate(unit, candidate.candidate_id)))


async def _leave_team(unit: UnitOfWork, showcase_id: ShowcaseId, candidate_id: CandidateId) -> None:
    """Take somebody out of a team that has not shown its work yet; its other members are not told again."""
    showcase = await unit.get(showcases, showcase_id)
    if showcase is None or showcase.state == "held" or candidate_id not in showcase.candidate_ids:
        return
    diary = await open_for(unit, [candidate_id], [showcase.busy])
    diary.free([candidate_id], showcase.busy)
    others = tuple(one for one in showcase.candidate_ids if one != candidate_id)
    unit.save(showcases, replace(showcase, candidate_ids=others))
