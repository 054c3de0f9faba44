"""Showcases: held when their time is over."""

from services.scheduling.domain.due import SHOWCASE_HELD
from services.scheduling.domain.showcases import held
from services.scheduling.store import showcases
from services.scheduling.timers.registry import timers
from shared.storage.unit import UnitOfWork


@timers.due(SHOWCASE_HELD)
async def hold_showcase(showcase_id: str, unit: UnitOfWork) -> None:
    """Say that a team has shown its work."""
    showcase = await unit.get(showcases, showcase_id)
    if showcase is not None and showcase.state == "scheduled" and showcase.ends_at <= unit.now:
        unit.save(showcases, *held(showcase))
