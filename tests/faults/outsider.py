"""A publisher outside: it repeats until the broker has confirmed, and writes down every confirmation."""

import asyncio
import json
import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import aio_pika
from aio_pika.abc import AbstractConnection, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, DeliveryError

from tests.faults.client import PATIENCE, GivenUp
from tests.faults.journal import Journal, now

FIRMS, TESTERS, SCHOOL = "fault-hr", "fault-tests", "fault-school"
"""The names that it goes by."""
TIME_OUT = 5.0
UNSURE = 0.25
"""How often it breaks off before it has heard the confirmation, and so has to repeat."""


class Outsider:
    """Publishes under sources of its own, `/external/<name>`, whose names the services' settings know."""

    def __init__(
        self, amqp_url: str, journal: Journal, chance: random.Random, acknowledged: Counter[str]
    ) -> None:
        self.repeated = 0
        """How many publishings were repeated with the same id."""
        self._amqp_url = amqp_url
        self._journal = journal
        self._chance = chance
        self._acknowledged = acknowledged

    async def say(self, kind: str, name: str, subject: str, data: Mapping[str, object], **ids: str) -> None:
        """Publish an event; return when it was confirmed and that is written down. Raises GivenUp."""
        event_id = secrets.token_hex(16)
        message = aio_pika.Message(
            json.dumps(data, ensure_ascii=False).encode(),
            headers={
                "cloudEvents_id": event_id,
                "cloudEvents_source": f"/external/{name}",
                "cloudEvents_type": f"{kind}.v1",
                "cloudEvents_subject": subject,
                "cloudEvents_time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "cloudEvents_specversion": "1.0",
            },
            message_id=event_id,
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._insist(message, f"external.{kind}.v1")
        await self._journal.append(
            {
                "at": now(),
                "kind": kind,
                "key": event_id,
                "status": "confirmed",
                "ids": {"source": f"/external/{name}", **ids},
                "body": data,
            }
        )
        self._acknowledged[kind] += 1

    async def _insist(self, message: aio_pika.Message, routing_key: str) -> None:
        until = time.monotonic() + PATIENCE
        while not await self._confirmed(message, routing_key):
            if time.monotonic() > until:
                raise GivenUp(f"{routing_key} was not confirmed")
            self.repeated += 1
            await asyncio.sleep(self._chance.uniform(0.1, 0.5))

    async def _confirmed(self, message: aio_pika.Message, routing_key: str) -> bool:
        """Publish once; False where nobody can say whether that went well."""
        hears = self._chance.random() > UNSURE
        try:
            async with (
                asyncio.timeout(TIME_OUT),
                await aio_pika.connect(self._amqp_url, timeout=TIME_OUT) as connection,
            ):
                await _see_history(connection)
                channel = await connection.channel(publisher_confirms=hears, on_return_raises=hears)
                exchange = await channel.get_exchange("events", ensure=False)
                await exchange.publish(message, routing_key, timeout=TIME_OUT)
        except (AMQPError, DeliveryError, OSError, TimeoutError, RuntimeError):
            return False
        return hears


async def _see_history(connection: AbstractConnection) -> None:
    """Raise AMQPError as long as the history is not there: just after its start the broker confirms without it."""
    channel = await connection.channel(publisher_confirms=False)
    await channel.set_qos(prefetch_count=1)
    history = await channel.get_queue("events.history", ensure=False)
    tag = await history.consume(_look_only, arguments={"x-stream-offset": "next"}, timeout=TIME_OUT)
    await history.cancel(tag)


async def _look_only(_: AbstractIncomingMessage) -> None:
    pass
