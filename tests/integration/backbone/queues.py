"""The broker as an outsider sees it: plain AMQP, nothing of ours but the topology's names."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from shared.events import Envelope, Event, body, headers
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging import topology
from shared.messaging.history import Passed, end, passed
from tests.harness.waiting import eventually
from tests.integration.backbone.toy import NAME

DELAYS = (0.05, 0.1, 0.2)
NOW = datetime(2027, 5, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Queues:
    """Publishes to the toy, and looks at what lies in queues."""

    channel: AbstractChannel
    url: str

    @classmethod
    @asynccontextmanager
    async def of(cls, url: str) -> AsyncIterator[Self]:
        """Connect, and see that the topology is there."""
        connection = await aio_pika.connect(url)
        async with connection:
            channel = await connection.channel(on_return_raises=True)
            await topology.declare(channel, DELAYS, history_days=365)
            yield cls(channel, url)

    async def purge(self) -> None:
        """Empty the toy's queues."""
        family = topology.events_queue(NAME)
        for name in (family.name, family.parked, *map(family.retry, DELAYS)):
            await (await self.channel.get_queue(name, ensure=False)).purge()

    async def publish(self, *events: Event, id: EventId | None = None) -> None:  # noqa: A002
        """Publish events with confirms and in this order, as another service would."""
        envelopes = [Envelope.of(event, id=id or new(EventId), time=NOW, sequence=1) for event in events]
        await asyncio.gather(
            *(
                self.send(body(event), headers(envelope), event.routing_key, message_id=envelope.id)
                for event, envelope in zip(events, envelopes, strict=True)
            )
        )

    async def send(
        self, content: bytes, with_headers: Mapping[str, Any], routing_key: str, message_id: str | None = None
    ) -> None:
        """Publish anything at all."""
        message = aio_pika.Message(
            content,
            headers=dict(with_headers),
            message_id=message_id,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        exchange = await self.channel.get_exchange("events", ensure=False)
        await exchange.publish(message, routing_key, timeout=10)

    async def count(self, queue: str) -> int:
        """Return how many messages are ready in a queue."""
        declared = await self.channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0

    async def take(self, queue: str) -> AbstractIncomingMessage | None:
        """Take a message out of a queue."""
        return await (await self.channel.get_queue(queue, ensure=False)).get(fail=False, no_ack=True)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AbstractConnection]:
        """Make another connection."""
        async with await aio_pika.connect(self.url) as connection:
            yield connection

    async def history(self) -> list[Passed]:
        """Return all that lies in the history now."""
        until = await end(self.connect)
        return [] if until is None else [event async for event in passed(self.connect, "first", until)]

    async def parked(self) -> AbstractIncomingMessage:
        """Wait for a message in the toy's parking lot, and take it out."""
        return await eventually(lambda: self.take(f"{NAME}.parked"), "a parked message")
