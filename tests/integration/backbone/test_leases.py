"""One at a time: leases, and what three processes do with work that fails or takes too long."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from pamqp.commands import Basic

from shared.events.ids import CandidateId
from shared.ids import new
from shared.service import Process
from shared.storage.client import Database
from shared.storage.lease import LEASES, Lease
from tests.harness.waiting import eventually
from tests.integration.backbone.test_outgoing import all_done, send_out, sending, total
from tests.integration.backbone.test_relay import Recorder, note, nothing_waits, relaying
from tests.integration.backbone.toy import Toy

MakeProcess = Callable[..., Awaitable[Process]]


async def fence(store: Database) -> int:
    lease = await store[LEASES].find_one({"_id": "work"})
    assert lease is not None
    return int(lease["fence"])


async def test_of_fifty_who_ask_at_once_one_holds_it(store: Database) -> None:
    leases = [Lease(store, "work", f"owner-{n}", 10) for n in range(50)]
    assert sum(await asyncio.gather(*(one.hold() for one in leases))) == 1
    assert sum(one.held for one in leases) == 1
    assert await fence(store) == 1


async def test_one_that_has_run_out_or_was_given_back_goes_to_the_next_with_a_higher_fence(
    store: Database,
) -> None:
    first, second = Lease(store, "work", "first", 0.2), Lease(store, "work", "second", 10)
    assert await first.hold()
    assert not await second.hold()
    await eventually(second.hold, "the first one's to run out")
    assert not first.held
    assert not await first.hold()
    assert await fence(store) == 2
    await second.release()
    assert await first.hold()
    assert await fence(store) == 3


async def test_renewing_keeps_the_fence_and_asks_the_server_at_most_every_third_of_the_time(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease, asked = Lease(store, "work", "me", 30), 0
    take = lease._take

    async def counted() -> bool:
        nonlocal asked
        asked += 1
        return await take()

    monkeypatch.setattr(lease, "_take", counted)
    for _ in range(10):
        assert await lease.hold()
    assert asked == 1
    lease._until -= 11
    assert await lease.hold()
    assert (asked, await fence(store)) == (2, 1)


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
async def test_a_wall_clock_that_jumps_neither_ends_nor_prolongs_it(
    store: Database, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    mine, other = Lease(store, "work", "mine", 0.5), Lease(store, "work", "other", 0.5)
    assert await mine.hold()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + jump)
    assert mine.held
    assert not await other.hold()
    await eventually(other.hold, "its half second to have passed", deadline=3)
    assert not mine.held


class Watched(Recorder):
    """A publisher that counts tries, and how often two of one entry were at work at once."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0
        self.overlaps = 0

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        self.tries += 1
        self.overlaps += str((properties.headers or {})["cloudEvents_subject"]) in self.in_flight
        await super().publish(exchange, routing_key, body, properties)


async def test_of_three_relays_one_at_a_time_tries_an_entry_that_fails(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    others = [await make_process(toy) for _ in range(2)]
    publisher, subject = Watched(), new(CandidateId)
    publisher.refused.add(subject)
    await note(quiet, subject, 2)
    async with relaying(quiet, publisher), relaying(others[0], publisher), relaying(others[1], publisher):
        await eventually(lambda: publisher.tries >= 3, "three tries, with growing pauses")
        assert publisher.sent == []
        publisher.refused.clear()
        await nothing_waits(quiet)
    assert publisher.sent == [(subject, 1), (subject, 2)]
    assert publisher.overlaps == 0


class Slow(Recorder):
    """A publisher whose confirmations come when the test wants."""

    async def publish(
        self, exchange: str, routing_key: str, body: bytes, properties: Basic.Properties
    ) -> None:
        await self.open.wait()
        await super().publish(exchange, routing_key, body, properties)


async def test_a_relay_whose_publish_outlasts_its_lease_publishes_nothing_after_it(
    make_process: MakeProcess, toy: Toy
) -> None:
    slow, heir = [await make_process(toy, lease_seconds=0.5) for _ in range(2)]
    hanging, publisher, subject = Slow(), Recorder(), new(CandidateId)
    hanging.open.clear()
    await note(slow, subject, 3)
    async with relaying(slow, hanging):
        await eventually(lambda: slow.broker.relay._lease.held, "the first to be at work")
        async with relaying(heir, publisher):
            await nothing_waits(heir)
            hanging.open.set()
            await eventually(lambda: bool(hanging.sent), "what had begun")
    assert publisher.sent == [(subject, 1), (subject, 2), (subject, 3)]
    assert hanging.sent == [(subject, 1)]


class Counting(Toy):
    """A toy that counts how many are at one errand at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most_at_once = 0
        self._at_work = 0

    async def pass_by(self, name: str) -> None:
        self._at_work += 1
        self.most_at_once = max(self.most_at_once, self._at_work)
        try:
            await asyncio.sleep(0)  # so that another one could come by
            await super().pass_by(name)
        finally:
            self._at_work -= 1


async def test_of_three_processes_one_at_a_time_tries_an_errand_that_fails_and_together_as_often_as_one(
    make_process: MakeProcess,
) -> None:
    toy = Counting()
    first, second, third = [await make_process(toy) for _ in range(3)]
    toy.failing.add("letter")
    async with sending(first), sending(second), sending(third):
        await send_out(first, "letter")
        await all_done(first)
    assert toy.tried == ["letter"] * 3
    assert toy.most_at_once == 1
    assert toy.given_up == ["letter: RuntimeError"]
    assert await total(first, "given-up") == 1
