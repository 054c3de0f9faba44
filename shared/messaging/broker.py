"""The connection's supervisor: builds connections, channels, topology, relay and consumers together, and anew."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection, TimeoutType
from aio_pika.exceptions import ChannelInvalidStateError
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity

from shared.messaging import topology
from shared.messaging.consumer import Consumer
from shared.messaging.errors import ConnectionLost, lost_unless_cancelled
from shared.messaging.publisher import Publisher
from shared.messaging.relay import Relay
from shared.settings import Settings
from shared.waiting import first_of

LONGEST_BACK_OFF = 5.0
SETTLED = 10.0
"""Seconds after which a link has held: what breaks it then is a new trouble, not the same one again."""
LONGEST_PREPARATION = 60.0
"""Seconds; declaring everything on a fresh broker takes two, on a slow cluster more."""
HEARTBEAT = 10
UNSEEN = 10
"""Tries, which take some half a minute, after which it is no longer the broker's start that hides the history."""
REBIND = 60.0
"""Seconds for which a binding that somebody removed stays away; what went by is in the history."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """What one life of the connection consists of.

    Publishing and consuming do not share a connection, so that a broker that stops reading from publishers
    still gets our acknowledgements.
    """

    publishing: AbstractConnection
    consuming: AbstractConnection
    publisher: AbstractChannel
    watcher: AbstractChannel
    lost: asyncio.Event

    async def watch(self) -> None:
        """Raise ConnectionLost when any part of the link is."""
        await self.lost.wait()
        raise ConnectionLost("connection or channel closed")


class _Connection(aio_pika.Connection):
    """A connection that is closed where it could not be opened; else it warns when it is forgotten."""

    async def connect(self, timeout: TimeoutType = None) -> None:  # noqa: ASYNC109  the library's own
        """Open the connection, or close what there is of it."""
        try:
            await super().connect(timeout)
        except BaseException:
            await self.close()
            raise


class Broker:
    """Keeps relay and consumers at work, whatever happens to the connection."""

    def __init__(self, settings: Settings, relay: Relay, consumers: Sequence[Consumer]) -> None:
        self.relay = relay
        self.consumers = tuple(consumers)
        self.stopping = asyncio.Event()
        self.draining = asyncio.Event()
        self._settings = settings
        self._link: Link | None = None
        self._blocked = False
        self._unseen = 0
        """How often the history was not to be seen, one time after the other."""

    @property
    def troubles(self) -> list[str]:
        """What is wrong between us and the broker, for readiness."""
        if self._link is None:
            return ["broker-away"]
        missing = [f"consumer-missing:{one.queue.name}" for one in self.consumers if not one.attached]
        return [*missing, "broker-blocks"] if self._blocked else missing

    async def run(self) -> None:
        """Work until ``stopping`` and then ``draining`` are set; build everything anew after any loss."""
        failures = 0
        while not self.draining.is_set():
            begun = time.monotonic()
            try:
                with lost_unless_cancelled("while at work"):
                    async with self._linked() as link:
                        await self._work(link)
            except* Exception as group:
                failures = 1 if time.monotonic() - begun > SETTLED else failures + 1
                errors = sorted({type(error).__name__ for error in _leaves(group)})
                log.warning("broker away", errors=errors, failures=failures)
            if not self.draining.is_set():
                await self._back_off(failures)

    async def _back_off(self, failures: int) -> None:
        delay = min(LONGEST_BACK_OFF, 0.1 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311  jitter
        await first_of(self.draining, timeout=delay)

    async def _work(self, link: Link) -> None:
        publisher = Publisher(link.publisher, self._settings.publish_timeout)
        all_committed = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            watches = [
                tasks.create_task(link.watch()),
                tasks.create_task(self._watch_blocking(publisher)),
                tasks.create_task(self._keep_bound(link)),
            ]
            relay = tasks.create_task(self.relay.run(publisher, all_committed))
            consumers = [
                tasks.create_task(self._consume(consumer, link, publisher)) for consumer in self.consumers
            ]
            for consumer in consumers:  # what their last batches decided is still to be published
                await asyncio.wait([consumer])
            await self.draining.wait()
            all_committed.set()
            await asyncio.wait([relay])
            for watch in watches:
                watch.cancel()

    async def _watch_blocking(self, publisher: Publisher) -> None:
        """Keep saying whether the broker, short of memory or disk, has blocked whoever publishes."""
        while True:
            self._blocked = await publisher.is_blocked()
            await asyncio.sleep(self._settings.poll_seconds)

    async def _consume(self, consumer: Consumer, link: Link, publisher: Publisher) -> None:
        channel = await link.consuming.channel(publisher_confirms=False)
        _ring_when_closed(channel, link.lost)
        await consumer.run(channel, publisher, self.stopping)

    @asynccontextmanager
    async def _linked(self) -> AsyncIterator[Link]:
        lost = asyncio.Event()
        publishing = await self._connect("publishing")
        try:
            consuming = await self._connect("consuming")
            try:
                async with asyncio.timeout(LONGEST_PREPARATION):  # a queue without a leader never answers
                    link = await self._prepare(publishing, consuming, lost)
                self._link = link
                yield link
            finally:
                self._link = None
                await _close(consuming)
        finally:
            await _close(publishing)

    async def _prepare(
        self, publishing: AbstractConnection, consuming: AbstractConnection, lost: asyncio.Event
    ) -> Link:
        for connection in (publishing, consuming):
            connection.close_callbacks.add(lambda *_: lost.set())
        publisher = await publishing.channel(publisher_confirms=True, on_return_raises=True)
        await self._declare(consuming)
        await self._see_history(consuming)
        watcher = await consuming.channel(publisher_confirms=False)
        for channel in (publisher, watcher):
            _ring_when_closed(channel, lost)
        return Link(publishing, consuming, publisher, watcher, lost)

    async def _declare(self, connection: AbstractConnection) -> None:
        channel = await connection.channel(publisher_confirms=False)
        try:
            for said in await topology.declare(channel, *self._shape):
                log.warning("queue with other arguments", said=said, see="python -m shared.messaging declare")
        except ChannelAccessRefused:  # an operator has declared it (python -m shared.messaging declare)
            channel = await connection.channel(publisher_confirms=False)
            await topology.check(channel, *self._shape)
            await topology.bind(channel)
        await channel.close()

    @property
    def _shape(self) -> tuple[frozenset[float], int]:
        return self._settings.delays, self._settings.history_days

    async def _keep_bound(self, link: Link) -> None:
        """Bind again and again what somebody may have unbound: the broker tells nobody."""
        while True:
            await asyncio.sleep(REBIND)
            await topology.bind(link.watcher)

    async def _see_history(self, connection: AbstractConnection) -> None:
        """Look whether the history can be written to; go on without where that stays so.

        It cannot just after the broker's start, nor ever be seen from a node of a cluster that has no part of it.
        """
        channel = await connection.channel(publisher_confirms=False)
        try:
            await topology.see_history(channel)
        except ChannelNotFoundEntity as error:
            self._unseen += 1
            if self._unseen < UNSEEN:
                raise ConnectionLost("the history is not there yet") from error
            log.warning("history not seen", error=str(error))
        else:
            self._unseen = 0
            await channel.close()

    async def _connect(self, purpose: str) -> AbstractConnection:
        return await aio_pika.connect(
            self._settings.amqp_url,
            timeout=10,
            connection_class=_Connection,
            heartbeat=HEARTBEAT,
            client_properties={"connection_name": f"{self._settings.database} {purpose}"},
        )

    async def counts(self) -> tuple[int, int]:
        """Return how many messages lie in this service's queues, and how many wait to be tried again.

        Raises ConnectionLost, AMQPError or TimeoutError where the broker goes away meanwhile.
        """
        link = self._link
        if link is None:
            return 0, 0
        try:
            with lost_unless_cancelled("while counting"):
                return await self._count(link)
        except ChannelInvalidStateError as error:
            raise ConnectionLost("before counting") from error

    async def _count(self, link: Link) -> tuple[int, int]:
        queued = sum([await one.waiting_in_queue() for one in self.consumers])
        retrying = sum(
            [
                await _lying(link.watcher, one.queue.retry(delay))
                for one in self.consumers
                for delay in self._settings.delays
            ]
        )
        return queued, retrying


def _ring_when_closed(channel: AbstractChannel, lost: asyncio.Event) -> None:
    channel.close_callbacks.add(lambda *_: lost.set())


async def _lying(channel: AbstractChannel, queue: str) -> int:
    declared = await channel.declare_queue(queue, passive=True, timeout=5)
    return declared.declaration_result.message_count or 0


async def _close(connection: AbstractConnection) -> None:
    with suppress(Exception):
        async with asyncio.timeout(2):
            await connection.close()


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
