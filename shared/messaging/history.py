"""The history: every public event of about a year, in a stream that anyone may read from wherever they like."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.events.envelope import Envelope, Undecodable, read_headers
from shared.messaging.topology import HISTORY_QUEUE

Since = Literal["first", "next"] | int | datetime
AT_ONCE = 500
QUIET = 1.0
"""A stream does not say where it ends: after so many seconds without an event, it is taken to have."""


@dataclass(frozen=True, slots=True)
class Passed:
    """An event that has passed, and at which offset of the stream it lies (offsets have gaps)."""

    offset: int
    envelope: Envelope
    message: AbstractIncomingMessage


async def passed(
    channel: AbstractChannel, since: Since, quiet: float | None = QUIET
) -> AsyncIterator[Passed]:
    """Give the events of the history from ``since`` on; end after ``quiet`` seconds without one (None: never).

    What cannot be read is passed over: it is parked where it was to be consumed.
    """
    await channel.set_qos(prefetch_count=AT_ONCE)
    stream = await channel.get_queue(HISTORY_QUEUE, ensure=False)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    tag = await stream.consume(arrived.put, arguments={"x-stream-offset": since}, timeout=10)
    try:
        while (message := await _next(arrived, quiet)) is not None:
            event = _read(message)
            if event is not None:
                yield event
            await message.ack()
    finally:
        await stream.cancel(tag)


async def _next(
    arrived: asyncio.Queue[AbstractIncomingMessage], quiet: float | None
) -> AbstractIncomingMessage | None:
    try:
        async with asyncio.timeout(quiet):
            return await arrived.get()
    except TimeoutError:
        return None


def _read(message: AbstractIncomingMessage) -> Passed | None:
    try:
        envelope = read_headers(message.headers)
    except Undecodable:
        return None
    offset = message.headers.get("x-stream-offset")
    return Passed(offset if isinstance(offset, int) else 0, envelope, message)
