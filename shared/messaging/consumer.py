"""The batching consumer: many messages, one transaction, one acknowledgement."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

import structlog
from aio_pika.abc import AbstractChannel
from aiormq import Channel
from aiormq.abc import DeliveredMessage

from shared.messaging.delivery import Delivery
from shared.messaging.errors import ConnectionLost, Refused
from shared.messaging.inbound import Reader
from shared.messaging.ladder import Ladder, Verdict, describe, move
from shared.messaging.publisher import Publisher
from shared.messaging.topology import WorkQueue
from shared.storage.pieces import Failed, Piece
from shared.storage.portions import HoldOut, in_portions
from shared.storage.transactions import Transactions
from shared.telemetry import HANDLED, SET_ASIDE
from shared.waiting import first_of

AWAY = 0.5
"""Seconds between two tries of what the database, or the broker, does not take."""
HELD = 60.0
"""Seconds for which messages stay in hand that nothing comes of. From one who has not acknowledged within its
``consumer_timeout`` (half an hour, never less than some minutes) RabbitMQ takes back all, with the channel, and
counts a delivery each time."""
ALL = 0
"""The delivery tag that stands for every message that is not acknowledged."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages are taken at once, and how often (seconds) a quiet queue's consumer is looked after."""

    batch: int
    prefetch: int
    poll: float


@dataclass(frozen=True, slots=True)
class Taken:
    """A message in hand with the work that it asks for, or why that cannot be told, and where it is done."""

    message: Delivery
    work: Piece[None] | Exception
    place: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message whose work was not done, why, and where."""

    message: Delivery
    error: Exception
    place: str


class Consumer:
    """Reads one queue. What it has not finished when the connection is lost is dropped, and comes again.

    A message is read when it comes: while the batch before it is in the database's hands, there is time for that.

    It starts at prefetch 1 and widens at the first message that was never delivered before: after a crash
    the broker counts a delivery for everything that was unacknowledged, so a message that kills the process
    must meet it alone.

    While the database is away it holds what it has in hand; where that lasts it gives all back, once, goes on
    trying to do that work, and takes nothing more until it is done. What comes again then is a repeat. So a database
    that is away brings no message nearer to the delivery limit, however long it is. A message that alone is not
    committed in time, where something else is, has failed like any other, and holds nobody up for longer.
    """

    def __init__(
        self, queue: WorkQueue, reader: Reader, transactions: Transactions, ladder: Ladder, pace: Pace
    ) -> None:
        self.queue = queue
        self.handled = 0
        self.attached = False
        self._reader = reader
        self._transactions = transactions
        self._ladder = ladder
        self._pace = pace
        self._waiting: deque[Taken] = deque()
        self._at_work = 0
        self._channel: AbstractChannel | None = None

    @property
    def in_hand(self) -> int:
        """How many messages this process has taken and not yet acknowledged."""
        return len(self._waiting) + self._at_work

    async def waiting_in_queue(self) -> int:
        """Return how many messages lie in the queue; asked on the channel that they come by, so none slips by."""
        if self._channel is None:
            return 0
        declared = await self._channel.declare_queue(self.queue.name, passive=True, timeout=5)
        return declared.declaration_result.message_count or 0

    async def run(self, channel: AbstractChannel, publisher: Publisher, stopping: asyncio.Event) -> None:
        """Consume until ``stopping`` is set; raises ConnectionLost where the broker took the consumer away."""
        self._channel = channel
        prefetch = 1
        try:
            while not stopping.is_set():
                prefetch = await self._consume(channel, publisher, stopping, prefetch)
        finally:
            self.attached = False
            self._channel = None

    async def _consume(
        self, channel: AbstractChannel, publisher: Publisher, stopping: asyncio.Event, prefetch: int
    ) -> int:
        """Consume at this prefetch until another one is right, and return that; or until ``stopping``."""
        below = cast("Channel", await channel.get_underlay_channel())
        waiting = self._waiting = deque[Taken]()
        self._at_work = 0
        arrived = asyncio.Event()

        async def arrive(message: DeliveredMessage) -> None:
            waiting.append(self._take(Delivery(message)))
            arrived.set()

        async with asyncio.timeout(10):  # the library's own would swallow a cancellation
            await below.basic_qos(prefetch_count=prefetch)
            tag = (await below.basic_consume(self.queue.name, arrive)).consumer_tag or ""
        self.attached = True
        while not stopping.is_set():
            if not waiting:
                arrived.clear()
                await first_of(arrived, stopping, timeout=self._pace.poll)
                self._still_attached(below, tag)
                continue
            batch = self._batch()
            await self._work(
                batch, publisher, partial(self._hold_out, below, tag, stopping, time.monotonic())
            )
            if not self.attached:
                return 1
            widen = prefetch == 1 and not batch[0].message.redelivered
            if widen:
                await below.basic_cancel(tag)
            await self._acknowledge(below, batch)
            if widen:
                return self._pace.prefetch
        await below.basic_cancel(tag)
        return prefetch

    def _still_attached(self, below: Channel, tag: str) -> None:
        if tag not in below.consumers:
            raise ConnectionLost(f"the broker cancelled the consumer of {self.queue.name}")

    def _take(self, message: Delivery) -> Taken:
        try:
            piece, reaction = self._reader.piece(message)
        except Exception as error:  # not to be read, or a mistake in what a reaction says it reads
            return Taken(message, error, self.queue.name)
        return Taken(message, piece, reaction.place)

    def _batch(self) -> list[Taken]:
        """Take what waits, up to a batch; while it is at work, the next one gathers."""
        self._at_work = min(self._pace.batch, len(self._waiting))
        return [self._waiting.popleft() for _ in range(self._at_work)]

    async def _work(self, batch: Sequence[Taken], publisher: Publisher, hold_out: HoldOut) -> None:
        troubles = [
            Trouble(one.message, one.work, one.place) for one in batch if isinstance(one.work, Exception)
        ]
        pieces = [one.work for one in batch if isinstance(one.work, Piece)]
        owners = [one for one in batch if isinstance(one.work, Piece)]
        outcomes = await in_portions(self._transactions, pieces, hold_out)
        for owner, outcome in zip(owners, outcomes, strict=True):
            if isinstance(outcome, Failed):
                troubles.append(Trouble(owner.message, outcome.error, owner.place))
        await asyncio.gather(*(self._set_aside(trouble, publisher, hold_out) for trouble in troubles))

    async def _hold_out(
        self, below: Channel, tag: str, stopping: asyncio.Event, since: float, error: Exception
    ) -> None:
        """Wait a little for what is away; give back what is in hand once that has taken too long."""
        log.warning("work held up", queue=self.queue.name, in_hand=self.in_hand, error=str(error))
        if stopping.is_set():
            raise error  # what is in hand goes back to the broker
        if self.attached and time.monotonic() - since > HELD:
            await self._give_back(below, tag)
        await first_of(stopping, timeout=AWAY)

    async def _give_back(self, below: Channel, tag: str) -> None:
        self.attached = False
        log.warning("messages given back", queue=self.queue.name, in_hand=self.in_hand)
        self._waiting, self._at_work = deque(), 0
        await below.basic_cancel(tag)
        await below.basic_nack(ALL, multiple=True)

    async def _set_aside(self, trouble: Trouble, publisher: Publisher, hold_out: HoldOut) -> None:
        verdict = self._ladder.judge(trouble.message.headers, trouble.error)
        while self.attached:  # else it was given back, and is judged when it comes again
            try:
                await move(publisher, self.queue, trouble.message, verdict, trouble.error, trouble.place)
            except Refused as error:
                await hold_out(error)
            else:
                self._tell(trouble, verdict)
                return

    def _tell(self, trouble: Trouble, verdict: Verdict) -> None:
        parked = verdict.delay is None
        SET_ASIDE.labels(self.queue.name, verdict.reason, "parked" if parked else "retry").inc()
        say = log.warning if parked else log.info
        say(
            "message parked" if parked else "message will be tried again",
            queue=self.queue.name,
            message_id=trouble.message.message_id,
            reason=verdict.reason,
            place=trouble.place,
            error=describe(trouble.error),
            delay=verdict.delay,
        )

    async def _acknowledge(self, below: Channel, batch: Sequence[Taken]) -> None:
        await below.basic_ack(batch[-1].message.tag, multiple=True)
        self.handled += len(batch)
        self._at_work = 0
        HANDLED.labels(self.queue.name).inc(len(batch))
