"""Killing services while they are at work, and starting them again."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deploy.local.run import LocalRun

SEED = 1907


class Programme:
    """Which part of the programme is being played, as whoever plays it says."""

    def __init__(self) -> None:
        self._part = 0
        self._begun: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self._begun[0].set()

    def goes_on(self, _: str) -> None:
        """Take in that the next part begins; the first one is 1."""
        self._part += 1
        self._begun[self._part].set()

    async def reach(self, part: int) -> None:
        """Wait until a part has begun."""
        await self._begun[part].wait()


@asynccontextmanager
async def killing(
    run: LocalRun, programme: Programme, parts: Mapping[str, Sequence[int]]
) -> AsyncIterator[dict[str, list[dict[str, Any]]]]:
    """Kill each service while it has work in hand, in these parts of the programme, and start it again.

    Yields what each was at when it was killed. By which piece of work in a part it is killed is up to the seed.
    """
    killed: dict[str, list[dict[str, Any]]] = {service: [] for service in parts}
    async with httpx.AsyncClient(timeout=10) as client:
        killers = [
            asyncio.create_task(_kill(run, client, programme, service, killed[service], parts[service]))
            for service in parts
        ]
        try:
            yield killed
        finally:
            for killer in killers:
                killer.cancel()
            ended = await asyncio.gather(*killers, return_exceptions=True)
        failures = [error for error in ended if isinstance(error, Exception)]
        assert failures == [], "what was killed was started again"


async def _kill(
    run: LocalRun,
    client: httpx.AsyncClient,
    programme: Programme,
    service: str,
    moments: list[dict[str, Any]],
    parts: Sequence[int],
) -> None:
    chance = random.Random(f"{SEED}-{service}")  # noqa: S311
    for part in parts:
        await programme.reach(part)
        for _ in range(chance.randrange(1, 6)):  # more, and a short journey might be over
            work = await _at_work(run, client, service)
        await run.kill(service)
        moments.append(work)
        await run.start(service)


async def _at_work(run: LocalRun, client: httpx.AsyncClient, service: str) -> dict[str, Any]:
    """Wait until the service says that it has work in hand; return what."""
    while True:
        try:
            reading = (await client.get(f"{run.urls[service]}/readyz")).json()
        except (httpx.TransportError, ValueError):
            reading = {}
        if any((work := reading.get("work") or {}).values()):
            return dict(work)
        await asyncio.sleep(0.005)
