"""A topology that is there already, declared by somebody with other settings, goes on being used."""

import asyncio
from functools import partial

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from pamqp.common import FieldTable
from structlog.testing import capture_logs

from deploy.local.finder import Parts as Nodes
from shared.events import Event
from shared.messaging.topology import HISTORY_QUEUE
from shared.service import Process
from shared.storage.client import Database
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.test_operating import Terminal
from tests.integration.backbone.test_reactions import tally_of
from tests.integration.backbone.toy import NAME, Toy, at_work, parts_of, settings_of, shortlisted

SHORT: FieldTable = {
    "x-queue-type": "stream",
    "x-max-age": "1s",
    "x-stream-max-segment-size-bytes": 50_000,
}
EARLIER: dict[str, FieldTable] = {
    HISTORY_QUEUE: {"x-queue-type": "stream", "x-max-age": "30D"},
    f"{NAME}.events": {"x-queue-type": "quorum", "x-delivery-limit": 7},
}


async def test_queues_with_other_arguments_are_used_as_they_are_and_an_operator_is_told(
    nodes: Nodes, amqp_url: str, store: Database, toy: Toy
) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for name, arguments in EARLIER.items():
            await channel.declare_queue(name, durable=True, arguments=arguments)
    process = Process(parts_of(settings_of(amqp_url, nodes.mongo_url, store.name), toy))
    await process.prepare()
    event = shortlisted()
    with capture_logs() as logs:
        async with at_work(process), Queues.of(amqp_url) as queues:
            await eventually(lambda: not process.broker.troubles, "readiness")
            await queues.publish(event)
            await tally_of(process, event.candidate_id)
            link = process.broker._link
            await eventually(partial(_lies_in_the_history, queues, event), "it in the history")
            assert process.broker._link is link
    said = [one["said"] for one in logs if one["event"] == "queue with other arguments"]
    assert len(said) == 2
    assert "'x-max-age' for queue 'events.history'" in said[0]
    assert "received '365D' but current is '30D'" in said[0]
    assert f"for queue '{NAME}.events'" in said[1]
    terminal = Terminal(process)
    assert await terminal.operator.declare() == 1
    printed = terminal.printed()
    assert all(one in printed for one in said)
    process.client.close()


async def _lies_in_the_history(queues: Queues, event: Event) -> bool:
    return event.subject in {one.envelope.subject for one in await queues.history()}


async def test_a_policy_says_how_long_a_stream_is_kept_whatever_was_declared(
    nodes: Nodes, amqp_url: str
) -> None:
    """It is what operators are advised to change the history by."""
    if nodes.broker is None:
        pytest.skip("no node of our own to tell")
    place, policy = ("-p", amqp_url.rpartition("/")[2]), ("--apply-to", "queues", "kept", "^kept$")
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for name in ("kept", "gone"):
            await channel.declare_queue(name, durable=True, arguments=SHORT)
        await nodes.broker.control("set_policy", *place, *policy, '{"max-age": "1h"}')

        async def begins_later() -> bool:
            await asyncio.gather(*(_fill(channel, name) for name in ("kept", "gone")))
            return await _first(connection, "gone") > 0

        await eventually(begins_later, "the old to be gone where there is no policy", 30)
        assert await _first(connection, "kept") == 0


async def _fill(channel: AbstractChannel, name: str) -> None:
    message = aio_pika.Message(b"x" * 1000)
    await asyncio.gather(*(channel.default_exchange.publish(message, name) for _ in range(60)))


async def _first(connection: AbstractConnection, name: str) -> int:
    """Return the offset at which a stream begins now."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    async with connection.channel() as channel:
        await channel.set_qos(1)
        stream = await channel.get_queue(name, ensure=False)
        await stream.consume(arrived.put, arguments={"x-stream-offset": "first"})
        async with asyncio.timeout(5):
            return int(str((await arrived.get()).headers["x-stream-offset"]))
