"""What lies there before a round begins: events on a queue, entries in an outbox, a year's worth of both."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import aio_pika

from shared.events import CandidateApplied, Envelope, body
from shared.events.examples import EXAMPLES
from shared.events.ids import CandidateId, EventId
from shared.ids import new
from shared.messaging.publisher import Publisher
from shared.messaging.relay import properties
from shared.messaging.topology import WORK_QUEUES, WorkQueue, declare
from shared.settings import BackboneSettings
from shared.storage.client import Client, Database
from shared.storage.inbox import INBOX, entry, key_of
from shared.storage.outbox import OUTBOX, PUBLISHED, Entry
from shared.storage.unit import EVENTS_EXCHANGE

SUBJECTS = 1000
IN_FLIGHT = 500
CHUNK = 5000
NOW = datetime(2027, 5, 14, tzinfo=UTC)
_SETTINGS = BackboneSettings()


def entries(count: int) -> Iterator[Entry]:
    """Make outbox entries of a real event, by a thousand candidates in turn."""
    example = EXAMPLES[CandidateApplied]
    events = [example.model_copy(update={"candidate_id": new(CandidateId)}) for _ in range(SUBJECTS)]
    bodies = [body(event) for event in events]
    for number in range(count):
        round_, subject = divmod(number, SUBJECTS)
        event = events[subject]
        envelope = Envelope.of(event, id=new(EventId), time=NOW, sequence=round_ + 1)
        yield Entry(
            envelope.id,
            EVENTS_EXCHANGE,
            event.routing_key,
            event.subject,
            number + 1,
            bodies[subject],
            envelope,
        )


async def prepare(amqp_url: str) -> None:
    """Declare the topology, as every process would."""
    async with await aio_pika.connect(amqp_url) as connection:
        await declare(await connection.channel(), _SETTINGS.delays, _SETTINGS.history_days)


async def purge(amqp_url: str, queues: Sequence[WorkQueue] = WORK_QUEUES, *, but: str = "") -> None:
    """Empty work queues, all but one."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for queue in queues:
            if queue.name != but:
                await (await channel.get_queue(queue.name, ensure=False)).purge(timeout=60)


async def fill_queue(amqp_url: str, queue: str, count: int) -> None:
    """Publish so many events through the exchange; they are then on this work queue alone."""
    await purge(amqp_url)
    async with await aio_pika.connect(amqp_url) as connection:
        publisher = Publisher(await connection.channel(on_return_raises=True), timeout=30)
        for some in batched_by(list(entries(count)), IN_FLIGHT):
            await asyncio.gather(
                *(publisher.publish(one.exchange, one.routing_key, one.body, properties(one)) for one in some)
            )
    await purge(amqp_url, but=queue)


async def fill_outbox(store: Database, count: int) -> None:
    """Have so many entries wait in the outbox."""
    for some in batched_by(list(entries(count)), CHUNK):
        await store[OUTBOX].insert_many([one.stored() for one in some], ordered=False)


async def fill_with_a_year(client: Client, database: str, count: int) -> None:
    """Put so many old entries into inbox and outbox, as the ids come: at random."""
    store = client[database]  # without waiting for the majority: only speed matters here
    now = datetime.now(UTC)
    for some in batched_by(range(count), CHUNK):
        known = [entry(key_of("/intake", secrets.token_hex(16)), secrets.token_hex(16)) for _ in some]
        published = [one.stored() | {"state": PUBLISHED, "published_at": now} for one in entries(len(some))]
        await asyncio.gather(
            store[INBOX].insert_many(known, ordered=False),
            store[OUTBOX].insert_many(published, ordered=False),
        )


def batched_by(all_: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Cut into pieces of this size."""
    return (all_[start : start + size] for start in range(0, len(all_), size))
