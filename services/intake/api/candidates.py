"""Candidates over HTTP: the right to be forgotten."""

from services.intake.endings import erase
from shared.events.ids import CandidateId
from shared.web.app import router as new_router
from shared.web.identity import StaffOrCandidate
from shared.web.parts import Command
from shared.web.problems import NotFound, documented

router = new_router()


@router.delete(
    "/candidates/{candidate_id}", tags=["candidates"], status_code=204, responses=documented(NotFound)
)
async def erase_candidate(candidate_id: CandidateId, caller: StaffOrCandidate, command: Command) -> None:
    """Erase a person. Every service removes what it knows of them, and nothing is sent to them after."""
    caller.must_be(candidate_id)
    await command(lambda unit: erase(unit, candidate_id))
