"""One journey of 40 applicants, from the open round to the move: undisturbed, and with services killed at work."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.play import Played, play
from deploy.demo.scale import JOURNEY
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from tests.harness.nodes import running

pytestmark = pytest.mark.journey

KILLS = 3
"""How often each service is killed."""
SEED = 1907


@pytest.fixture(scope="module")
async def undisturbed(nodes: Parts, run_folder: Path) -> Played:
    async with running(nodes, run_folder, *SERVICES) as run:
        return await play(run, JOURNEY, lambda _: None)


async def test_nothing_is_wrong_after_a_journey(undisturbed: Played) -> None:
    assert undisturbed.problems == []


async def test_a_journey_takes_everybody_through_every_step(undisturbed: Played) -> None:
    summary = undisturbed.summary
    assert summary["applications"] == JOURNEY.capacity + JOURNEY.waitlist
    assert summary["waitlisted"] == JOURNEY.waitlist
    assert summary["refused"] == JOURNEY.applicants - JOURNEY.capacity - JOURNEY.waitlist
    assert summary["round_closed_early"]
    assert summary["shortlisted"] == JOURNEY.shortlisted
    assert summary["seats_booked"] == JOURNEY.seats + 1
    for step in ("matches_proposed", "matches_accepted", "lessons_planned", "interviews_held"):
        assert summary[step] > 0, step
    assert summary["offers_made"] > summary["offers_accepted"] > 0
    assert summary["relocated"] == summary["relocations_started"] > 0
    assert summary["mails_received"] == summary["messages_sent"]


async def test_services_that_are_killed_at_work_change_no_number(
    undisturbed: Played, nodes: Parts, run_folder: Path
) -> None:
    async with running(nodes, run_folder, *SERVICES) as run, killing(run) as killed:
        disturbed = await play(run, JOURNEY, lambda _: None)
    assert disturbed.problems == []
    assert {service: len(moments) for service, moments in killed.items()} == dict.fromkeys(SERVICES, KILLS)
    assert replace(disturbed.facts, seconds=0).summary() == replace(undisturbed.facts, seconds=0).summary()


@asynccontextmanager
async def killing(run: LocalRun) -> AsyncIterator[dict[str, list[dict[str, Any]]]]:
    """Kill each service three times while it has work in hand, and start it again; tell what it was at."""
    killed: dict[str, list[dict[str, Any]]] = {service: [] for service in SERVICES}
    async with httpx.AsyncClient(timeout=10) as client:
        killers = [asyncio.create_task(_kill(run, client, service, killed[service])) for service in SERVICES]
        try:
            yield killed
        finally:
            for killer in killers:
                killer.cancel()
            await asyncio.gather(*killers, return_exceptions=True)


async def _kill(
    run: LocalRun, client: httpx.AsyncClient, service: str, moments: list[dict[str, Any]]
) -> None:
    chance = random.Random(f"{SEED}-{service}")  # noqa: S311
    while len(moments) < KILLS:
        for _ in range(chance.randrange(1, 12)):
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
