"""What notifications knows of firms and positions: what they are called."""

from dataclasses import dataclass

from shared.events.ids import FirmId, PositionId


@dataclass(frozen=True, kw_only=True, slots=True)
class FirmName:
    """A firm's name, as of the event with this sequence."""

    firm_id: FirmId
    name: str
    as_of: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionTitle:
    """A position's title, as of the event with this sequence."""

    position_id: PositionId
    title: str
    as_of: int
