"""The history is read from anywhere, to its end, and on from where it was when the connection is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection

from shared.messaging import history
from shared.messaging.errors import ConnectionLost
from shared.messaging.history import Connect, end, passed
from tests.harness.wire import Wire
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import shortlisted


@pytest.fixture
async def wire(hall: str) -> AsyncIterator[Wire]:
    async with Wire.to(hall) as wire:
        yield wire


@pytest.fixture
def connect(wire: Wire) -> Connect:
    @asynccontextmanager
    async def connection() -> AsyncIterator[AbstractConnection]:
        made = await aio_pika.connect(wire.url)
        try:
            yield made
        finally:
            await made.close()

    return connection


@pytest.fixture(scope="module")
async def hundred(hall: str) -> int:
    """A hundred events in the history; the offset before the first of them."""
    async with Queues.of(hall) as queues:
        before = await end(queues.connect)
        for _ in range(10):
            await queues.publish(*(shortlisted() for _ in range(10)))
    return -1 if before is None else before


async def test_read_from_50_and_cut_at_80_it_begins_at_50_goes_on_at_81_and_ends_at_the_end(
    connect: Connect, wire: Wire, hundred: int
) -> None:
    read: list[int] = []
    async with aclosing(passed(connect, hundred + 50, hundred + 100)) as events:
        async for event in events:
            read.append(event.offset - hundred)
            if event.offset == hundred + 80:
                wire.cut()
    assert read == list(range(50, 101))


async def test_who_follows_it_goes_on_with_what_comes_also_after_a_cut(
    connect: Connect, wire: Wire, queues: Queues, hundred: int
) -> None:
    event = shortlisted()
    async with aclosing(passed(connect, hundred + 91)) as events, asyncio.timeout(20):
        seen = [await anext(events) for _ in range(10)]
        wire.cut()
        await queues.publish(event)
        while seen[-1].envelope.subject != event.candidate_id:
            seen.append(await anext(events))
    assert [one.offset - hundred for one in seen] == list(range(91, 91 + len(seen)))


async def test_what_comes_while_it_is_read_is_left_for_the_next_time(
    connect: Connect, queues: Queues, hundred: int
) -> None:
    await queues.publish(last := shortlisted())
    until = await end(connect)
    await queues.publish(shortlisted())
    read = [event.envelope.subject async for event in passed(connect, hundred + 99, until)]
    assert read[-1] == last.candidate_id


async def test_from_a_time_on_is_from_a_time_on(
    connect: Connect, hundred: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PATIENCE", 1)
    until, now = hundred + 100, datetime.now(UTC)
    from_the_start = [event.offset async for event in passed(connect, now - timedelta(days=1), until)]
    assert hundred + 1 in from_the_start
    assert [event async for event in passed(connect, now + timedelta(days=1), until)] == []


async def test_from_next_or_from_behind_the_end_there_is_nothing_yet(connect: Connect, hundred: int) -> None:
    until = hundred + 100
    assert [event async for event in passed(connect, "next", until)] == []
    assert [event async for event in passed(connect, until + 1, until)] == []


async def test_a_connection_that_stays_away_is_an_error_not_an_end(
    connect: Connect, wire: Wire, hundred: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "TRIES", 2)
    async with aclosing(passed(connect, hundred + 1, hundred + 100)) as events:
        await anext(events)
        wire.refuse()
        wire.cut()
        with pytest.raises(ConnectionLost):
            [event async for event in events]
