"""The clock of a local run: forwards only, and every process follows."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.ports import free_port
from shared.clock import Clock, ClockRefused, follow, set_clock
from shared.storage.client import Database
from tests.harness.waiting import eventually


@pytest.fixture
async def followed(store: Database) -> AsyncIterator[Clock]:
    clock, nobody = Clock(), f"http://127.0.0.1:{free_port()}"
    begun = asyncio.Event()
    task = asyncio.create_task(follow(clock, store, "toy", nobody, begun))
    await begun.wait()
    yield clock
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_it_is_real_time_to_the_millisecond_unless_it_was_moved() -> None:
    clock = Clock()
    now = clock.now()
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=1)
    assert now.microsecond % 1000 == 0


def test_it_moves_forwards_only_and_tells_who_listens() -> None:
    clock, moves = Clock(), []
    clock.on_move(lambda: moves.append(clock.offset))
    for days in (2, 1, 2, 3, -5):
        clock.move(timedelta(days=days))
    assert moves == [timedelta(days=2), timedelta(days=3)]
    assert clock.offset == timedelta(days=3)


async def test_a_move_is_taken_over_within_a_second(store: Database, followed: Clock) -> None:
    target = datetime.now(UTC) + timedelta(days=30)
    await set_clock(store, target)  # whoever is not there any more is not waited for
    moved = time.monotonic()
    await eventually(lambda: followed.now() >= target, "the move")
    assert time.monotonic() - moved < 1
    assert abs(followed.now() - target) < timedelta(seconds=2)


async def test_a_move_that_was_made_before_is_known_before_anything_is_done(store: Database) -> None:
    target = datetime.now(UTC) + timedelta(days=30)
    await set_clock(store, target)
    clock, begun = Clock(), asyncio.Event()
    task = asyncio.create_task(follow(clock, store, "toy", "http://127.0.0.1:1", begun))
    await begun.wait()
    assert clock.now() >= target
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_it_is_never_set_back(store: Database, followed: Clock) -> None:
    now = datetime.now(UTC)
    await set_clock(store, now + timedelta(days=30))
    for passed in (now - timedelta(days=1), now + timedelta(days=29)):
        with pytest.raises(ClockRefused, match="only moves forwards"):
            await set_clock(store, passed)
    await eventually(lambda: followed.offset > timedelta(days=29), "the first move")


async def test_of_two_who_move_it_at_once_the_later_time_counts(store: Database, followed: Clock) -> None:
    now = datetime.now(UTC)
    moves = [set_clock(store, now + timedelta(days=days)) for days in (10, 40, 20, 30)]
    await asyncio.gather(*moves, return_exceptions=True)
    await eventually(lambda: followed.offset > timedelta(days=39), "the latest")


async def test_who_does_not_follow_is_waited_for_in_vain(store: Database) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        content = b'{"now": "2027-05-14T00:00:00Z", "offset_ms": 0, "clock": {"offset_ms": 0}}'
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(content), content))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await store["readers"].insert_one({"_id": "deaf", "url": f"http://127.0.0.1:{port}"})
        with pytest.raises(TimeoutError):
            await set_clock(store, datetime.now(UTC) + timedelta(days=1), deadline=0.3)


async def test_a_port_that_is_somebody_elses_by_now_is_not_waited_for(store: Database) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await store["readers"].insert_one({"_id": "gone", "url": f"http://127.0.0.1:{port}"})
        await set_clock(store, datetime.now(UTC) + timedelta(days=1), deadline=2)
