"""Reading the history stream as an outsider would: plain AMQP, nothing of ours."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aio_pika
from aio_pika.abc import AbstractIncomingMessage


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it lies in the history."""

    type: str
    subject: str
    source: str
    id: str
    sequence: int
    time: datetime
    data: dict[str, Any]
    headers: dict[str, Any]


async def read_history(amqp_url: str, quiet: float = 0.5) -> list[Told]:
    """Return all events that are in the history now, in its order; after ``quiet`` seconds without one, that is all."""
    connection = await aio_pika.connect(amqp_url)
    try:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=500)
        queue = await channel.get_queue("events.history", ensure=False)
        return await _read(queue, quiet)
    finally:
        await connection.close()


async def _read(queue: aio_pika.abc.AbstractQueue, quiet: float) -> list[Told]:
    """Read until nothing more has come for a while: a stream does not say where it ends."""
    found: list[Told] = []
    arrived = asyncio.Event()

    async def take(message: AbstractIncomingMessage) -> None:
        found.append(_told(message))
        arrived.set()
        await message.ack()

    tag = await queue.consume(take, arguments={"x-stream-offset": "first"})
    while True:
        arrived.clear()
        try:
            async with asyncio.timeout(quiet):
                await arrived.wait()
        except TimeoutError:
            break
    await queue.cancel(tag)
    return found


def _told(message: AbstractIncomingMessage) -> Told:
    headers = dict(message.headers)
    return Told(
        type=str(headers["cloudEvents_type"]).rpartition(".v")[0],
        subject=str(headers["cloudEvents_subject"]),
        source=str(headers["cloudEvents_source"]),
        id=str(headers["cloudEvents_id"]),
        sequence=int(str(headers.get("cloudEvents_sequence", "0"))),
        time=datetime.fromtimestamp(int(str(headers["cloudEvents_time"])) / 1000, UTC),
        data=json.loads(message.body),
        headers=headers,
    )
