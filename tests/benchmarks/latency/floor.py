"""The floor: publish, consume, commit, publish, consume, with the same libraries and no logic."""

import asyncio
import secrets
import sys
import time
from functools import partial
from typing import Any

import aio_pika
import uvloop
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern

from tests.benchmarks.latency.task import Spread, Task
from tests.benchmarks.load import at_a_pace
from tests.benchmarks.sides import serve

THERE, BACK = "floor.there", "floor.back"
BODY = b"x" * 600
MAJORITY = WriteConcern(w="majority", j=True)


async def declare(channel: AbstractChannel) -> None:
    """Declare both queues."""
    for name in (THERE, BACK):
        await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})


async def publish(channel: AbstractChannel, queue: str, message_id: str) -> None:
    """Publish a persistent message; return when it is confirmed."""
    message = aio_pika.Message(BODY, message_id=message_id, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await channel.default_exchange.publish(message, queue)


async def measure(task: Task) -> Spread:
    """Send messages there at the pace, and wait until all are back."""
    sent, back = dict[str, float](), dict[str, float]()
    finished = asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        back[str(message.message_id)] = time.perf_counter()
        await message.ack()
        if len(back) == task.count:
            finished.set()

    async def one(message_id: str) -> None:
        sent[message_id] = time.perf_counter()
        await publish(channel, THERE, message_id)

    async with await aio_pika.connect(task.amqp_url) as connection:
        channel = await connection.channel()
        await declare(channel)
        reading = await connection.channel()
        await (await reading.get_queue(BACK)).consume(take)
        await at_a_pace([partial(one, secrets.token_hex(16)) for _ in range(task.count)], task.per_second)
        async with asyncio.timeout(60):
            await finished.wait()
    return Spread.of([back[one] - at for one, at in list(sent.items())[task.warm_up :]])


async def send_back(amqp_url: str, mongo_url: str, database: str) -> None:
    """Commit each message's id, publish, acknowledge; until the process is ended."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    inbox = await client[database].create_collection("inbox")

    async def take(message: AbstractIncomingMessage) -> None:
        async with await client.start_session() as session, session.start_transaction(write_concern=MAJORITY):
            await inbox.insert_one({"_id": message.message_id}, session=session)
        await publish(publishing, BACK, str(message.message_id))
        await message.ack()

    connection = await aio_pika.connect(amqp_url)
    publishing = await connection.channel()
    await declare(publishing)
    reading = await connection.channel()
    await reading.set_qos(prefetch_count=200)
    await (await reading.get_queue(THERE)).consume(take)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if sys.argv[1] == "send-back":
        uvloop.run(send_back(*sys.argv[2:]))
    serve(Task, measure=measure)
