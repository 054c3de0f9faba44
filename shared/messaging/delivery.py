"""A message as the broker delivered it.

The consumer listens one layer below aio-pika's own messages: making one of those costs a fifth of all that
is done for an event, and most of what it can do is never asked for.
"""

from dataclasses import dataclass
from datetime import datetime

from aiormq.abc import DeliveredMessage
from pamqp.commands import Basic
from pamqp.common import FieldTable


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of a message; what is not asked for is not computed."""

    frames: DeliveredMessage

    @property
    def body(self) -> bytes:
        """The body, as it travelled."""
        return self.frames.body

    @property
    def headers(self) -> FieldTable:
        """The headers; anybody may have written them."""
        return self.frames.header.properties.headers or {}

    @property
    def message_id(self) -> str | None:
        """What the publisher named it."""
        return self.frames.header.properties.message_id

    @property
    def content_type(self) -> str | None:
        """What its publisher says the body is."""
        return self.frames.header.properties.content_type

    @property
    def content_encoding(self) -> str | None:
        """How its publisher says the body is encoded."""
        return self.frames.header.properties.content_encoding

    @property
    def timestamp(self) -> datetime | None:
        """When its publisher says it was published."""
        return self.frames.header.properties.timestamp

    @property
    def exchange(self) -> str:
        """The exchange that it was published to; empty for one that was put onto its queue."""
        return self.frames.exchange or ""

    @property
    def routing_key(self) -> str:
        """The key under which it came to this queue."""
        return self.frames.routing_key or ""

    @property
    def redelivered(self) -> bool:
        """Whether it was delivered before, to whomever."""
        delivery = self.frames.delivery
        return isinstance(delivery, Basic.Deliver) and bool(delivery.redelivered)

    @property
    def tag(self) -> int:
        """Its number on this channel: an acknowledgement names the last one that it covers."""
        return self.frames.delivery_tag or 0
