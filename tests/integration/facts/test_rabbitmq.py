"""What RabbitMQ really does with what is declared to it; the topology and the consumer are built on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import AMQPError
from pamqp.common import FieldTable

from deploy.local.finder import Parts as Nodes
from tests.harness.nodes import new_name
from tests.harness.waiting import eventually
from tests.integration.facts.amqp import LEAST_ONCE, count, quorum_queue, send, take


async def test_requeues_and_lost_connections_count_alike_against_the_delivery_limit(
    place: str, channel: AbstractChannel
) -> None:
    parked = await quorum_queue(channel)
    limit = LEAST_ONCE | {"x-delivery-limit": 3, "x-dead-letter-routing-key": parked.name}
    queue = await quorum_queue(channel, limit)
    await send(channel, queue.name)
    for delivery in range(2):
        async with await aio_pika.connect(place) as lost:
            lost_channel = await lost.channel()
            message = await take(await lost_channel.get_queue(queue.name))
            assert message.redelivered == (delivery > 0)
    for _ in range(2):
        await (await take(queue)).nack(requeue=True)
    dead = await take(parked)
    assert dead.headers["x-first-death-reason"] == "delivery_limit"
    await dead.ack()


async def test_a_delivery_counts_for_all_that_is_unacknowledged_not_only_for_what_was_at_work(
    place: str, channel: AbstractChannel
) -> None:
    queue = await quorum_queue(channel, {"x-delivery-limit": 20})
    for _ in range(3):
        await send(channel, queue.name)
    async with await aio_pika.connect(place) as lost:
        arrived: list[AbstractIncomingMessage] = []
        prefetched = await (await lost.channel()).get_queue(queue.name)
        await prefetched.consume(arrived.append)  # type: ignore[arg-type]  # nothing is awaited
        await eventually(lambda: len(arrived) == 3, "all in hand")
    assert [(await take(queue)).headers["x-delivery-count"] for _ in range(3)] == [1, 1, 1]


async def test_what_is_rejected_is_parked_with_that_reason(channel: AbstractChannel) -> None:
    parked = await quorum_queue(channel)
    queue = await quorum_queue(channel, LEAST_ONCE | {"x-dead-letter-routing-key": parked.name})
    await send(channel, queue.name)
    await (await take(queue)).reject(requeue=False)
    dead = await take(parked)
    assert dead.headers["x-first-death-reason"] == "rejected"
    await dead.ack()


@pytest.fixture
async def impatient(nodes: Nodes) -> AsyncIterator[None]:
    """Have dead letters that nobody confirmed sent again at once, not after three minutes."""
    if nodes.broker is None:
        pytest.skip("no node of our own to tell")
    setting = "rabbit, dead_letter_worker_publisher_confirm_timeout"
    before = await nodes.broker.control(
        "eval",
        f"{{ok, Before}} = application:get_env({setting}), application:set_env({setting}, 300), Before.",
    )
    yield
    await nodes.broker.control("eval", f"application:set_env({setting}, {before.strip()}).")


@pytest.mark.usefixtures("impatient")
async def test_dead_letters_of_at_least_once_are_kept_until_their_queue_takes_them(
    channel: AbstractChannel,
) -> None:
    late = new_name()
    dying: FieldTable = {"x-message-ttl": 50, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": late}
    kinds: list[FieldTable] = [LEAST_ONCE, {}, {"x-dead-letter-strategy": "at-least-once"}]
    for kind in kinds:
        queue = await quorum_queue(channel, dying | kind)
        await send(channel, queue.name, b"kept" if kind is LEAST_ONCE else b"lost")
        await eventually(partial(_is_empty, channel, queue.name), "the message to have died")
    target = await quorum_queue(channel, name=late)
    found = await take(target)
    assert found.body == b"kept"
    await found.ack()
    assert await target.get(fail=False) is None


async def _is_empty(channel: AbstractChannel, queue: str) -> bool:
    return await count(channel, queue) == 0


async def test_a_retry_queue_gives_back_again_and_again_what_has_lost_its_deaths(
    channel: AbstractChannel,
) -> None:
    work = await quorum_queue(channel, name=(name := new_name()))
    retry = await quorum_queue(channel, _retry(name))
    headers: dict[str, object] = {}
    for _ in range(3):
        await send(channel, retry.name, headers=headers)
        back = await take(work)
        headers = {key: value for key, value in back.headers.items() if not key.startswith("x-")}
        await back.ack()


async def test_a_message_that_keeps_its_deaths_may_stick_in_a_retry_queue(channel: AbstractChannel) -> None:
    parked, work_name = await quorum_queue(channel), new_name()
    limit = LEAST_ONCE | {"x-delivery-limit": 0, "x-dead-letter-routing-key": parked.name}
    work = await quorum_queue(channel, limit, work_name)
    retry = await quorum_queue(channel, _retry(work_name))
    await send(channel, work_name, b"killer")
    await (await take(work)).nack(requeue=True)
    dead = await take(parked)
    await dead.ack()
    stripped = {key: value for key, value in dead.headers.items() if not key.startswith("x-")}
    await send(channel, retry.name, b"as it was", dead.headers)
    for _ in range(2):
        await send(channel, retry.name, b"stripped", stripped)
    assert [(await take(work)).body for _ in range(2)] == [b"stripped"] * 2
    assert await work.get(fail=False) is None


def _retry(target: str) -> FieldTable:
    return {**LEAST_ONCE, "x-message-ttl": 50, "x-dead-letter-routing-key": target}


async def test_prefetch_is_that_of_the_moment_when_consuming_began(channel: AbstractChannel) -> None:
    queue = await _filled(channel, 4)
    arrived: list[AbstractIncomingMessage] = []
    await channel.set_qos(prefetch_count=1)
    tag = await queue.consume(arrived.append)  # type: ignore[arg-type]
    await eventually(lambda: bool(arrived), "the first")
    await channel.set_qos(prefetch_count=10)
    await arrived[0].ack()
    await eventually(lambda: len(arrived) == 2, "the second")
    assert await count(channel, queue.name) == 2
    await queue.cancel(tag)
    await queue.consume(arrived.append)  # type: ignore[arg-type]
    await eventually(lambda: len(arrived) == 4, "the others, at once")


async def test_cancelling_before_the_last_acknowledgement_redelivers_nothing_and_keeps_the_order(
    channel: AbstractChannel,
) -> None:
    queue = await _filled(channel, 20)
    arrived: list[AbstractIncomingMessage] = []
    await channel.set_qos(prefetch_count=1)
    tag = await queue.consume(arrived.append)  # type: ignore[arg-type]
    await eventually(lambda: bool(arrived), "the first")
    await queue.cancel(tag)
    await arrived[0].ack()
    await channel.set_qos(prefetch_count=100)
    await queue.consume(arrived.append)  # type: ignore[arg-type]
    await eventually(lambda: len(arrived) == 20, "all")
    assert [message.body for message in arrived] == [b"%d" % n for n in range(20)]
    assert not any(message.redelivered for message in arrived)


async def test_prefetch_of_the_whole_channel_is_refused_and_costs_the_connection(place: str) -> None:
    async with _a_connection_is_lost(place) as channel:
        queue = await quorum_queue(channel)
        await channel.set_qos(prefetch_count=5, global_=True)
        await queue.consume(_ignore)


async def test_messages_that_name_further_queues_go_there_too(channel: AbstractChannel) -> None:
    named, others = await quorum_queue(channel), [await quorum_queue(channel) for _ in range(2)]
    await send(channel, named.name, headers={"CC": [others[0].name], "BCC": [others[1].name, others[1].name]})
    for queue in (named, *others):
        await (await take(queue)).ack()
        assert await queue.get(fail=False) is None


async def test_a_confirmed_message_is_counted_at_once(channel: AbstractChannel) -> None:
    queue = await quorum_queue(channel)
    for n in range(5):
        await send(channel, queue.name)
        assert await count(channel, queue.name) == n + 1


@pytest.fixture(scope="module")
async def stream(place: str) -> str:
    async with await aio_pika.connect(place) as connection:
        channel = await connection.channel()
        stream = await channel.declare_queue("stream", durable=True, arguments={"x-queue-type": "stream"})
        await asyncio.gather(*(send(channel, stream.name, b"%d" % n) for n in range(10)))
    return stream.name


@pytest.mark.parametrize(
    ("since", "first"),
    [("first", 0), (0, 0), (4, 4), (datetime.now(UTC) - timedelta(days=3), 0)],
    ids=["first", "offset-0", "offset-4", "before-all"],
)
async def test_a_stream_is_read_from_where_one_says(
    channel: AbstractChannel, stream: str, since: object, first: int
) -> None:
    await channel.set_qos(prefetch_count=100)
    queue = await channel.get_queue(stream)
    arrived: list[AbstractIncomingMessage] = []
    await queue.consume(arrived.append, arguments={"x-stream-offset": since})  # type: ignore[arg-type,dict-item]
    await eventually(lambda: len(arrived) == 10 - first, "the rest of the stream")
    assert [message.headers["x-stream-offset"] for message in arrived] == list(range(first, 10))


async def test_a_stream_from_next_on_gives_what_comes_from_now_on(channel: AbstractChannel) -> None:
    stream = await channel.declare_queue(new_name(), durable=True, arguments={"x-queue-type": "stream"})
    await send(channel, stream.name, b"before")
    await channel.set_qos(prefetch_count=100)
    arrived: list[AbstractIncomingMessage] = []
    await stream.consume(arrived.append, arguments={"x-stream-offset": "next"})  # type: ignore[arg-type]

    async def reached() -> bool:  # it is attached a moment after it was promised
        await send(channel, stream.name, b"after")
        return bool(arrived)

    await eventually(reached, "what came after")
    assert {message.body for message in arrived} == {b"after"}


@pytest.mark.parametrize("way", ["without acknowledgements", "one by one"])
async def test_a_stream_can_be_read_in_one_way_alone_and_another_costs_the_connection(
    place: str, stream: str, way: str
) -> None:
    async with _a_connection_is_lost(place) as channel:
        await channel.set_qos(prefetch_count=10)
        queue = await channel.get_queue(stream)
        if way == "one by one":
            await queue.get(fail=False)
        else:
            await queue.consume(_ignore, no_ack=True)


@asynccontextmanager
async def _a_connection_is_lost(place: str) -> AsyncIterator[AbstractChannel]:
    """Give a channel, on which something is to be done that fails, and costs the connection."""
    async with await aio_pika.connect(place) as connection:
        closed = asyncio.Event()
        connection.close_callbacks.add(lambda *_: closed.set())
        with pytest.raises((AMQPError, asyncio.CancelledError)):
            yield await connection.channel()
        async with asyncio.timeout(5):
            await closed.wait()


async def _filled(channel: AbstractChannel, messages: int) -> AbstractQueue:
    queue = await quorum_queue(channel)
    for n in range(messages):
        await channel.default_exchange.publish(Message(b"%d" % n), queue.name)
    return queue


async def _ignore(_: AbstractIncomingMessage) -> None:
    return
