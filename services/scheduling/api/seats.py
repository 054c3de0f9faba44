"""Seats over HTTP: a candidate's answer, and what staff note of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Path

from services.scheduling.api.problems import NotShortlisted, SeatExpired
from services.scheduling.api.views import SeatView
from services.scheduling.domain.due import VISIT_STEP_DUE, step_key
from services.scheduling.domain.steps import done, named
from services.scheduling.domain.visits import STAYS, Seat, attended, seat_id, step_done
from services.scheduling.seating import book, cancel, decline
from services.scheduling.store import seats, the_candidate, the_seat, the_visit
from shared.events.ids import CandidateId, VisitId
from shared.events.vocabulary import VisitStep
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import Staff, StaffOrCandidate
from shared.web.parts import Command
from shared.web.problems import Conflict, NotFound, documented

router = new_router()
Step = Annotated[VisitStep, Path(description="What was to be done, as a code")]
Decide = Callable[[UnitOfWork, Seat], Awaitable[Seat]]
SEAT = "/visits/{visit_id}/seats/{candidate_id}"


@router.post(
    f"{SEAT}/acceptance",
    tags=["seats"],
    responses=documented(NotFound, Conflict, SeatExpired, NotShortlisted),
)
async def accept_seat(
    visit_id: VisitId, candidate_id: CandidateId, caller: StaffOrCandidate, command: Command
) -> SeatView:
    """Accept an offered seat: it is booked, and what has to be done before the visit is planned."""
    caller.must_be(candidate_id)
    return await _decide(command, visit_id, candidate_id, _accept)


async def _accept(unit: UnitOfWork, seat: Seat) -> Seat:
    if seat.state in STAYS:
        return seat
    if seat.reason == "expired" or (seat.state == "offered" and unit.now >= seat.expires_at):
        raise SeatExpired(f"it could be accepted until {seat.expires_at.isoformat()}")
    visit = await the_visit(unit, seat.visit_id)
    candidate = await the_candidate(unit, seat.candidate_id)
    if seat.state != "offered" or visit.state == "closed":
        raise Conflict(f"the seat is {seat.state}, and its visit is {visit.state}")
    if not candidate.is_shortlisted:
        raise NotShortlisted
    if any(one.starts_on <= seat.ends_on and seat.starts_on <= one.ends_on for one in candidate.stays):
        raise Conflict("there is a seat booked on another visit in these days")
    return await book(unit, seat, candidate)


@router.post(f"{SEAT}/decline", tags=["seats"], responses=documented(NotFound, Conflict))
async def decline_seat(
    visit_id: VisitId, candidate_id: CandidateId, caller: StaffOrCandidate, command: Command
) -> SeatView:
    """Decline an offered seat; it is offered to the next."""
    caller.must_be(candidate_id)

    async def make(unit: UnitOfWork, seat: Seat) -> Seat:
        if seat.state == "declined":
            return seat
        if seat.state != "offered":
            raise Conflict(f"the seat is {seat.state}; only an offered one can be declined")
        return await decline(unit, seat, "own-wish")

    return await _decide(command, visit_id, candidate_id, make)


@router.post(f"{SEAT}/cancellation", tags=["seats"], responses=documented(NotFound, Conflict))
async def cancel_seat(
    visit_id: VisitId, candidate_id: CandidateId, caller: StaffOrCandidate, command: Command
) -> SeatView:
    """Give a booked seat up; interviews on that visit are called off, and it is offered to the next.

    Staff may also take an offer back.
    """
    caller.must_be(candidate_id)

    async def make(unit: UnitOfWork, seat: Seat) -> Seat:
        if seat.state == "cancelled":
            return seat
        if seat.state != "booked" and not (caller.is_staff and seat.state == "offered"):
            raise Conflict(f"the seat is {seat.state}; only a booked one can be cancelled")
        return await cancel(unit, seat, "staff" if caller.is_staff else "own-wish")

    return await _decide(command, visit_id, candidate_id, make)


@router.post(f"{SEAT}/attendance", tags=["seats"], responses=documented(NotFound, Conflict))
async def note_attendance(
    visit_id: VisitId, candidate_id: CandidateId, _: Staff, command: Command
) -> SeatView:
    """Note that a candidate came; from the visit's first day on."""

    async def make(unit: UnitOfWork, seat: Seat) -> Seat:
        if seat.state == "attended":
            return seat
        if seat.state != "booked":
            raise Conflict(f"the seat is {seat.state}, not booked")
        if unit.today < seat.starts_on:
            raise Conflict(f"the visit begins on {seat.starts_on.isoformat()}")
        seat, event = attended(seat)
        unit.save(seats, seat, event)
        return seat

    return await _decide(command, visit_id, candidate_id, make)


@router.post(f"{SEAT}/steps/{{step}}/done", tags=["seats"], responses=documented(NotFound, Conflict))
async def do_step(
    visit_id: VisitId, candidate_id: CandidateId, step: Step, _: Staff, command: Command
) -> SeatView:
    """Note that a step before a visit is done."""

    async def make(unit: UnitOfWork, seat: Seat) -> Seat:
        if seat.state not in STAYS:
            raise Conflict(f"the seat is {seat.state}, not booked")
        found = named(seat.steps, step)
        if found is None:
            raise NotFound("this seat has no such step")
        if found.is_done:
            return seat
        seat = replace(seat, steps=done(seat.steps, step))
        unit.save(seats, seat, step_done(seat, found))
        unit.cancel_timer(VISIT_STEP_DUE, step_key(seat.seat_id, step))
        return seat

    return await _decide(command, visit_id, candidate_id, make)


async def _decide(
    command: Command, visit_id: VisitId, candidate_id: CandidateId, decision: Decide
) -> SeatView:
    async def make(unit: UnitOfWork) -> Seat:
        return await decision(unit, await the_seat(unit, seat_id(visit_id, candidate_id)))

    return SeatView.of(await command(make, [seats.key(seat_id(visit_id, candidate_id))]))
