"""Candidates over HTTP: all that a person has applied for, and the right to be forgotten."""

from services.intake.api.forms import ApplicationSummary
from services.intake.endings import erase
from services.intake.store import applications
from shared.events.ids import CandidateId
from shared.web.app import router as new_router
from shared.web.identity import StaffOrCandidate
from shared.web.pages import Page
from shared.web.parts import Command, Documents
from shared.web.problems import NotFound, documented

router = new_router()


@router.get("/candidates/{candidate_id}/applications", tags=["candidates"])
async def list_candidate_applications(
    candidate_id: CandidateId, caller: StaffOrCandidate, documents: Documents
) -> Page[ApplicationSummary]:
    """List a person's applications, the newest first: whoever comes by a link finds their own here.

    There is one in each round; repeats are not among them. All of them are on one page.
    """
    caller.must_be(candidate_id)
    found = await documents.find(applications, candidate_id=candidate_id)
    own = sorted(
        (one for one in found if one.state != "repeat"), key=lambda one: one.applied_at, reverse=True
    )
    return Page(items=[ApplicationSummary.of(one) for one in own])


@router.delete(
    "/candidates/{candidate_id}", tags=["candidates"], status_code=204, responses=documented(NotFound)
)
async def erase_candidate(candidate_id: CandidateId, caller: StaffOrCandidate, command: Command) -> None:
    """Erase a person. Every service removes what it knows of them, and nothing is sent to them after."""
    caller.must_be(candidate_id)
    await command(lambda unit: erase(unit, candidate_id))
