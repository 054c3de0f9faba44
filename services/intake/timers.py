"""What falls due in intake: a round's first day, and the end of its last."""

from dataclasses import replace

from services.intake.domain.rounds import closed, opened
from services.intake.store import recruiting, rounds, the_recruiting
from shared.storage.unit import UnitOfWork
from shared.timers import Timers

ROUND_OPENS = "round-opens"
ROUND_CLOSES = "round-closes"
timers = Timers()


@timers.due(ROUND_OPENS)
async def open_round(round_id: str, unit: UnitOfWork) -> None:
    """Open a planned round on its first day."""
    planned = await unit.get(rounds, round_id)
    if planned is not None and planned.state == "planned":
        current, event = opened(planned)
        unit.save(rounds, current, event)
        unit.save(recruiting, replace(await the_recruiting(unit), current=planned.round_id))


@timers.due(ROUND_CLOSES)
async def close_round(round_id: str, unit: UnitOfWork) -> None:
    """Close a round at the end of its last day."""
    current = await unit.get(rounds, round_id)
    if current is not None and current.state == "open":
        unit.save(rounds, *closed(current, "deadline"))
