"""Interviews over HTTP."""

from typing import Literal

from services.scheduling.api.forms import OutcomeRequest
from services.scheduling.api.problems import NotOverYet
from services.scheduling.api.views import InterviewView
from services.scheduling.domain.interviews import Interview
from services.scheduling.interviewing import call_off, is_ahead, report
from services.scheduling.store import interviews, the_interview
from shared.events.ids import InterviewId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Caller, InterviewParty, StaffOrFirm
from shared.web.lookup import existing
from shared.web.parts import Command, Documents
from shared.web.problems import Conflict, NotFound, documented

router = new_router()


@router.get("/interviews/{interview_id}", tags=["interviews"], responses=documented(NotFound))
async def show_interview(
    interview_id: InterviewId, caller: InterviewParty, documents: Documents
) -> InterviewView:
    """Show an interview to those who take part."""
    interview = await existing(documents, interviews, interview_id, "interview")
    caller.must_be(*interview.persons)
    return InterviewView.of(interview)


@router.post(
    "/interviews/{interview_id}/cancellation", tags=["interviews"], responses=documented(NotFound, Conflict)
)
async def cancel_interview(
    interview_id: InterviewId, caller: InterviewParty, command: Command
) -> InterviewView:
    """Call an interview off before it begins.

    Where staff or the interpreter do, the next plan finds another time for it; where one side does, none is planned
    again.
    """

    async def make(unit: UnitOfWork) -> Interview:
        interview = await the_interview(unit, interview_id)
        caller.must_be(*interview.persons)
        if interview.state == "cancelled":
            return interview
        if not is_ahead(interview, unit):
            raise Conflict("it has begun, or is over")
        behalf = _on_whose_behalf(caller, interview)
        return await call_off(unit, interview, behalf, for_good=behalf != "staff")

    return InterviewView.of(await command(make))


def _on_whose_behalf(caller: Caller, interview: Interview) -> Literal["staff", "candidate", "firm"]:
    if caller.is_staff or caller.person_id == interview.interpreter_id:
        return "staff"
    return "candidate" if caller.person_id == interview.candidate_id else "firm"


@router.post(
    "/interviews/{interview_id}/outcome",
    tags=["interviews"],
    responses=documented(NotFound, Conflict, NotOverYet),
)
async def report_outcome(
    interview_id: InterviewId, request: OutcomeRequest, caller: StaffOrFirm, command: Command
) -> InterviewView:
    """Say what came of an interview, once it is over. What was said stays.

    After a `no-show` the next plan finds another time for it.
    """

    async def make(unit: UnitOfWork) -> Interview:
        interview = await the_interview(unit, interview_id)
        caller.must_be(interview.firm_id)
        if interview.state == "cancelled":
            raise Conflict("the interview was cancelled")
        if unit.now < interview.ends_at:
            raise NotOverYet(f"it ends at {interview.ends_at.isoformat()}")
        if interview.state == "held":
            if interview.outcome != request.outcome:
                raise Conflict(f"{interview.outcome} was reported already")
            return interview
        return await report(unit, interview, request.outcome)

    return InterviewView.of(await command(make, [interviews.key(interview_id)]))
