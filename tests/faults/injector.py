"""Messages that nobody sent: duplicates, poison and garbage, straight onto a service's queue."""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

import aio_pika
from aio_pika.abc import AbstractIncomingMessage, HeadersType
from aio_pika.exceptions import AMQPError

from shared.events import Event
from shared.events.envelope import Envelope, body, headers
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId
from shared.events.intake import CandidateApplied, CandidateShortlisted, RoundOpened
from shared.events.matching import OfferAccepted
from shared.ids import new
from shared.messaging.topology import CONTACTS, events_queue
from tests.faults.journal import Journal, now
from tests.faults.system import NOT_YET_DELAYS

SERVICES = ("matching", "scheduling", "notifications")
"""Those whose queues get messages under this load."""
ORPHANS: Mapping[str, type[Event]] = {"matching": CandidateShortlisted, "scheduling": OfferAccepted}
"""Events that need something which has come before; the examples' candidate has never applied."""
TOO_LARGE = 1024 * 1024 + 1
INSIST = 30.0
TRIES = 10


class Injector:
    """Puts messages on queues, confirmed, past every proxy."""

    def __init__(self, amqp_url: str, injected: Journal, chance: random.Random) -> None:
        self.handled_until = 0
        """The offset in the history up to which everything has been handled: what came before the last calm."""
        self._amqp_url = amqp_url
        self._injected = injected
        self._chance = chance

    async def note_rest(self) -> None:
        """Note that everything in the history was handled."""
        async with await aio_pika.connect(self._amqp_url, timeout=10) as connection:
            message = await _from_history(connection, "last", quiet=0.5)
        if message is not None:
            self.handled_until = int(str(message.headers["x-stream-offset"]))

    async def duplicate(self) -> str:
        """Deliver some events of the history once more, as they are."""
        queues: list[str] = []
        async with await aio_pika.connect(self._amqp_url, timeout=10) as connection:
            for _ in range(self._chance.randint(1, 5)):
                original, readers = await self._some_event(connection)
                if original is not None:
                    queues.append(self._chance.choice(readers))
                    await _put(connection, queues[-1], _copy(original, original.body))
        return f"{len(queues)} onto {', '.join(sorted(set(queues)))}"

    async def poison(self) -> str:
        """Put an event on a queue that looks right and cannot be handled."""
        service = self._chance.choice(SERVICES)
        match self._chance.choice(
            ("invalid-data", "no-reaction", "unknown-type", "predecessor-missing", "id-reused")
        ):
            case "invalid-data":
                return await self._inject(
                    service, "invalid-data", _event(EXAMPLES[CandidateApplied], b'{"candidate_id": 7}')
                )
            case "no-reaction" if service != "notifications":
                return await self._inject(service, "no-reaction", _event(EXAMPLES[RoundOpened]))
            case "predecessor-missing" if service in ORPHANS:
                return await self._inject(service, "predecessor-missing", _orphan(service))
            case "id-reused":
                return await self._alter()
            case _:
                message = _event(EXAMPLES[CandidateApplied])
                message.headers["cloudEvents_type"] = "candidate-abducted.v1"
                return await self._inject(service, "unknown-type", message)

    async def garbage(self) -> str:
        """Put something on a queue that is no event at all."""
        queue = self._chance.choice((*SERVICES, CONTACTS.name))
        strange: HeadersType = {
            "cloudEvents_id": 17,
            "cloudEvents_time": "yesterday",
            "cloudEvents_source": ["/intake"],
            "CC": [f"{queue}.events"],
            "enmusubi-attempt": -(2**62),
            "x-death": "often",
        }
        noise = self._chance.randbytes(self._chance.randint(0, 2000))
        kinds: dict[str, tuple[bytes, HeadersType]] = {
            "random-bytes": (noise, {}),
            "strange-headers": (noise, strange),
            "too-large": (b" " * TOO_LARGE, {**headers(_envelope(EXAMPLES[CandidateApplied]))}),
        }
        kind = self._chance.choice(sorted(kinds))
        content, found = kinds[kind]
        message = _message(content, found, new(EventId))
        return await self._inject(queue, kind, message, "too-large" if kind == "too-large" else None)

    async def _alter(self) -> str:
        """Put an event on a queue whose id the service knows, with another body."""
        async with await aio_pika.connect(self._amqp_url, timeout=10) as connection:
            original, readers = await self._some_event(connection)
        if original is None:
            return "nothing to alter"
        message = _copy(original, original.body + b" ")
        return await self._inject(self._chance.choice(readers).removesuffix(".events"), "id-reused", message)

    async def _inject(
        self, service: str, kind: str, message: aio_pika.Message, reason: str | None = ""
    ) -> str:
        """Put a message on a queue, surely, and write down that it has to be parked."""
        queue = service if service == CONTACTS.name else f"{service}.events"
        deadline = asyncio.get_running_loop().time() + INSIST
        while True:
            try:
                async with await aio_pika.connect(self._amqp_url, timeout=10) as connection:
                    await _put(connection, queue, message)
                break
            except (AMQPError, OSError, TimeoutError):
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.5)
        await self._injected.append(
            {
                "at": now(),
                "queue": queue,
                "kind": kind,
                "message_id": message.message_id,
                "reason": kind if reason == "" else reason,
            }
        )
        return f"{kind} onto {queue}"

    async def _some_event(
        self, connection: aio_pika.abc.AbstractConnection
    ) -> tuple[AbstractIncomingMessage | None, list[str]]:
        """Return an event from before the last rest, and the queues that have had it."""
        for _ in range(TRIES):
            offset = self._chance.randint(0, self.handled_until)
            found = await _from_history(connection, offset, quiet=3)
            if readers := _readers(found):
                return found, readers
        return None, []


async def _from_history(
    connection: aio_pika.abc.AbstractConnection, offset: int | str, quiet: float
) -> AbstractIncomingMessage | None:
    """Return the first event from this offset on; of the ``last`` ones the last."""
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=1 if isinstance(offset, int) else 1000)
    queue = await channel.get_queue("events.history", ensure=False)
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(arrived.put, arguments={"x-stream-offset": offset}, timeout=10)
    found: AbstractIncomingMessage | None = None
    with suppress(TimeoutError):
        while found is None or offset == "last":
            async with asyncio.timeout(quiet):
                message = await arrived.get()
            if isinstance(offset, str) or int(str(message.headers["x-stream-offset"])) >= offset:
                found = message
            else:
                await message.ack()  # a chunk begins before the offset that was asked for
    await channel.close()
    return found


def _readers(original: AbstractIncomingMessage | None) -> list[str]:
    if original is None:
        return []
    source, kind = (str(original.headers[f"cloudEvents_{name}"]) for name in ("source", "type"))
    routing_key = f"{source.removeprefix('/')}.{kind}"
    queues = [events_queue(service) for service in SERVICES]
    return [queue.name for queue in queues if routing_key in queue.routing_keys]


def _copy(original: AbstractIncomingMessage, content: bytes) -> aio_pika.Message:
    return aio_pika.Message(
        content,
        headers={key: value for key, value in original.headers.items() if key != "x-stream-offset"},
        content_type=original.content_type,
        content_encoding=original.content_encoding,
        message_id=original.message_id,
        timestamp=original.timestamp,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


def _envelope(event: Event) -> Envelope:
    return Envelope.of(event, id=new(EventId), time=datetime.now(UTC), sequence=1)


def _event(event: Event, content: bytes | None = None) -> aio_pika.Message:
    envelope = _envelope(event)
    return _message(body(event) if content is None else content, {**headers(envelope)}, envelope.id)


def _orphan(service: str) -> aio_pika.Message:
    """Write an event whose predecessor will never come, and that has nearly waited long enough."""
    message = _event(EXAMPLES[ORPHANS[service]])
    message.headers["enmusubi-waited"] = len(NOT_YET_DELAYS) - 2
    return message


def _message(content: bytes, found: HeadersType, message_id: str) -> aio_pika.Message:
    return aio_pika.Message(
        content,
        headers={**found},
        content_type="application/json",
        message_id=message_id,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def _put(connection: aio_pika.abc.AbstractConnection, queue: str, message: aio_pika.Message) -> None:
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    await channel.default_exchange.publish(message, queue, timeout=10)
    await channel.close()
