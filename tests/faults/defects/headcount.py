"""A position's headcount is read, by counting its offers, and not written: under snapshot isolation two can pass.

Beside it, what brings two offers to that point at the same moment.
"""

import os
from dataclasses import replace
from functools import partial
from unittest.mock import patch

from deploy.local.waiting import until
from services.matching.api import offers as api
from services.matching.domain.matches import Match
from services.matching.domain.offers import Offer
from services.matching.domain.positions import Position, held
from services.matching.store import offers, the_position
from shared.storage.unit import UnitOfWork
from tests.faults.defects.switches import Switches

NAME = "headcount-only-read"
MEETING = "meet-at-offer"
"""Two processes wait for each other when they have read the position that they make an offer for."""
SKIPPING = "offer-without-interview"
"""An offer needs no interview: the way there is long, and not what is looked at."""
LONGEST_WAIT = 3.0
"""Seconds that one waits for the other."""
HOLDS = frozenset({"open", "accepted"})


def install(switches: Switches) -> None:
    """Tamper with making offers."""

    async def read(unit: UnitOfWork, position_id: str) -> Position:
        position = await the_position(unit, position_id)
        if switches.is_on(NAME):
            position = replace(position, held=_standing(await unit.find(offers, position_id=position_id)))
        if switches.is_on(MEETING):
            switches.turn_on(f"{MEETING}.{os.getpid()}")
            await until(partial(_both_are_here, switches), within=LONGEST_WAIT)
        return position

    def hold(position: Position) -> Position:
        return replace(position, held=0) if switches.is_on(NAME) else held(position)

    honest = Match.was_interviewed.fget  # type: ignore[attr-defined]
    skipping = property(lambda match: switches.is_on(SKIPPING) or honest(match))
    patch.object(api, "the_position", read).start()
    patch.object(api, "held", hold).start()
    patch.object(Match, "was_interviewed", skipping).start()


def _standing(found: list[Offer]) -> int:
    return sum(1 for one in found if one.state in HOLDS)


async def _both_are_here(switches: Switches) -> bool:
    return len(list(switches.folder.glob(f"{MEETING}.*"))) > 1
