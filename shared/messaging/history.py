"""The history: every public event of about a year, in a stream that anyone may read from wherever they like."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from shared.events.envelope import Envelope, Undecodable, read_headers
from shared.messaging.errors import ConnectionLost, lost_unless_cancelled
from shared.messaging.topology import HISTORY_QUEUE

Since = Literal["first", "next"] | int | datetime
Connect = Callable[[], AbstractAsyncContextManager[AbstractConnection]]
Arrived = asyncio.Queue[AbstractIncomingMessage | None]
AT_ONCE = 500
QUIET = 1.0
"""Seconds. A stream does not say where it ends: its last part comes at once, and then nothing for so long."""
PATIENCE = 5.0
"""Seconds within which a stream that has anything to give does so."""
TRIES = 8
"""How often a connection is made anew before reading is given up: for some 20 seconds, a broker's restart."""


@dataclass(frozen=True, slots=True)
class Passed:
    """An event that has passed, and at which offset of the stream it lies (offsets have gaps)."""

    offset: int
    envelope: Envelope
    message: AbstractIncomingMessage


async def end(connect: Connect) -> int | None:
    """Return an offset that all lies before which was confirmed before this was asked; None: nothing was."""
    last: int | None = None
    busy = time.monotonic() + PATIENCE
    async with connect() as connection, _consuming(connection, "last") as arrived:
        while message := await _next(arrived, PATIENCE if last is None else QUIET):
            last = _offset(message)
            await _acknowledge(message)
            if time.monotonic() > busy:  # it grows while we look: that much is enough
                break
    return last


async def passed(connect: Connect, since: Since, until: int | None = None) -> AsyncGenerator[Passed, None]:
    """Give the events of the history from ``since`` up to and with the offset ``until`` (None: without end).

    When the connection is lost it goes on where it was; raises ConnectionLost where that stays in vain.
    What cannot be read, or came under another event's key, is passed over: it is parked where it was to be
    consumed.
    """
    failures = 0
    while True:
        try:
            async for event in _passed(connect, since, until):
                yield event
                since, failures = event.offset + 1, 0
        except (AMQPError, OSError) as error:
            failures += 1
            if failures > TRIES:
                raise ConnectionLost("while reading the history") from error
            await asyncio.sleep(min(5, 0.1 * 2**failures))
        else:
            return


async def _passed(connect: Connect, since: Since, until: int | None) -> AsyncIterator[Passed]:
    if until is not None and (since == "next" or (isinstance(since, int) and since > until)):
        return
    nothing = True
    async with connect() as connection, _consuming(connection, since) as arrived:
        while message := await _next(arrived, None if until is None else PATIENCE):
            offset, nothing = _offset(message), False
            if until is not None and offset > until:
                return
            event = _read(message)
            if event is not None:
                yield event
            await _acknowledge(message)
            if offset == until:
                return
    if not (nothing and isinstance(since, datetime)):  # else nothing has happened since then
        raise ConnectionLost("the history does not go on")


@asynccontextmanager
async def _consuming(
    connection: AbstractConnection, since: Since | Literal["last"]
) -> AsyncIterator[Arrived]:
    """Have what lies in the stream put into a queue, and None when the channel is lost."""
    arrived: Arrived = asyncio.Queue()
    with lost_unless_cancelled("while reading the history"):
        channel = await connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(lambda *_: arrived.put_nowait(None))
        stream = await channel.get_queue(HISTORY_QUEUE, ensure=False)
        async with asyncio.timeout(10):  # the library's own would swallow a cancellation
            await channel.set_qos(prefetch_count=AT_ONCE)
            tag = await stream.consume(arrived.put, arguments={"x-stream-offset": since})
        yield arrived
        with suppress(AMQPError):
            await stream.cancel(tag)


async def _next(arrived: Arrived, patience: float | None) -> AbstractIncomingMessage | None:
    """Return what comes next, or None where nothing comes for so long; raises ConnectionLost."""
    try:
        async with asyncio.timeout(patience):
            message = await arrived.get()
    except TimeoutError:
        return None
    if message is None:
        raise ConnectionLost("while reading the history")
    return message


async def _acknowledge(message: AbstractIncomingMessage) -> None:
    try:
        await message.ack()
    except ChannelInvalidStateError as error:
        raise ConnectionLost("while reading the history") from error


def _offset(message: AbstractIncomingMessage) -> int:
    offset = message.headers.get("x-stream-offset")
    return offset if isinstance(offset, int) else 0


def _read(message: AbstractIncomingMessage) -> Passed | None:
    try:
        return Passed(_offset(message), read_headers(message.headers, message.routing_key), message)
    except Undecodable:
        return None
