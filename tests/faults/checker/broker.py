"""The broker, over plain AMQP: what its queues hold, what is parked, and the history from its beginning."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import ChannelClosed

from tests.faults.checker.databases import digest
from tests.faults.checker.evidence import SERVICES, Parked, Told

HISTORY = "events.history"
CONTACTS = "notifications.contacts"
FAMILIES = (*((f"{one}.events", one) for one in SERVICES), (CONTACTS, CONTACTS))
"""Each queue that is worked off, with what its retry queues and its parking lot are named after."""
REASON = "enmusubi-reason"
KILLED = "delivery-limit"
"""The broker's own reason, which it gives in a header of its own."""
AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Messages:
    """What the broker has."""

    queues: dict[str, int]
    parked: tuple[Parked, ...]
    history: tuple[Told, ...]


async def read_broker(amqp_url: str, delays: Sequence[float], quiet: float) -> Messages:
    """Read all queues; what is parked stays where it is.

    A stream does not say where it ends: after ``quiet`` seconds without a message it is taken to have been read.
    """
    connection = await aio_pika.connect(amqp_url, timeout=20)
    async with connection:
        names = [name for queue, family in FAMILIES for name in (queue, *_retries(family, delays))]
        return Messages(
            queues=await _depths(connection, names),
            parked=tuple(await _all_parked(connection)),
            history=tuple([told async for told in _history(connection, quiet)]),
        )


def _retries(family: str, delays: Sequence[float]) -> list[str]:
    return [f"{family}.retry.{delay:g}s" for delay in sorted(set(delays))]


@asynccontextmanager
async def _channel(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    """Lend a channel; the broker closes one on which something was asked for that is not there."""
    channel = await connection.channel(publisher_confirms=False)
    try:
        yield channel
    finally:
        await channel.close()


async def _depths(connection: AbstractConnection, names: Sequence[str]) -> dict[str, int]:
    """Return how many messages lie in each queue; -1 where there is no such queue."""
    found: dict[str, int] = {}
    while len(found) < len(names):
        with suppress(ChannelClosed):  # which is what the broker does where there is no such queue
            async with _channel(connection) as channel:
                for name in names[len(found) :]:
                    found[name] = -1
                    declared = await channel.declare_queue(name, passive=True, timeout=20)
                    found[name] = declared.declaration_result.message_count or 0
    return found


async def _all_parked(connection: AbstractConnection) -> list[Parked]:
    depths = await _depths(connection, [f"{family}.parked" for _, family in FAMILIES])
    found: list[Parked] = []
    for name, family in FAMILIES:
        if depths[f"{family}.parked"] > 0:
            found.extend([one async for one in _parked(connection, name, family)])
    return found


async def _parked(connection: AbstractConnection, name: str, family: str) -> AsyncIterator[Parked]:
    """Look at what is parked; closing the channel gives all of it back."""
    async with _channel(connection) as channel:
        queue = await channel.get_queue(f"{family}.parked", ensure=False)
        while (message := await queue.get(fail=False, timeout=20)) is not None:
            reason = message.headers.get(REASON) or _brokers_reason(message)
            yield Parked(
                queue=name, message_id=message.message_id, reason=None if reason is None else str(reason)
            )


def _brokers_reason(message: AbstractIncomingMessage) -> str | None:
    return KILLED if "x-first-death-reason" in message.headers or "x-death" in message.headers else None


async def _history(connection: AbstractConnection, quiet: float) -> AsyncIterator[Told]:
    async with _channel(connection) as channel:
        await channel.set_qos(prefetch_count=AT_ONCE)
        stream = await channel.get_queue(HISTORY, ensure=False)
        arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        tag = await stream.consume(arrived.put, arguments={"x-stream-offset": "first"}, timeout=20)
        while (message := await _next(arrived, quiet)) is not None:
            yield _told(message)
            await message.ack()
        await stream.cancel(tag, timeout=20)


async def _next(
    arrived: "asyncio.Queue[AbstractIncomingMessage]", quiet: float
) -> AbstractIncomingMessage | None:
    try:
        async with asyncio.timeout(quiet):
            return await arrived.get()
    except TimeoutError:
        return None


def _told(message: AbstractIncomingMessage) -> Told:
    headers = {name: value for name, value in message.headers.items() if not name.startswith("x-")}
    sequence = headers.get("cloudEvents_sequence")
    return Told(
        id=str(headers.get("cloudEvents_id", message.message_id)),
        source=str(headers.get("cloudEvents_source", "")),
        type=str(headers.get("cloudEvents_type", "")),
        subject=str(headers.get("cloudEvents_subject", "")),
        sequence=None if sequence is None else int(str(sequence)),
        digest=digest(message.body),
        headers=headers,
    )
