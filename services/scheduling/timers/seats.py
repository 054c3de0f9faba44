"""Seats: offers that expire, steps that are due."""

from services.scheduling.domain.due import SEAT_EXPIRES, VISIT_STEP_DUE, read_step_key
from services.scheduling.domain.steps import named
from services.scheduling.domain.visits import STAYS, step_due
from services.scheduling.seating import decline
from services.scheduling.store import seats
from services.scheduling.timers.registry import timers
from shared.storage.unit import UnitOfWork


@timers.due(SEAT_EXPIRES)
async def expire_seat(seat_id: str, unit: UnitOfWork) -> None:
    """Let a seat that nobody answered for go to the next on the list."""
    seat = await unit.get(seats, seat_id)
    if seat is not None and seat.state == "offered" and seat.expires_at <= unit.now:
        await decline(unit, seat, "expired")


@timers.due(VISIT_STEP_DUE)
async def say_step_is_due(key: str, unit: UnitOfWork) -> None:
    """Say that a step of a booked seat is due soon, unless it is done."""
    seat_id, name = read_step_key(key)
    seat = await unit.get(seats, seat_id)
    step = None if seat is None or seat.state not in STAYS else named(seat.steps, name)
    if seat is not None and step is not None and not step.is_done:
        unit.save(seats, seat, step_due(seat, step))
