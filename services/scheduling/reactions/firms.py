"""Firms and positions: their names and titles, and which positions are open."""

from services.scheduling.domain.candidates import Firm, Position
from services.scheduling.interviewing import call_off_ahead
from services.scheduling.reactions.registry import reactions
from services.scheduling.store import firms, matches, positions
from shared.events.matching import (
    FirmChanged,
    FirmRegistered,
    PositionChanged,
    PositionClosed,
    PositionOpened,
)
from shared.storage.unit import UnitOfWork


@reactions.on(FirmRegistered, reads=lambda event: [firms.key(event.firm_id)])
async def remember_firm(event: FirmRegistered, unit: UnitOfWork) -> None:
    """Remember a firm's name."""
    await _keep_firm(event, unit)


@reactions.on(FirmChanged, reads=lambda event: [firms.key(event.firm_id)])
async def update_firm(event: FirmChanged, unit: UnitOfWork) -> None:
    """Keep a firm's name as it is now."""
    await _keep_firm(event, unit)


@reactions.on(PositionOpened, reads=lambda event: [positions.key(event.position_id)])
async def remember_position(event: PositionOpened, unit: UnitOfWork) -> None:
    """Remember a position's title."""
    await _keep_position(event, unit, closes=False)


@reactions.on(PositionChanged, reads=lambda event: [positions.key(event.position_id)])
async def update_position(event: PositionChanged, unit: UnitOfWork) -> None:
    """Keep a position's title as it is now."""
    await _keep_position(event, unit, closes=False)


@reactions.on(PositionClosed, reads=lambda event: [positions.key(event.position_id)])
async def close_position(event: PositionClosed, unit: UnitOfWork) -> None:
    """Call off the interviews for a position that is closed.

    One that is being planned at this very moment is called off when its match ends, which follows.
    """
    await _keep_position(event, unit, closes=True)
    complete = await unit.find(matches, position_id=event.position_id, state="complete")
    planned = [one.interview_id for one in complete if one.interview_id is not None]
    await call_off_ahead(unit, planned, "position-closed")


async def _keep_position(
    event: PositionOpened | PositionChanged | PositionClosed, unit: UnitOfWork, *, closes: bool
) -> None:
    known = await unit.get(positions, event.position_id)
    sequence = unit.envelope.sequence or 0
    if known is None or known.record_sequence < sequence:
        position = Position(
            position_id=event.position_id,
            firm_id=event.firm_id,
            title=event.requirements.title,
            is_open=not closes and (known is None or known.is_open),
            record_sequence=sequence,
        )
        unit.save(positions, position)


async def _keep_firm(event: FirmRegistered | FirmChanged, unit: UnitOfWork) -> None:
    known = await unit.get(firms, event.firm_id)
    sequence = unit.envelope.sequence or 0
    if known is None or known.record_sequence < sequence:
        firm = Firm(
            firm_id=event.firm_id,
            name=event.name,
            record_sequence=sequence,
            language=event.language,
        )
        unit.save(firms, firm)
