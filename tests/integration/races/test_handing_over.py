"""Two replicas of each service as processes: they share the work, and when one is killed the other takes over."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.demo.api import Api
from deploy.demo.history import read_history
from deploy.demo.world import World
from deploy.local.environment import SERVICES
from deploy.local.finder import Parts as Nodes
from deploy.local.run import LocalRun
from shared.storage.client import Client, connect
from tests.harness.intake import application
from tests.harness.nodes import running
from tests.harness.waiting import eventually

TAKEN_OVER = 15.0
"""Seconds after a SIGKILL within which the other replica relays and does what is due."""
APPLICANTS = 24
"""In each test."""
KILLED_AFTER = 10
"""How many have applied when the first replica of every service is killed."""
TEACHERS = 7
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
    """Two processes of each service; the first ones came first, and so took every lease."""

    def __init__(self, run: LocalRun, client: Client) -> None:
        self.run = run
        self._client = client
        self._urls = [{one: run.urls[f"{one}{suffix}"] for one in SERVICES} for suffix in ("", "-2")]
        self.apis = [Api(urls) for urls in self._urls]

    @property
    def alive(self) -> dict[str, str]:
        """Where the processes are that have not been killed."""
        return {url: url for urls in self._urls for url in urls.values()}

    async def kill_the_first(self, owners: dict[str, str]) -> dict[tuple[str, str], float]:
        """Kill the first process of every service; return after how many seconds each lease was the second one's."""
        await asyncio.gather(*(self.run.kill(one) for one in SERVICES))
        killed = time.monotonic()
        self._urls[0].update(self._urls[1])  # whoever calls tries the other one
        leases = [(service, name) for service in SERVICES for name in LEASES]
        taken = await asyncio.gather(*(self._taken(*lease, owners[lease[0]]) for lease in leases))
        return {lease: moment - killed for lease, moment in zip(leases, taken, strict=True)}

    async def _taken(self, service: str, name: str, before: str) -> float:
        async def look() -> bool:
            return await owner(self._client, self.run, service, name) not in {None, before}

        await eventually(look, f"{name} of {service} to be taken over", deadline=TAKEN_OVER)
        return time.monotonic()


async def owner(client: Client, run: LocalRun, service: str, name: str) -> str | None:
    """Return who has a lease, if somebody has."""
    leases = client[run.database_of(service)]["leases"]
    held = await leases.find_one({"_id": name, "$expr": {"$gt": ["$until", "$$NOW"]}})
    return None if held is None else str(held["owner"])


@pytest.fixture(scope="module")
async def run(nodes: Nodes, run_folder: Path) -> AsyncIterator[LocalRun]:
    async with running(nodes, run_folder, *SERVICES, environment={"LEASE_SECONDS": "10"}) as run:
        yield run


@pytest.fixture(scope="module")
async def long_client(nodes: Nodes) -> AsyncIterator[Client]:
    client = connect(nodes.mongo_url, timeout=5)
    yield client
    client.close()


@pytest.fixture(scope="module")
async def owners(run: LocalRun, long_client: Client) -> dict[str, str]:
    """Who has the leases of each service: its first process, as long as that is alone."""
    return {
        service: str(await eventually(partial(owner, long_client, run, service, "relay"), "a lease"))
        for service in SERVICES
    }


@pytest.fixture(scope="module")
async def pairs(run: LocalRun, long_client: Client, owners: dict[str, str]) -> AsyncIterator[Pairs]:
    assert len(owners) == len(SERVICES)
    await asyncio.gather(*(run.start(f"{service}-2") for service in SERVICES))
    pairs = Pairs(run, long_client)
    yield pairs
    for api in pairs.apis:
        await api.close()


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


async def test_the_other_replica_takes_over_within_15_seconds_and_everything_has_its_effect_once(
    pairs: Pairs, owners: dict[str, str]
) -> None:
    staff = pairs.run.token("staff")
    await _set_the_stage(pairs.apis[0], staff)
    shared = asyncio.Event()
    load = asyncio.create_task(_apply(pairs.apis, staff, shared))
    await shared.wait()
    seconds = await pairs.kill_the_first(owners)
    assert max(seconds.values()) < TAKEN_OVER, seconds
    candidates = await load
    await _each_once(pairs, candidates)


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
        answer = await api.post("intake", "/applications", application(), key=secrets.token_hex(8))
        await api.post("intake", f"/applications/{answer['application_id']}/shortlisting", token=staff)
        candidates.append(str(answer["candidate_id"]))
        if number == KILLED_AFTER:
            some_have.set()
    return candidates


async def _each_once(pairs: Pairs, candidates: Sequence[str]) -> None:
    """Check that each of these people was taken in, matched, planned for and written to, once."""
    run = pairs.run
    clock = run.service_environment("intake")["CLOCK_DATABASE"]
    world = World(pairs.alive, run.mongo_url, clock, run.mail_folder)
    try:
        await world.rest()
    finally:
        await world.close()
    seen = {(told.source, told.id): told for told in await read_history(run.amqp_url)}
    for kind in ("candidate-applied", "candidate-shortlisted", "match-proposed", "lessons-planned"):
        told = Counter(one.data["candidate_id"] for one in seen.values() if one.type == kind)
        assert [told[who] for who in candidates] == [1] * len(candidates), kind
    letters = {letter.message_id: letter for letter in world.mail.letters()}
    confirmed = Counter(one.to for one in letters.values() if one.template == "application-received")
    assert len(confirmed) >= len(candidates)
    assert set(confirmed.values()) == {1}
