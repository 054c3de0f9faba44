"""Two replicas of each service as processes: they share the work, and when one is killed the other takes over."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.demo.api import Api
from deploy.demo.history import read_history
from deploy.demo.world import World
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts as Nodes
from deploy.local.run import LocalRun
from shared.storage.client import Client
from tests.harness.intake import application
from tests.harness.nodes import running
from tests.harness.waiting import eventually

TAKEN_OVER = 15.0
"""Seconds after a SIGKILL within which the other replica relays and does what is due."""
APPLICANTS = 30
KILLED_AFTER = 10
"""How many have applied when the first replica of every service is killed."""
TEACHERS = 5
"""As many as it takes for everybody's lessons."""
LEASES = ("relay", "timers")
TEACHER = {"name": "山本 花子", "contact": {"name": "山本 花子", "email": "sensei@example.org"}}
FIRM = {
    "name": "出雲ソフト",
    "contact": {"name": "佐藤 花子", "email": "jobs@example.jp"},
    "language": "ja",
    "time_zone": "Asia/Tokyo",
}
POSITION = {
    "title": "Engineer",
    "skills": [{"name": "Python", "years": 1, "must": True}],
    "salary_min": 4_000_000,
    "salary_max": 6_000_000,
    "starts_on": "2099-04-01",
}


class Pairs:
    """Two processes of each service; the first ones came first, and so hold every lease."""

    def __init__(self, run: LocalRun, client: Client) -> None:
        self.run = run
        self._client = client
        self._urls = [{one: run.urls[f"{one}{suffix}"] for one in SERVICES} for suffix in ("", "-2")]
        self.apis = [Api(urls) for urls in self._urls]
        self.holders: dict[tuple[str, str], str] = {}

    @property
    def survivors(self) -> dict[str, str]:
        """The URLs of the second ones."""
        return self._urls[1]

    async def lease(self, service: str, name: str) -> dict[str, Any] | None:
        """Return who has a lease, if somebody has."""
        leases = self._client[self.run.database_of(service)]["leases"]
        return await leases.find_one({"_id": name, "$expr": {"$gt": ["$until", "$$NOW"]}})

    async def remember_holders(self) -> None:
        """Note who has each lease."""
        for service in SERVICES:
            for name in LEASES:
                held = await eventually(lambda s=service, n=name: self.lease(s, n), f"{name} of {service}")
                self.holders[service, name] = held["owner"]

    async def kill_the_first(self) -> dict[tuple[str, str], float]:
        """Kill the first process of every service; return after how many seconds each lease had a new holder."""
        await asyncio.gather(*(self.run.kill(one) for one in SERVICES))
        killed = time.monotonic()
        self._urls[0].update(self._urls[1])  # whoever calls tries the other one
        return {
            (service, name): taken - killed
            for (service, name), taken in zip(
                self.holders, await asyncio.gather(*(self._taken(*one) for one in self.holders)), strict=True
            )
        }

    async def _taken(self, service: str, name: str) -> float:
        async def look() -> bool:
            held = await self.lease(service, name)
            return held is not None and held["owner"] != self.holders[service, name]

        await eventually(look, f"{name} of {service} to be taken over", deadline=TAKEN_OVER)
        return time.monotonic()


@pytest.fixture
async def pairs(nodes: Nodes, run_folder: Path, client: Client) -> AsyncIterator[Pairs]:
    async with running(nodes, run_folder, *SERVICES, environment={"LEASE_SECONDS": "10"}) as run:
        await asyncio.gather(*(run.start(f"{service}-2") for service in SERVICES))
        pairs = Pairs(run, client)
        yield pairs
        for api in pairs.apis:
            await api.close()


async def test_the_other_replica_takes_over_within_15_seconds_and_everything_has_its_effect_once(
    pairs: Pairs,
) -> None:
    staff = pairs.run.token("staff")
    await _set_the_stage(pairs.apis[0], staff)
    await pairs.remember_holders()
    shared = asyncio.Event()
    load = asyncio.create_task(_apply(pairs.apis, staff, shared))
    await shared.wait()
    seconds = await pairs.kill_the_first()
    assert max(seconds.values()) < TAKEN_OVER, seconds
    candidates = await load
    await _each_once(pairs, candidates)


async def test_two_replicas_share_the_work_and_everything_has_its_effect_once(pairs: Pairs) -> None:
    staff = pairs.run.token("staff")
    await _set_the_stage(pairs.apis[0], staff)
    candidates = await _apply(pairs.apis, staff, asyncio.Event())
    await _each_once(pairs, candidates)
    async with httpx.AsyncClient() as http:
        for service in ("matching", "scheduling", "notifications"):
            readings = [
                (await http.get(f"{pairs.run.urls[service + suffix]}/readyz")).json() for suffix in ("", "-2")
            ]
            assert all(reading["handled"] for reading in readings), service


async def _set_the_stage(api: Api, staff: str) -> None:
    """Open a round, add a teacher, a firm and a position."""
    days = {"opens_on": "2020-01-01", "closes_on": "2099-12-31"}
    await api.post("intake", "/rounds", {"capacity": 100, **days}, token=staff, key="round")
    for number in range(TEACHERS):
        await api.post("scheduling", "/teachers", TEACHER, token=staff, key=f"teacher-{number}")
    firm = await api.post("matching", "/firms", FIRM, token=staff, key="firm")
    path = f"/firms/{firm['firm_id']}/positions"
    await api.post("matching", path, {"requirements": POSITION}, token=staff, key="position")


async def _apply(apis: Sequence[Api], staff: str, some_have: asyncio.Event) -> list[str]:
    """Let people apply and be shortlisted, at the replicas in turn; say when some have."""
    candidates = []
    for number in range(APPLICANTS):
        api = apis[number % 2]
        answer = await api.post("intake", "/applications", application(), key=f"apply-{number}")
        await api.post("intake", f"/applications/{answer['application_id']}/shortlisting", token=staff)
        candidates.append(str(answer["candidate_id"]))
        if number == KILLED_AFTER:
            some_have.set()
    return candidates


async def _each_once(pairs: Pairs, candidates: Sequence[str]) -> None:
    """Check that each of these people was taken in, matched, planned for and written to, once."""
    run = pairs.run
    clock = run.service_environment("intake")["CLOCK_DATABASE"]
    world = World(pairs.survivors, run.mongo_url, clock, run.mail_folder)
    try:
        await world.rest()
    finally:
        await world.close()
    seen = {(told.source, told.id): told for told in await read_history(run.amqp_url)}
    for kind in ("candidate-applied", "candidate-shortlisted", "match-proposed", "lessons-planned"):
        told = Counter(one.data["candidate_id"] for one in seen.values() if one.type == kind)
        assert told == dict.fromkeys(candidates, 1), kind
    letters = {letter.message_id: letter for letter in world.mail.letters()}
    confirmed = Counter(one.to for one in letters.values() if one.template == "application-received")
    assert (len(confirmed), set(confirmed.values())) == (len(candidates), {1})
