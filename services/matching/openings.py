"""Openings: a position opens, be it asked for over HTTP or by an event from outside."""

from services.matching.domain.pool import with_position
from services.matching.domain.positions import Position, opened
from services.matching.proposals import propose_candidates
from services.matching.store import positions, the_pool
from shared.events.ids import FirmId, PositionId, RequestId
from shared.events.profile import Requirements
from shared.storage.unit import UnitOfWork


async def open_position(
    unit: UnitOfWork, firm_id: FirmId, requirements: Requirements, request_id: RequestId | None = None
) -> Position:
    """Open a position, and propose it to the candidates whom it suits."""
    position = Position(
        position_id=unit.new_id(PositionId),
        firm_id=firm_id,
        requirements=requirements,
        request_id=request_id,
    )
    unit.save(positions, position, opened(position))
    await propose_candidates(unit, position, with_position(await the_pool(unit), position.position_id))
    return position
