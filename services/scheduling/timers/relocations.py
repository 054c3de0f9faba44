"""Relocations: steps that are due."""

from services.scheduling.domain.due import RELOCATION_STEP_DUE, read_step_key
from services.scheduling.domain.relocations import step_due
from services.scheduling.domain.steps import named
from services.scheduling.store import relocations
from services.scheduling.timers.registry import timers
from shared.storage.unit import UnitOfWork


@timers.due(RELOCATION_STEP_DUE)
async def say_step_is_due(key: str, unit: UnitOfWork) -> None:
    """Say that a step of a move is due soon, unless it is done."""
    relocation_id, name = read_step_key(key)
    relocation = await unit.get(relocations, relocation_id)
    if relocation is None or relocation.state == "cancelled":
        return
    step = named(relocation.steps, name)
    if step is not None and not step.is_done:
        unit.save(relocations, relocation, step_due(relocation, step))
