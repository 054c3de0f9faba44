"""A publisher outside: speaks under its own source, and is told by an operator what was wrong."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from shared.events import ExternalEvent
from shared.events.envelope import Envelope, body
from shared.events.ids import EventId
from shared.ids import new
from tests.harness.publishing import message_of
from tests.harness.waiting import eventually


@dataclass(frozen=True)
class Outsider:
    """Publishes as `/external/<name>`, without a sequence, which nobody outside has to count."""

    amqp_url: str
    name: str

    async def say(
        self,
        event: ExternalEvent,
        *,
        id: EventId | None = None,  # noqa: A002
        at: datetime | None = None,
    ) -> EventId:
        """Publish an event with confirms; return its id."""
        envelope = Envelope.of(
            event,
            id=id or new(EventId),
            time=at or datetime.now(UTC),
            sequence=None,
            publisher=self.name,
        )
        await self.send(envelope, body(event))
        return envelope.id

    async def send(self, envelope: Envelope, content: bytes) -> None:
        """Publish whatever it is."""
        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.get_exchange("events", ensure=False)
            await exchange.publish(message_of(envelope, content), envelope.routing_key, timeout=10)


@dataclass(frozen=True)
class ParkingLot:
    """What a service has parked; looking at it takes it out."""

    amqp_url: str
    service: str
    found: list[AbstractIncomingMessage] = field(default_factory=list)

    async def reason(self, event_id: EventId) -> str:
        """Wait until this event is parked; return why, and what is told of it."""

        async def look() -> str | None:
            await self._collect()
            parked = next((one for one in self.found if one.message_id == event_id), None)
            return None if parked is None else _told(parked)

        return await eventually(look, f"event {event_id} to be parked")

    async def _collect(self) -> None:
        async with await aio_pika.connect(self.amqp_url) as connection:
            channel = await connection.channel()
            queue = await channel.get_queue(f"{self.service}.parked", ensure=False)
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                self.found.append(message)


def _told(parked: AbstractIncomingMessage) -> str:
    reason, place = (str(parked.headers[f"enmusubi-{name}"]) for name in ("reason", "place"))
    return f"{reason} | {place}"
