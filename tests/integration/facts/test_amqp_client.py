"""What aio-pika really does when a connection is lost or nobody takes a message; the backbone is built on it."""

import asyncio
from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPConnectionError, PublishError

from tests.harness.waiting import eventually
from tests.harness.wire import Wire
from tests.integration.facts.amqp import count, quorum_queue


@pytest.fixture
async def wire(place: str) -> AsyncIterator[Wire]:
    async with Wire.to(place) as wire:
        yield wire


async def test_a_lost_connection_rings_the_close_callbacks_and_nothing_else(wire: Wire) -> None:
    connection = await aio_pika.connect(wire.url)
    channel = await connection.channel()
    rung = [asyncio.Event(), asyncio.Event()]
    connection.close_callbacks.add(lambda *_: rung[0].set())
    channel.close_callbacks.add(lambda *_: rung[1].set())
    waiting = asyncio.ensure_future(connection.closed())
    wire.cut()
    async with asyncio.timeout(5):
        await asyncio.gather(*(bell.wait() for bell in rung), channel.closed())
    assert not connection.is_closed
    assert not waiting.done()
    waiting.cancel()


async def test_a_publish_in_flight_raises_at_once_when_the_connection_is_cut(wire: Wire) -> None:
    connection = await aio_pika.connect(wire.url)
    channel = await connection.channel()
    queue = await quorum_queue(channel)
    wire.freeze()
    publishing = asyncio.create_task(channel.default_exchange.publish(Message(b"x"), queue.name))
    await asyncio.sleep(0)  # it is under way
    wire.cut()
    with pytest.raises(AMQPConnectionError):
        async with asyncio.timeout(5):
            await publishing


async def test_a_publish_on_a_frozen_connection_is_cancelled_though_nobody_cancelled_it(wire: Wire) -> None:
    connection = await aio_pika.connect(wire.url, heartbeat=1)
    channel = await connection.channel()
    queue = await quorum_queue(channel)

    async def publish() -> int:
        try:
            await channel.default_exchange.publish(Message(b"x"), queue.name)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            return -1 if task is None else task.cancelling()
        return -2

    wire.freeze()
    async with asyncio.timeout(15):
        assert await publish() == 0
    wire.thaw()
    wire.cut()


async def test_an_iterator_over_a_queue_ends_quietly_when_the_connection_is_cut(wire: Wire) -> None:
    connection = await aio_pika.connect(wire.url)
    queue = await quorum_queue(await connection.channel())
    begun = asyncio.Event()

    async def read() -> str:
        async with queue.iterator() as messages:
            begun.set()
            async for _ in messages:
                pass
        return "ended"

    reading = asyncio.create_task(read())
    await begun.wait()
    wire.cut()
    async with asyncio.timeout(5):
        assert await reading == "ended"


async def test_what_no_queue_takes_is_confirmed_unless_returns_are_asked_to_raise(
    place: str, channel: AbstractChannel
) -> None:
    async with await aio_pika.connect(place) as connection:
        silent = await connection.channel()
        await silent.default_exchange.publish(Message(b"x"), "nowhere", timeout=5)
    with pytest.raises(PublishError):
        await channel.default_exchange.publish(Message(b"x"), "nowhere", timeout=5)


async def test_a_return_is_told_by_its_message_id_so_two_in_flight_need_two(channel: AbstractChannel) -> None:
    queue = await quorum_queue(channel)

    async def outcomes(*ids: str) -> list[bool]:
        """Publish to nowhere and to a queue at once; say of each whether it raised."""
        found = await asyncio.gather(
            *(
                channel.default_exchange.publish(Message(b"x", message_id=id_), target, timeout=5)
                for id_, target in zip(ids, ("nowhere", queue.name), strict=True)
            ),
            return_exceptions=True,
        )
        return [isinstance(one, Exception) for one in found]

    assert await outcomes("one", "other") == [True, False]
    assert await outcomes("same", "same") == [False, True]

    async def both() -> bool:  # the second one's error came before its confirmation
        return await count(channel, queue.name) == 2

    await eventually(both, "what was to go to the queue")
