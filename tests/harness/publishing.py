"""Publishing events as another service would, for tests of one service alone."""

from datetime import UTC, datetime

import aio_pika

from shared.events import Event
from shared.events.envelope import Envelope, body, headers
from shared.events.ids import EventId
from shared.ids import new


def message_of(envelope: Envelope, content: bytes) -> aio_pika.Message:
    """Return an event as it travels."""
    return aio_pika.Message(
        content,
        headers={**headers(envelope)},
        message_id=envelope.id,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def publish(
    amqp_url: str,
    *events: Event,
    sequence: int = 1,
    id: EventId | None = None,  # noqa: A002
) -> None:
    """Publish events with confirms; each subject's sequence counts on from ``sequence`` in the order given."""
    counts: dict[str, int] = {}
    connection = await aio_pika.connect(amqp_url)
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        exchange = await channel.get_exchange("events", ensure=False)
        for event in events:
            counts[event.subject] = counts.get(event.subject, sequence - 1) + 1
            envelope = Envelope.of(
                event, id=id or new(EventId), time=datetime.now(UTC), sequence=counts[event.subject]
            )
            await exchange.publish(message_of(envelope, body(event)), event.routing_key, timeout=10)
