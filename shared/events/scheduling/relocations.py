"""A hired candidate's move."""

from typing import Annotated

from pydantic import Field

from shared.events.event import Event
from shared.events.ids import CandidateId, FirmId, RelocationId
from shared.events.times import Day
from shared.events.value import Value
from shared.events.vocabulary import Owner, RelocationCancellationReason, RelocationStepName


class RelocationStep(Value):
    """A step of a move, as planned."""

    step: RelocationStepName
    """What has to be done."""
    due_on: Day
    """The last day for it."""
    owner: Owner
    """Who has to see to it."""


class _OfRelocation(Event):
    relocation_id: RelocationId
    candidate_id: CandidateId
    firm_id: FirmId


class RelocationStarted(
    _OfRelocation, source="scheduling", type="relocation-started", subject="relocation_id"
):
    """A candidate was hired, and the move is planned, backwards from the first day of work."""

    starts_on: Day
    """The first day of work."""
    steps: Annotated[tuple[RelocationStep, ...], Field(max_length=50)]
    """What has to be done, earliest first."""


class _OfRelocationStep(_OfRelocation):
    step: RelocationStepName
    """What has to be done."""
    due_on: Day
    """The last day for it."""
    owner: Owner
    """Who has to see to it."""


class RelocationStepDue(
    _OfRelocationStep, source="scheduling", type="relocation-step-due", subject="relocation_id"
):
    """A step of a move is due soon (seven days before its last day) and not done."""


class RelocationStepDone(
    _OfRelocationStep, source="scheduling", type="relocation-step-done", subject="relocation_id"
):
    """A step of a move is done."""


class RelocationCancelled(
    _OfRelocation, source="scheduling", type="relocation-cancelled", subject="relocation_id"
):
    """A move will not take place. Its open steps are no longer due."""

    step: RelocationStepName | None = None
    """The step that would have been next; absent where none was open."""
    due_on: Day | None = None
    """The last day of that step."""
    owner: Owner | None = None
    """Who would have had to see to that step."""
    reason: RelocationCancellationReason
    """Why: the candidate has withdrawn or was erased (`withdrawn`, `erased`), or who ended it (`firm`, `staff`)."""


class CandidateRelocated(
    _OfRelocation, source="scheduling", type="candidate-relocated", subject="relocation_id"
):
    """A candidate arrived: the step `arrival` is done."""

    arrived_on: Day
    """The day of the arrival."""
