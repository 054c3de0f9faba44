"""The measure of all: aio-pika without a database, consuming and acknowledging, or publishing with confirms."""

import asyncio
import time
from collections.abc import Sequence

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage

from shared.events import headers
from shared.messaging.topology import events_queue
from shared.storage.outbox import Entry
from shared.storage.unit import EVENTS_EXCHANGE
from tests.benchmarks.events.loading import entries
from tests.benchmarks.events.ours import NAME
from tests.benchmarks.events.task import Task
from tests.benchmarks.sides import Measured, Stopwatch, serve


async def consume(task: Task) -> Measured:
    """Take each message and acknowledge it; headers and body are not looked at."""
    watch = Stopwatch(task.count, task.warm_up)

    async def take(message: AbstractIncomingMessage) -> None:
        await message.ack()
        watch.tick()

    async with await aio_pika.connect(task.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=task.at_once)
        queue = await channel.get_queue(events_queue(NAME).name, ensure=False)
        await queue.consume(take)
        return await watch.finished()


async def publish(task: Task) -> Measured:
    """Publish what the relay would: persistent, mandatory, confirmed, so many in flight."""
    waiting = list(entries(task.count))
    async with await aio_pika.connect(task.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
        await _publish_all(exchange, waiting[: task.warm_up], task.at_once)
        begun = time.perf_counter()
        await _publish_all(exchange, waiting[task.warm_up :], task.at_once)
        seconds = time.perf_counter() - begun
    return Measured(count=task.count - task.warm_up, seconds=seconds)


async def _publish_all(exchange: AbstractExchange, waiting: Sequence[Entry], at_once: int) -> None:
    left = iter(waiting)

    async def publish_in_turn() -> None:
        for entry in left:
            assert entry.envelope is not None
            message = aio_pika.Message(
                entry.body,
                headers={**headers(entry.envelope)},
                content_type="application/json",
                message_id=entry.id,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            )
            await exchange.publish(message, entry.routing_key, mandatory=True)

    await asyncio.gather(*(publish_in_turn() for _ in range(at_once)))


if __name__ == "__main__":
    serve(Task, consume=consume, publish=publish)
