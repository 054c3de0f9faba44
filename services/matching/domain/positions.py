"""Positions: what a firm looks for, and how many of its places are held."""

from dataclasses import dataclass, replace
from typing import Literal

from shared.events.ids import FirmId, PositionId, RequestId
from shared.events.matching import PositionChanged, PositionClosed, PositionOpened
from shared.events.profile import Requirements
from shared.events.vocabulary import PositionClosingReason

PositionState = Literal["open", "closed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A position. Its headcount is an invariant of this document: every offer that begins or ends writes it."""

    position_id: PositionId
    firm_id: FirmId
    requirements: Requirements
    state: PositionState = "open"
    held: int = 0
    """How many places an open or accepted offer holds."""
    accepted: int = 0
    """How many of these were accepted."""
    reason: PositionClosingReason | None = None
    """Why it closed."""
    request_id: RequestId | None = None
    """The outside request that opened it, by its publisher's own id."""

    @property
    def has_room(self) -> bool:
        """Whether one more offer can be made."""
        return self.state == "open" and self.held < self.requirements.headcount

    @property
    def is_filled(self) -> bool:
        """Whether every place was accepted."""
        return self.accepted >= self.requirements.headcount


def opened(position: Position) -> PositionOpened:
    """Say that a position opened."""
    return PositionOpened(
        firm_id=position.firm_id,
        position_id=position.position_id,
        requirements=position.requirements,
        request_id=position.request_id,
    )


def changed(position: Position, requirements: Requirements) -> tuple[Position, PositionChanged]:
    """Change what a position asks for and offers; the headcount must not be below what is held."""
    event = PositionChanged(
        firm_id=position.firm_id,
        position_id=position.position_id,
        requirements=requirements,
        request_id=position.request_id,
    )
    return replace(position, requirements=requirements), event


def closed(position: Position, reason: PositionClosingReason) -> tuple[Position, PositionClosed]:
    """Close a position."""
    event = PositionClosed(
        firm_id=position.firm_id,
        position_id=position.position_id,
        requirements=position.requirements,
        request_id=position.request_id,
        reason=reason,
    )
    return replace(position, state="closed", reason=reason), event


def held(position: Position) -> Position:
    """Hold one more place; there must be room."""
    return replace(position, held=position.held + 1)


def taken(position: Position) -> Position:
    """Turn a place that is held into one that is accepted."""
    return replace(position, accepted=position.accepted + 1)


def freed(position: Position, *, was_accepted: bool = False) -> Position:
    """Give back a place. A position that closed stays closed."""
    return replace(position, held=position.held - 1, accepted=position.accepted - int(was_accepted))
