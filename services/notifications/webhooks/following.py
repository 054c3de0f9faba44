"""Following: the history is read for each webhook, and what it wants is kept together with how far that was."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import AMQPError
from pymongo.errors import PyMongoError

from services.notifications.domain.webhooks import Webhook, WebhookId
from services.notifications.store import webhooks
from services.notifications.webhooks.heard import Heard, hear
from services.notifications.webhooks.lanes import ReadUntil, keep
from shared.messaging.history import Passed, Since, end, passed
from shared.storage.commands import Commands
from shared.storage.errors import StorageUnavailable
from shared.storage.lease import Lease
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from shared.telemetry import continue_trace
from shared.waiting import first_of
from shared.web.pages import Reader

MOST = 200
"""So many events of the history are kept in one commit at the most."""
OFTEN = 1000
"""So many that nobody wanted are passed over before that is kept."""
QUIET = 0.01
"""Seconds without an event after which what has come is kept."""
HEARTBEAT = 10
CLOSING = 2.0
AGAIN = 1.0
"""Seconds after which reading that has failed is begun again."""
log = structlog.get_logger(__name__)
Run = tuple[WebhookId, int]


class Following:
    """Reads the history for every webhook that is on, each from where it is; one process at a time does.

    Nothing rests on there being one: how far a webhook has got lies in its own document.
    """

    def __init__(
        self, documents: Reader, commands: Commands, lease: Lease, amqp_url: str, poll: float
    ) -> None:
        self._documents = documents
        self._commands = commands
        self._lease = lease
        self._amqp_url = amqp_url
        self._poll = poll
        self._reading: dict[Run, asyncio.Task[None]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Look who is on, and read for them, until ``stopping`` is set."""
        try:
            while not stopping.is_set():
                try:
                    await self._look()
                except PyMongoError as error:
                    log.warning("webhooks not read", error=type(error).__name__)
                await first_of(stopping, timeout=self._poll)
        finally:
            await self._read_for([])
            await self._lease.release()

    async def _look(self) -> None:
        on = await self._documents.find(webhooks, state="on")
        ours = bool(on) and await self._lease.hold()
        await self._read_for([(one.webhook_id, one.run) for one in on] if ours else [])

    async def _read_for(self, runs: Sequence[Run]) -> None:
        for run, reader in list(self._reading.items()):
            if run not in runs or reader.done():
                reader.cancel()
                await asyncio.wait([reader])
                del self._reading[run]
        for run in runs:
            if run not in self._reading:
                self._reading[run] = asyncio.create_task(self._read(*run))

    async def _read(self, webhook_id: WebhookId, run: int) -> None:
        while True:
            try:
                webhook = await self._documents.get(webhooks, webhook_id)
                if webhook is None or not await self._read_on(webhook, run):
                    return
            except (AMQPError, OSError, PyMongoError, StorageUnavailable) as error:
                log.warning("history not read for a webhook", error=type(error).__name__)
            except Exception:
                log.exception("history not read for a webhook")
            await asyncio.sleep(AGAIN)

    async def _read_on(self, webhook: Webhook, run: int) -> bool:
        """Read from where the webhook is, as long as it is to be read for; say whether to begin again."""
        since: Since = webhook.reads_from
        if webhook.next_offset is not None:
            since = webhook.next_offset
            last = await end(self._connect)
            if last is None:  # the broker has not found its history yet
                return True
            if last < since - 1:
                return await self._commands.run(_piece(partial(_begin_anew, webhook, run)))
        unkept = 0
        async with aclosing(_in_parts(passed(self._connect, since))) as parts:
            async for part in parts:
                heard, unkept = _wanted(webhook, part), unkept + len(part)
                if heard or unkept >= OFTEN:
                    until = ReadUntil(part[-1].offset + 1, part[-1].message.timestamp)
                    work = partial(keep, webhook_id=webhook.webhook_id, run=run, heard=heard, until=until)
                    if not await self._commands.run(_piece(work)):
                        return False
                    unkept = 0
        return True

    @asynccontextmanager
    async def _connect(self) -> AsyncIterator[AbstractConnection]:
        connection = await aio_pika.connect(
            self._amqp_url,
            timeout=10,
            heartbeat=HEARTBEAT,
            client_properties={"connection_name": "notifications webhooks"},
        )
        try:
            yield connection
        finally:
            with suppress(Exception):  # where the broker hangs, it is forgotten
                async with asyncio.timeout(CLOSING):
                    await connection.close()


def _wanted(webhook: Webhook, part: Sequence[Passed]) -> list[Heard]:
    wanted = [one for one in part if one.envelope.routing_key in webhook.events]
    return [heard for heard in map(hear, wanted) if heard is not None]


def _piece(work: Callable[[UnitOfWork], Awaitable[bool]]) -> Piece[bool]:
    return Piece(work, traceparent=continue_trace(None))


async def _begin_anew(known: Webhook, run: int, unit: UnitOfWork) -> bool:
    """Go by the time: the history ends before what was read, since it was lost and counts from nothing again.

    (The broker would give nothing until it has counted so far, and say nothing of it.)
    """
    webhook = await unit.get(webhooks, known.webhook_id)
    if webhook is None or webhook.run != run or webhook.next_offset != known.next_offset:
        return False
    log.warning("the history has begun anew", webhook_id=webhook.webhook_id)
    unit.save(webhooks, replace(webhook, next_offset=None))
    return True


async def _in_parts(events: AsyncGenerator[Passed, None]) -> AsyncGenerator[list[Passed], None]:
    """Give events in parts: as soon as no more come, and never more than so many."""
    part: list[Passed] = []
    coming = asyncio.ensure_future(anext(events))
    try:
        while True:
            done, _ = await asyncio.wait([coming], timeout=QUIET if part else None)
            if done:
                part.append(coming.result())
                coming = asyncio.ensure_future(anext(events))
            if len(part) == MOST or (part and not done):
                yield part
                part = []
    finally:
        coming.cancel()
        await asyncio.wait([coming])
        if not coming.cancelled():
            coming.exception()  # it is known, or nobody waits for it any more
        await events.aclose()
