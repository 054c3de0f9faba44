"""Visits and their seats."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, TypedDict

from services.scheduling.domain.steps import Step, backwards
from shared.events.ids import CandidateId, VisitId
from shared.events.scheduling import (
    VisitAttended,
    VisitBooked,
    VisitCancelled,
    VisitClosed,
    VisitDeclined,
    VisitOffered,
    VisitOpened,
    VisitStepDone,
    VisitStepDue,
)
from shared.events.vocabulary import Owner, VisitStep

SeatState = Literal["offered", "booked", "attended", "declined", "cancelled"]
HELD = frozenset({"offered", "booked", "attended"})
"""The states in which somebody has a seat."""
STAYS = frozenset({"booked", "attended"})
"""The states in which somebody comes."""

# When each step before a visit is due, in days before its first day, and who sees to it.
STEPS: tuple[tuple[VisitStep, int, Owner], ...] = (
    ("invitation-letter", 42, "staff"),
    ("short-stay-visa", 28, "candidate"),
    ("flight", 21, "candidate"),
    ("lodging", 14, "staff"),
)
_FOR_A_VISA = frozenset({"invitation-letter", "short-stay-visa"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """Somebody who is to be offered a seat."""

    candidate_id: CandidateId
    needs_visa: bool
    number: int
    """Its place in the order of all invitations to the visit, counted from one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A two-week stay of a cohort. Everyone who takes or gives back a seat on it writes this document."""

    visit_id: VisitId
    starts_on: date
    ends_on: date
    seats: int
    state: Literal["open", "closed"] = "open"
    held: int = 0
    """How many seats are offered or booked."""
    invited: int = 0
    """How many invitations there were; the last one's number."""
    waiting: tuple[Invitation, ...] = field(default=())
    """Who is offered a seat when one is free, in order."""
    plans: int = 0
    """How often something was planned on it; only so that whoever closes it meanwhile sees what was."""

    def can_be_offered(self, today: date) -> bool:
        """Whether somebody could still be offered a seat on it."""
        return self.state == "open" and today < self.starts_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One candidate's seat on a visit."""

    seat_id: str
    """The visit's id and the candidate's, with a dot between them."""
    visit_id: VisitId
    candidate_id: CandidateId
    starts_on: date
    ends_on: date
    number: int
    """Of the invitation."""
    needs_visa: bool
    state: SeatState
    expires_at: datetime
    """After this moment an offered seat cannot be accepted any more."""
    reason: str | None = None
    """Why it was declined or cancelled."""
    steps: tuple[Step[VisitStep], ...] = ()


def opened(visit_id: VisitId, starts_on: date, ends_on: date, seats: int) -> tuple[Visit, VisitOpened]:
    """Open a visit."""
    event = VisitOpened(visit_id=visit_id, starts_on=starts_on, ends_on=ends_on, seats=seats)
    return Visit(visit_id=visit_id, starts_on=starts_on, ends_on=ends_on, seats=seats), event


def closed(visit: Visit) -> tuple[Visit, VisitClosed]:
    """Close a visit: nobody waits for a seat on it any more."""
    event = VisitClosed(
        visit_id=visit.visit_id, starts_on=visit.starts_on, ends_on=visit.ends_on, seats=visit.seats
    )
    return replace(visit, state="closed", waiting=()), event


class _Stay(TypedDict):
    visit_id: VisitId
    candidate_id: CandidateId
    starts_on: date
    ends_on: date


def _stay(seat: Seat) -> _Stay:
    """Return what the events of a seat say of it."""
    return {
        "visit_id": seat.visit_id,
        "candidate_id": seat.candidate_id,
        "starts_on": seat.starts_on,
        "ends_on": seat.ends_on,
    }


def planned_on(visit: Visit) -> Visit:
    """Note that something is being planned on a visit."""
    return replace(visit, plans=visit.plans + 1)


def attended(seat: Seat) -> tuple[Seat, VisitAttended]:
    """Say that a candidate came."""
    event = VisitAttended(**_stay(seat))
    return replace(seat, state="attended"), event


def seat_id(visit_id: str, candidate_id: str) -> str:
    """Name a candidate's seat on a visit."""
    return f"{visit_id}.{candidate_id}"


def offer_expires_at(visit: Visit, now: datetime, days: int, zone: tzinfo) -> datetime:
    """Return until when an offered seat is held; never into the visit's first day."""
    first_day = datetime.combine(visit.starts_on, time(), zone)
    return min(now + timedelta(days=days), first_day)


def offered(visit: Visit, invitation: Invitation, expires_at: datetime) -> tuple[Seat, VisitOffered]:
    """Offer somebody a seat."""
    seat = Seat(
        seat_id=seat_id(visit.visit_id, invitation.candidate_id),
        visit_id=visit.visit_id,
        candidate_id=invitation.candidate_id,
        starts_on=visit.starts_on,
        ends_on=visit.ends_on,
        number=invitation.number,
        needs_visa=invitation.needs_visa,
        state="offered",
        expires_at=expires_at,
    )
    event = VisitOffered(
        **_stay(seat),
        expires_at=expires_at,
        needs_visa=seat.needs_visa,
    )
    return seat, event


def booked(seat: Seat, today: date) -> tuple[Seat, VisitBooked]:
    """Book an offered seat, and plan what has to be done before the visit."""
    event = VisitBooked(**_stay(seat))
    return replace(seat, state="booked", steps=steps_before(seat, today)), event


def steps_before(seat: Seat, today: date) -> tuple[Step[VisitStep], ...]:
    """Plan the steps of a seat backwards from the visit's first day, at the earliest for tomorrow."""
    tomorrow = today + timedelta(days=1)
    return tuple(
        Step(step=name, due_on=backwards(seat.starts_on, days, tomorrow), owner=owner)
        for name, days, owner in STEPS
        if seat.needs_visa or name not in _FOR_A_VISA
    )


def declined(seat: Seat, reason: Literal["own-wish", "expired"]) -> tuple[Seat, VisitDeclined]:
    """Let an offered seat go."""
    event = VisitDeclined(**_stay(seat), reason=reason)
    return replace(seat, state="declined", reason=reason), event


def cancelled(
    seat: Seat, reason: Literal["own-wish", "withdrawn", "erased", "staff"]
) -> tuple[Seat, VisitCancelled]:
    """Give a seat up. Its steps are no longer due."""
    event = VisitCancelled(**_stay(seat), reason=reason)
    return replace(seat, state="cancelled", reason=reason, steps=()), event


def step_due(seat: Seat, step: Step[VisitStep]) -> VisitStepDue:
    """Say that a step is due soon."""
    return VisitStepDue(
        visit_id=seat.visit_id,
        candidate_id=seat.candidate_id,
        step=step.step,
        due_on=step.due_on,
        owner=step.owner,
    )


def step_done(seat: Seat, step: Step[VisitStep]) -> VisitStepDone:
    """Say that a step is done."""
    return VisitStepDone(
        visit_id=seat.visit_id,
        candidate_id=seat.candidate_id,
        step=step.step,
        due_on=step.due_on,
        owner=step.owner,
    )
