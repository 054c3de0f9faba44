"""How one would do it with FastStream and Motor: one transaction a message, for the same effect."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitQueue
from faststream.rabbit.annotations import RabbitMessage
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.events import CandidateApplied
from shared.messaging.topology import events_queue
from shared.storage.inbox import INBOX
from tests.benchmarks.events.ours import NAME, tallies
from tests.benchmarks.events.task import Task
from tests.benchmarks.sides import Measured, Stopwatch, serve

MAJORITY = WriteConcern(w="majority", j=True)


async def consume(task: Task) -> Measured:
    """Take each message, note its id and change its document in one transaction, then acknowledge it."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(task.mongo_url)
    store = client[task.database]
    broker = RabbitBroker(task.amqp_url, default_channel=Channel(prefetch_count=task.at_once), logger=None)
    watch = Stopwatch(task.count, task.warm_up)

    @broker.subscriber(
        RabbitQueue(events_queue(NAME).name, declare=False), ack_policy=AckPolicy.NACK_ON_ERROR
    )
    async def count(event: CandidateApplied, message: RabbitMessage) -> None:
        headers = message.headers
        arrived = {
            "_id": f"{headers['cloudEvents_source']}:{headers['cloudEvents_id']}",
            "hash": hashlib.blake2b(message.body, digest_size=16).hexdigest(),
            "arrived_at": datetime.now(UTC),
        }

        async def work(session: AsyncIOMotorClientSession) -> None:
            await store[INBOX].insert_one(arrived, session=session)
            await store[tallies.name].update_one(
                {"_id": event.candidate_id},
                {"$inc": {"count": 1}, "$set": {"country": event.country}},
                upsert=True,
                session=session,
            )

        async with await client.start_session() as session:
            await session.with_transaction(work, read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)
        watch.tick()

    for name in (INBOX, tallies.name):
        await store.create_collection(name)
    async with broker:
        await broker.start()
        measured = await watch.finished()
    client.close()
    return measured


if __name__ == "__main__":
    serve(Task, consume=consume)
