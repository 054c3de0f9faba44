"""Messages as any client may write them: every type that AMQP headers can have, names and texts that are not UTF-8.

A message's text (``repr``) is Python that makes it again, so that one which went wrong can be sent once more.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, cast

import aio_pika
from aiormq import Channel
from pamqp.commands import Basic

AT_ONCE = 500
PERSISTENT = 2


class Timestamp(NamedTuple):
    """AMQP's own: seconds since 1970, of which there may be many."""

    seconds: int


class Blob(NamedTuple):
    """AMQP's byte array; ``bytes`` stands for a long string, whatever is in it."""

    content: bytes


class Written(NamedTuple):
    """A value that is written down already."""

    content: bytes


Value = (
    None
    | bool
    | int
    | float
    | str
    | bytes
    | Timestamp
    | Blob
    | Written
    | Decimal
    | list["Value"]
    | dict[str, "Value"]
)
Headers = tuple[tuple[str | bytes, Value], ...]
"""Names with values: a name may be there twice."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message, and what it is published by."""

    tag: str
    exchange: str
    routing_key: str
    headers: Headers | None
    body: bytes
    content_type: str | bytes | None = "application/json"
    content_encoding: str | bytes | None = None
    message_id: str | bytes | None = None
    timestamp: int | None = None
    kind: str | bytes | None = None
    delivery_mode: int = PERSISTENT

    def properties(self) -> Basic.Properties:
        """Return all but the body, written down byte by byte."""
        parts = (
            (15, _short(self.content_type)),
            (14, _short(self.content_encoding)),
            (13, None if self.headers is None else _table(self.headers)),
            (12, struct.pack(">B", self.delivery_mode)),
            (7, _short(self.message_id)),
            (6, None if self.timestamp is None else struct.pack(">Q", self.timestamp)),
            (5, _short(self.kind)),
        )
        flags = sum(1 << bit for bit, written in parts if written is not None)
        return _Properties(struct.pack(">H", flags) + b"".join(written for _, written in parts if written))


class _Properties(Basic.Properties):
    def __init__(self, written: bytes) -> None:
        super().__init__()
        self._written = written

    def marshal(self) -> bytes:
        return self._written


def _bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _short(text: str | bytes | None) -> bytes | None:
    return None if text is None else struct.pack(">B", len(_bytes(text))) + _bytes(text)


def _long(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _table(pairs: Sequence[tuple[str | bytes, Value]]) -> bytes:
    return _long(b"".join(cast("bytes", _short(name)) + _typed(value) for name, value in pairs))


def _typed(value: Value) -> bytes:
    return _WRITTEN[type(value)](value)


def _decimal(value: Decimal) -> bytes:
    scale = -int(value.as_tuple().exponent)
    return b"D" + struct.pack(">BI", scale, int(value.scaleb(scale)))


_WRITTEN: Mapping[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"V",
    bool: lambda value: b"t" + bytes([value]),
    int: lambda value: b"l" + struct.pack(">q", value),
    float: lambda value: b"d" + struct.pack(">d", value),
    Timestamp: lambda value: b"T" + struct.pack(">Q", value.seconds),
    Blob: lambda value: b"x" + _long(value.content),
    Written: lambda value: value.content,
    str: lambda value: b"S" + _long(value.encode()),
    bytes: lambda value: b"S" + _long(value),
    Decimal: _decimal,
    list: lambda value: b"A" + _long(b"".join(map(_typed, value))),
    dict: lambda value: b"F" + _table(list(value.items())),
}


@asynccontextmanager
async def channel_to(amqp_url: str) -> AsyncIterator[Channel]:
    """Open a channel that refuses what finds no queue."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield cast("Channel", await channel.get_underlay_channel())


async def publish(amqp_url: str, messages: Sequence[Message]) -> None:
    """Publish messages in this order, many at once; return when the broker has confirmed all of them."""
    async with channel_to(amqp_url) as channel:
        for first in range(0, len(messages), AT_ONCE):
            await asyncio.gather(*(_publish(channel, one) for one in messages[first : first + AT_ONCE]))


async def _publish(channel: Channel, message: Message) -> None:
    await channel.basic_publish(
        message.body,
        exchange=message.exchange,
        routing_key=message.routing_key,
        properties=message.properties(),
        mandatory=True,
        timeout=60,
        wait=False,
    )


async def taken_from(amqp_url: str, queue: str) -> list[Any]:
    """Take all that lies in a queue out of it."""
    found: list[Any] = []
    done = asyncio.Event()
    async with channel_to(amqp_url) as channel:
        count = (await channel.queue_declare(queue, passive=True)).message_count or 0

        async def take(message: Any) -> None:
            found.append(message)
            if len(found) == count:
                done.set()

        if count:
            await channel.basic_consume(queue, take, no_ack=True)
            async with asyncio.timeout(60):
                await done.wait()
    return found


def tower(levels: int) -> Written:
    """Make an array in an array, and so on."""
    content = b"V"
    for _ in range(levels):
        content = b"A" + _long(content)
    return Written(content)
