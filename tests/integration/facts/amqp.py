"""Plain AMQP in few words."""

from collections.abc import Mapping
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from pamqp.common import FieldTable

from tests.harness.nodes import new_name
from tests.harness.waiting import eventually

LEAST_ONCE: FieldTable = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


async def quorum_queue(
    channel: AbstractChannel, arguments: FieldTable | None = None, name: str | None = None
) -> AbstractQueue:
    """Declare a quorum queue of this test's own."""
    declared: FieldTable = {"x-queue-type": "quorum", **(arguments or {})}
    return await channel.declare_queue(name or new_name(), durable=True, arguments=declared)


async def send(
    channel: AbstractChannel, queue: str, content: bytes = b"x", headers: Mapping[str, Any] | None = None
) -> None:
    """Put a message onto a queue, confirmed."""
    message = Message(content, headers=dict(headers or {}), delivery_mode=DeliveryMode.PERSISTENT)
    await channel.default_exchange.publish(message, queue, timeout=10)


async def take(queue: AbstractQueue) -> AbstractIncomingMessage:
    """Wait for a message and take it in hand; it is still to be acknowledged."""
    return await eventually(lambda: queue.get(fail=False), f"a message in {queue.name}")


async def count(channel: AbstractChannel, queue: str) -> int:
    """Return how many messages are ready in a queue."""
    declared = await channel.declare_queue(queue, passive=True)
    return declared.declaration_result.message_count or 0
