"""Visits, their seats, and what has to be done before a visit."""

from typing import Annotated

from shared.events.event import Event
from shared.events.ids import CandidateId, VisitId
from shared.events.times import Day, Moment
from shared.events.value import at_least
from shared.events.vocabulary import (
    Flag,
    Owner,
    Places,
    VisitCancellationReason,
    VisitDeclineReason,
    VisitStep,
)


class _OfVisit(Event):
    visit_id: VisitId
    starts_on: Day
    """The first day of the visit."""
    ends_on: Annotated[Day, at_least("starts_on")]
    """The last day of the visit."""
    seats: Places
    """How many candidates it has room for."""


class VisitOpened(_OfVisit, source="scheduling", type="visit-opened", subject="visit_id"):
    """Staff opened a visit: candidates can be invited to it."""


class VisitClosed(_OfVisit, source="scheduling", type="visit-closed", subject="visit_id"):
    """Staff closed a visit: it took place, or will not."""


class _OfSeat(Event):
    visit_id: VisitId
    candidate_id: CandidateId


class _OfStay(_OfSeat):
    starts_on: Day
    """The first day of the visit."""
    ends_on: Annotated[Day, at_least("starts_on")]
    """The last day of the visit."""


_SEAT = ("visit_id", "candidate_id")


class VisitOffered(_OfStay, source="scheduling", type="visit-offered", subject=_SEAT):
    """A candidate was offered a seat on a visit, which is held until it expires."""

    expires_at: Moment
    """After this moment it cannot be accepted any more."""
    needs_visa: Flag
    """Whether the candidate needs a visa for the visit, as staff know."""


class VisitBooked(_OfStay, source="scheduling", type="visit-booked", subject=_SEAT):
    """A candidate accepted a seat; the steps before the visit are planned."""


class VisitDeclined(_OfStay, source="scheduling", type="visit-declined", subject=_SEAT):
    """A candidate did not take an offered seat. It is offered to the next."""

    reason: VisitDeclineReason
    """Why: `own-wish`: the candidate said no; `expired`: nobody answered in time."""


class VisitCancelled(_OfStay, source="scheduling", type="visit-cancelled", subject=_SEAT):
    """A booked seat was given up. It is offered to the next."""

    reason: VisitCancellationReason
    """Why: `own-wish`: the candidate gave it up; `withdrawn`, `erased`: so was the candidate; `staff`: staff did."""


class VisitAttended(_OfStay, source="scheduling", type="visit-attended", subject=_SEAT):
    """Staff say that a candidate came."""


class _OfVisitStep(_OfSeat):
    step: VisitStep
    """What has to be done."""
    due_on: Day
    """The last day for it."""
    owner: Owner
    """Who has to see to it."""


class VisitStepDue(_OfVisitStep, source="scheduling", type="visit-step-due", subject=_SEAT):
    """A step before a visit is due soon (seven days before its last day) and not done."""


class VisitStepDone(_OfVisitStep, source="scheduling", type="visit-step-done", subject=_SEAT):
    """Staff say that a step before a visit is done."""
