"""Relocations: a hired candidate's move, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from services.scheduling.domain.steps import Step, backwards, done
from shared.events.ids import CandidateId, FirmId, OfferId, RelocationId
from shared.events.scheduling import (
    CandidateRelocated,
    RelocationCancelled,
    RelocationStarted,
    RelocationStep,
    RelocationStepDone,
    RelocationStepDue,
)
from shared.events.vocabulary import Owner, RelocationCancellationReason, RelocationStepName, VisaTrack

ARRIVAL: RelocationStepName = "arrival"
# How many days before the first day of work each step is due, and who sees to it. The firm applies for the
# certificate (it is the sponsor), insures its employee, and needs an account to pay the salary into.
BEFORE: tuple[tuple[RelocationStepName, int, Owner], ...] = (
    ("certificate-of-eligibility", 90, "firm"),
    ("visa", 45, "candidate"),
    ("housing", 30, "staff"),
    ("flight", 14, "candidate"),
    (ARRIVAL, 7, "candidate"),
)
# How many days after the arrival the others are due. An address is registered within 14 days of moving in
# (Immigration Control Act, article 19-7).
AFTER: tuple[tuple[RelocationStepName, int, Owner], ...] = (
    ("residence-registration", 14, "staff"),
    ("health-insurance", 14, "firm"),
    ("bank-account", 21, "firm"),
    ("phone", 21, "staff"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Relocation:
    """A move. Relocated: the candidate has arrived, and what is left are the steps after that."""

    relocation_id: RelocationId
    offer_id: OfferId
    candidate_id: CandidateId
    firm_id: FirmId
    starts_on: date
    """The first day of work."""
    steps: tuple[Step[RelocationStepName], ...]
    state: Literal["started", "relocated", "cancelled"] = "started"
    visa_track: VisaTrack | None = None
    """Chosen by staff, never derived from anything."""
    arrived_on: date | None = None
    reason: RelocationCancellationReason | None = None

    @property
    def moves_on(self) -> date:
        """The day of the move."""
        planned = next((one.due_on for one in self.steps if one.step == ARRIVAL), self.starts_on)
        return self.arrived_on or planned


def steps_towards(starts_on: date, today: date) -> tuple[Step[RelocationStepName], ...]:
    """Plan a move backwards from the first day of work, at the earliest for tomorrow; in order."""
    tomorrow = today + timedelta(days=1)
    before = [
        Step(step=name, due_on=backwards(starts_on, days, tomorrow), owner=owner)
        for name, days, owner in BEFORE
    ]
    arrival = before[-1].due_on
    after = [
        Step(step=name, due_on=arrival + timedelta(days=days), owner=owner) for name, days, owner in AFTER
    ]
    return (*before, *after)


def started(relocation: Relocation) -> RelocationStarted:
    """Announce a move with its steps."""
    return RelocationStarted(
        relocation_id=relocation.relocation_id,
        candidate_id=relocation.candidate_id,
        firm_id=relocation.firm_id,
        starts_on=relocation.starts_on,
        steps=tuple(
            RelocationStep(step=one.step, due_on=one.due_on, owner=one.owner) for one in relocation.steps
        ),
    )


def step_due(relocation: Relocation, step: Step[RelocationStepName]) -> RelocationStepDue:
    """Say that a step is due soon."""
    return RelocationStepDue(
        relocation_id=relocation.relocation_id,
        candidate_id=relocation.candidate_id,
        firm_id=relocation.firm_id,
        step=step.step,
        due_on=step.due_on,
        owner=step.owner,
    )


def step_done(
    relocation: Relocation, step: Step[RelocationStepName], today: date
) -> tuple[Relocation, tuple[RelocationStepDone | CandidateRelocated, ...]]:
    """Do a step; with the arrival, the candidate has relocated."""
    after = replace(relocation, steps=done(relocation.steps, step.step))
    event = RelocationStepDone(
        relocation_id=relocation.relocation_id,
        candidate_id=relocation.candidate_id,
        firm_id=relocation.firm_id,
        step=step.step,
        due_on=step.due_on,
        owner=step.owner,
    )
    if step.step != ARRIVAL:
        return after, (event,)
    relocated = CandidateRelocated(
        relocation_id=relocation.relocation_id,
        candidate_id=relocation.candidate_id,
        firm_id=relocation.firm_id,
        arrived_on=today,
    )
    return replace(after, state="relocated", arrived_on=today), (event, relocated)


def cancelled(
    relocation: Relocation, reason: RelocationCancellationReason
) -> tuple[Relocation, RelocationCancelled]:
    """Call a move off, naming the step that would have been next."""
    following = _next_open(relocation.steps)
    event = RelocationCancelled(
        relocation_id=relocation.relocation_id,
        candidate_id=relocation.candidate_id,
        firm_id=relocation.firm_id,
        step=None if following is None else following.step,
        due_on=None if following is None else following.due_on,
        owner=None if following is None else following.owner,
        reason=reason,
    )
    return replace(relocation, state="cancelled", reason=reason), event


def _next_open(steps: Iterable[Step[RelocationStepName]]) -> Step[RelocationStepName] | None:
    return next((one for one in steps if not one.is_done), None)
