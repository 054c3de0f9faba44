"""Visits over HTTP: opened, filled, planned, closed."""

from dataclasses import replace

from fastapi import Response

from services.scheduling.api.forms import InvitationsRequest, VisitRequest
from services.scheduling.api.problems import NotShortlisted
from services.scheduling.api.views import InterviewView, MatchView, PlanAnswer, VisitSummary, VisitView
from services.scheduling.calendars import open_for
from services.scheduling.domain.candidates import Candidate
from services.scheduling.domain.due import SHOWCASE_HELD
from services.scheduling.domain.visits import Visit, closed, opened
from services.scheduling.interviewing import Planned, call_off_ahead, plan_visit
from services.scheduling.seating import cancel, invite
from services.scheduling.store import (
    candidates,
    interviews,
    seats,
    showcases,
    the_visit,
    visits,
)
from shared.events.ids import VisitId
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.idempotency import IdempotencyKey, Reply
from shared.web.identity import Staff
from shared.web.lookup import existing
from shared.web.pages import Cursor, Limit, Page
from shared.web.parts import Command, Documents, OnlyOnce
from shared.web.problems import Conflict, FieldError, Invalid, NotFound, NotKnownYet, documented

router = new_router()


@router.get("/visits", tags=["visits"])
async def list_visits(
    _: Staff, documents: Documents, cursor: Cursor = None, limit: Limit = 50
) -> Page[VisitSummary]:
    """List all visits."""
    found, following = await documents.page(visits, cursor, limit)
    return Page(items=[VisitSummary.of(one) for one in found], next=following)


@router.get("/visits/{visit_id}", tags=["visits"], responses=documented(NotFound))
async def show_visit(visit_id: VisitId, _: Staff, documents: Documents) -> VisitView:
    """Show a visit, with who was offered a seat, what became of each, who waits, and what takes place."""
    visit = await existing(documents, visits, visit_id, "visit")
    return VisitView.with_seats(
        visit,
        await documents.find(seats, visit_id=visit_id),
        await documents.find(interviews, visit_id=visit_id),
        await documents.find(showcases, visit_id=visit_id),
    )


@router.post(
    "/visits",
    tags=["visits"],
    status_code=201,
    response_model=VisitView,
)
async def open_visit(request: VisitRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce) -> Response:
    """Open a visit, to which candidates can then be invited."""

    async def create(unit: UnitOfWork) -> Reply:
        if request.starts_on <= unit.today:
            error = FieldError(where="body.starts_on", message="should be a day to come", code="past")
            raise Invalid(errors=[error])
        visit, event = opened(unit.new_id(VisitId), request.starts_on, request.ends_on, request.seats)
        unit.save(visits, visit, event)
        return Reply(201, VisitView.with_seats(visit, []))

    return await once.run(key, request, create)


@router.post(
    "/visits/{visit_id}/invitations",
    tags=["visits"],
    status_code=201,
    response_model=VisitView,
    responses=documented(NotFound, NotKnownYet, NotShortlisted, Conflict),
)
async def invite_candidates(
    visit_id: VisitId, request: InvitationsRequest, _: Staff, key: IdempotencyKey, once: OnlyOnce
) -> Response:
    """Offer seats in this order, as many as are free; who is left waits, in the same order.

    Who has a seat or waits already stays as they are. It may be called again: others go behind.
    """

    async def make(unit: UnitOfWork) -> Reply:
        visit = await the_visit(unit, visit_id)
        if not visit.can_be_offered(unit.today):
            raise Conflict("the visit has begun, or is closed")
        wanted = [(await _shortlisted(unit, one.candidate_id), one.needs_visa) for one in request.invitations]
        visit = await invite(unit, visit, wanted)
        return Reply(201, VisitView.with_seats(visit, await unit.find(seats, visit_id=visit_id)))

    return await once.run(
        key, request, make, [candidates.key(one.candidate_id) for one in request.invitations]
    )


async def _shortlisted(unit: UnitOfWork, candidate_id: str) -> Candidate:
    candidate = await unit.get(candidates, candidate_id)
    if candidate is None:
        raise NotKnownYet(f"candidate {candidate_id}")
    if not candidate.is_shortlisted:
        again = {} if candidate.is_gone else {"Retry-After": "1"}  # the event may be on its way
        raise NotShortlisted(f"candidate {candidate_id} is not", headers=again)
    return candidate


@router.post("/visits/{visit_id}/plan", tags=["visits"], responses=documented(NotFound, Conflict))
async def plan_interviews(visit_id: VisitId, _: Staff, command: Command) -> PlanAnswer:
    """Plan an interview for each complete match of who comes, unless it has one.

    Repeatable: what is planned stays, and matches that were completed since are planned. Only an interview at whose
    time somebody has said since that they cannot (`PUT /availability/{person_id}`) is moved.
    """

    async def make(unit: UnitOfWork) -> Planned:
        visit = await the_visit(unit, visit_id)
        if visit.state == "closed":
            raise Conflict("the visit is closed")
        return await plan_visit(unit, visit)

    planned = await command(make)
    return PlanAnswer(
        planned=tuple(InterviewView.of(one) for one in planned.scheduled),
        moved=tuple(InterviewView.of(one) for one in planned.moved),
        without_slot=tuple(MatchView.showing(one) for one in planned.without_slot),
        not_known_yet=tuple(MatchView.showing(one) for one in planned.not_known_yet),
        without_interpreter=tuple(InterviewView.of(one) for one in planned.without_interpreter),
    )


@router.post("/visits/{visit_id}/closing", tags=["visits"], responses=documented(NotFound))
async def close_visit(visit_id: VisitId, _: Staff, command: Command) -> VisitView:
    """Close a visit: it took place, or will not. What still lay ahead of it is called off."""

    async def close(unit: UnitOfWork) -> VisitView:
        visit = await the_visit(unit, visit_id)
        if visit.state == "open":
            await _close(unit, visit)
        all_seats = await unit.find(seats, visit_id=visit_id)
        return VisitView.with_seats(await the_visit(unit, visit_id), all_seats)

    return await command(close)


async def _close(unit: UnitOfWork, visit: Visit) -> None:
    unit.save(visits, *closed(visit))
    planned = await unit.find(interviews, visit_id=visit.visit_id, state="scheduled")
    await call_off_ahead(unit, [one.interview_id for one in planned], "staff")
    for showcase in await unit.find(showcases, visit_id=visit.visit_id, state="scheduled"):
        if showcase.starts_at > unit.now:
            diary = await open_for(unit, showcase.takes_part, [showcase.busy])
            diary.free(showcase.takes_part, showcase.busy)
            unit.cancel_timer(SHOWCASE_HELD, showcase.showcase_id)
            unit.save(showcases, replace(showcase, state="cancelled"))
    ends = {"offered"} if unit.today >= visit.starts_on else {"offered", "booked"}
    for seat in await unit.find(seats, visit_id=visit.visit_id):
        if seat.state in ends:
            await cancel(unit, seat, "staff")
