"""Seats on visits: offered, booked, given back, and offered to the next."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from services.scheduling.calendars import open_for
from services.scheduling.domain.candidates import Candidate, Ending, Stay, used
from services.scheduling.domain.due import SEAT_EXPIRES, VISIT_STEP_DUE, reminder_at, step_key
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.showcases import Showcase
from services.scheduling.domain.visits import (
    HELD,
    STEPS,
    Invitation,
    Seat,
    Visit,
    booked,
    cancelled,
    declined,
    offer_expires_at,
    offered,
    seat_id,
)
from services.scheduling.interviewing import call_off_ahead
from services.scheduling.store import candidates, seats, showcases, the_candidate, visits
from shared.events.ids import CandidateId, VisitId
from shared.events.scheduling import VisitCancelled, VisitDeclined
from shared.events.vocabulary import InterviewCancellationReason
from shared.storage.unit import UnitOfWork

SeatEnding = Literal["own-wish", "withdrawn", "erased", "staff"]
_CALLED_OFF: dict[SeatEnding, InterviewCancellationReason] = {
    "own-wish": "candidate",
    "withdrawn": "withdrawn",
    "erased": "erased",
    "staff": "staff",
}


async def invite(unit: UnitOfWork, visit: Visit, wanted: Sequence[tuple[Candidate, bool]]) -> Visit:
    """Put candidates (each with whether they need a visa) on the list, and offer what is free.

    Who waits already, or has a seat, stays as they are.
    """
    held = await unit.get_many(seats, [seat_id(visit.visit_id, one.candidate_id) for one, _ in wanted])
    present = {one.candidate_id for one in held if one.state in HELD}
    present.update(one.candidate_id for one in visit.waiting)
    for candidate, needs_visa in wanted:
        if candidate.candidate_id in present:
            continue
        present.add(candidate.candidate_id)
        number = visit.invited + 1
        invitation = Invitation(candidate_id=candidate.candidate_id, needs_visa=needs_visa, number=number)
        visit = replace(visit, invited=number, waiting=(*visit.waiting, invitation))
        known = [one for one in candidate.visits if one != visit.visit_id]
        unit.save(candidates, replace(used(candidate), visits=(*known, visit.visit_id)))
    return await offer_free_seats(unit, visit)


async def offer_free_seats(unit: UnitOfWork, visit: Visit) -> Visit:
    """Offer the seats that are free to who comes next on the list; store the visit."""
    while visit.waiting and visit.held < visit.seats and visit.can_be_offered(unit.today):
        invitation, *others = visit.waiting
        visit = replace(visit, waiting=tuple(others))
        candidate = await unit.get(candidates, invitation.candidate_id)
        if candidate is not None and candidate.is_shortlisted:
            unit.save(candidates, used(candidate))
            await _offer(unit, visit, invitation)
            visit = replace(visit, held=visit.held + 1)
    unit.save(visits, visit)
    return visit


async def _offer(unit: UnitOfWork, visit: Visit, invitation: Invitation) -> None:
    days = unit.using(Rules).seat_offer_days
    seat, event = offered(visit, invitation, offer_expires_at(visit, unit.now, days, unit.zone))
    await unit.get(seats, seat.seat_id)  # it may have been offered before
    unit.save(seats, seat, event)
    unit.set_timer(SEAT_EXPIRES, seat.seat_id, seat.expires_at)


async def book(unit: UnitOfWork, seat: Seat, candidate: Candidate) -> Seat:
    """Book an offered seat: its steps are planned, and its days are the candidate's."""
    seat, event = booked(seat, unit.today)
    unit.save(seats, seat, event)
    unit.cancel_timer(SEAT_EXPIRES, seat.seat_id)
    for step in seat.steps:
        remind_at = reminder_at(step.due_on, unit.using(Rules).reminder_days, unit.zone)
        unit.set_timer(VISIT_STEP_DUE, step_key(seat.seat_id, step.step), max(remind_at, unit.now))
    stay = Stay(visit_id=seat.visit_id, starts_on=seat.starts_on, ends_on=seat.ends_on)
    unit.save(candidates, replace(candidate, stays=(*candidate.stays, stay)))
    return seat


async def decline(unit: UnitOfWork, seat: Seat, reason: Literal["own-wish", "expired"]) -> Seat:
    """Let an offered seat go to the next on the list."""
    return await _give_back(unit, *declined(seat, reason))


async def cancel(unit: UnitOfWork, seat: Seat, reason: SeatEnding) -> Seat:
    """Give up a seat: interviews and the showcase on that visit are off, and the seat goes to the next on the list."""
    candidate = await the_candidate(unit, seat.candidate_id)
    await call_off_ahead(unit, candidate.interviews, _CALLED_OFF[reason], visit_id=seat.visit_id)
    await leave_teams(unit, candidate, visit_id=seat.visit_id)
    return await _give_back(unit, *cancelled(seat, reason))


async def leave_teams(unit: UnitOfWork, candidate: Candidate, visit_id: VisitId | None = None) -> None:
    """Take somebody out of teams that have not shown their work yet, on one visit or on all.

    The other members are not told again.
    """
    for showcase in await unit.get_many(showcases, candidate.showcases):
        if (
            visit_id in {None, showcase.visit_id}
            and showcase.state == "scheduled"
            and candidate.candidate_id in showcase.candidate_ids
        ):
            await _leave_team(unit, showcase, candidate.candidate_id)


async def _leave_team(unit: UnitOfWork, showcase: Showcase, candidate_id: CandidateId) -> None:
    diary = await open_for(unit, [candidate_id], [showcase.busy])
    diary.free([candidate_id], showcase.busy)
    others = tuple(one for one in showcase.candidate_ids if one != candidate_id)
    unit.save(showcases, replace(showcase, candidate_ids=others))


async def _give_back(unit: UnitOfWork, seat: Seat, event: VisitDeclined | VisitCancelled) -> Seat:
    unit.save(seats, seat, event)
    unit.cancel_timer(SEAT_EXPIRES, seat.seat_id)
    for name, _, _ in STEPS:
        unit.cancel_timer(VISIT_STEP_DUE, step_key(seat.seat_id, name))
    candidate = await the_candidate(unit, seat.candidate_id)
    stays = tuple(one for one in candidate.stays if one.visit_id != seat.visit_id)
    unit.save(candidates, replace(candidate, stays=stays))
    visit = await unit.get(visits, seat.visit_id)
    if visit is not None:
        await offer_free_seats(unit, replace(visit, held=visit.held - 1))
    return seat


async def leave(unit: UnitOfWork, visit_id: VisitId, candidate_id: CandidateId, why: Ending) -> None:
    """Take a candidate who has left the programme off a visit; a visit that is over stays as it was.

    A seat that was only offered counts as declined where leaving was the candidate's own wish.
    """
    visit = await unit.get(visits, visit_id)
    if visit is None:
        return
    waiting = tuple(one for one in visit.waiting if one.candidate_id != candidate_id)
    unit.save(visits, replace(visit, waiting=waiting))
    seat = await unit.get(seats, seat_id(visit_id, candidate_id))
    if seat is None or unit.today > visit.ends_on:
        return
    if seat.state == "offered" and why != "staff":
        await decline(unit, seat, "own-wish")
    elif seat.state in {"offered", "booked"}:
        await cancel(unit, seat, why)
