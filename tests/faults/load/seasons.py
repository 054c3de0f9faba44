"""Seasons: while one cohort is recruited and invited, the one before is interviewed and hired."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from deploy.demo.world import RestlessError, World
from tests.faults.client import Client
from tests.faults.load import hiring, moving, recruiting, visiting
from tests.faults.load.cohort import IZUMO, Cohort, MakeToken, tried
from tests.faults.mischief import Mischief
from tests.faults.outsider import Outsider

CALM_SECONDS = 25.0
"""What a calm moment takes at the most, as a rule; none is begun with less than that left."""
MORNING = 9


class Seasons:
    """Plays seasons until the time is over. Only the clock is moved in calm weather."""

    def __init__(
        self,
        client: Client,
        outsider: Outsider,
        world: World,
        mischief: Mischief,
        make_token: MakeToken,
        say: Callable[[str], None],
    ) -> None:
        self.findings: list[str] = []
        self._client = client
        self._outsider = outsider
        self._world = world
        self._mischief = mischief
        self._make_token = make_token
        self._say = say

    async def begin(self) -> Cohort:
        """Furnish the house, in calm weather; return the first cohort."""
        reading = await self._world.rest()
        assert reading.now is not None
        first = self._cohort(0, reading.now)
        await visiting.furnish(first)
        await recruiting.prepare(first)
        await self._world.rest()
        return first

    async def play(self, cohort: Cohort, until: float) -> None:
        """Play seasons from this one on until that monotonic time."""
        self._client.until = until
        before: Cohort | None = None
        while time.monotonic() < until:
            self._say(f"season {cohort.number + 1}")
            await asyncio.gather(self._recruit(cohort), self._hire(before, cohort.begins))
            if time.monotonic() + CALM_SECONDS > until:
                break
            now = await self._let_time_pass(cohort)
            before = None if now is None else cohort
            cohort = self._cohort(cohort.number + 1, now or cohort.begins)

    async def _recruit(self, cohort: Cohort) -> None:
        if cohort.number:  # the first was prepared in calm weather
            await tried(partial(recruiting.prepare, cohort))
        await tried(partial(recruiting.apply, cohort))
        await tried(partial(recruiting.screen, cohort))
        parts = (recruiting.match, visiting.invite)
        await asyncio.gather(*(tried(partial(part, cohort)) for part in parts))
        await tried(partial(visiting.plan, cohort))
        await tried(partial(visiting.show, cohort))

    async def _hire(self, cohort: Cohort | None, now: datetime) -> None:
        if cohort is not None:
            await tried(partial(visiting.look_back, cohort, now))
            await tried(partial(hiring.hire, cohort, now))
            await tried(partial(moving.move, cohort))

    def _cohort(self, number: int, now: datetime) -> Cohort:
        return Cohort(
            number=number,
            begins=now,
            client=self._client,
            outsider=self._outsider,
            make_token=self._make_token,
        )

    async def _let_time_pass(self, cohort: Cohort) -> datetime | None:
        """Wait for calm and rest, then let the days of the visits pass; None where there was no rest."""
        day = (cohort.begins.astimezone(IZUMO) + timedelta(days=visiting.OVER)).replace(
            hour=MORNING, minute=0
        )
        await self._mischief.pause()
        try:
            await self._world.move_to(day)
            reading = await self._world.rest()
        except RestlessError as error:
            self.findings.append(f"no rest in calm weather: {error}")
            return None
        finally:
            await self._mischief.resume()
        return reading.now
