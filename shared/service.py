"""A service's process: the API, the consumers, the timers, the outgoing work and the relay, in one."""

import asyncio
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog
from fastapi import APIRouter, FastAPI
from pymongo.errors import ConnectionFailure

from shared import clock as clocks
from shared.clock import Clock
from shared.events import __version__
from shared.interpreter import collect_seldom, switch_often
from shared.messaging.broker import Broker
from shared.messaging.consumer import Consumer, Pace
from shared.messaging.inbound import EventReader, Opener, PrivateReader, Reader
from shared.messaging.ladder import Ladder
from shared.messaging.reactions import Reactions
from shared.messaging.relay import Relay
from shared.messaging.topology import CONTACTS, WorkQueue, events_queue, queues_of
from shared.outgoing import OUTGOING_INDEXES, Errand, OutgoingLoop
from shared.settings import DAY, Settings
from shared.storage.attempts import Attempts
from shared.storage.claims import OUTGOING
from shared.storage.client import (
    Client,
    Database,
    connect,
    create_collection,
    create_indexes,
    database,
    expire_after,
    prepare,
    require_replica_set,
)
from shared.storage.collection import Collection
from shared.storage.commands import Commands
from shared.storage.inbox import INBOX
from shared.storage.lease import LEASES, Lease
from shared.storage.outbox import OUTBOX, OUTBOX_INDEXES, Outbox
from shared.storage.transactions import Transactions
from shared.storage.unit import TIMERS, Tools
from shared.telemetry import configure
from shared.timers import TIMER_INDEXES, TimerLoop, Timers
from shared.web import health
from shared.web.app import create_app
from shared.web.health import CountWaiting, Health, nothing_waits
from shared.web.idempotency import Once, answers
from shared.web.identity import Identity
from shared.web.pages import Reader as Documents
from shared.web.parts import HttpParts
from shared.web.server import server_of

HANGING = 1.0
"""Seconds after which a transaction that should have given up by itself is taken to hang with its database."""
log = structlog.get_logger(__name__)


class Companion(Protocol):
    """Standing work of one service alone, beside what all have."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until ``stopping`` is set, whatever goes wrong meanwhile; then finish what is in hand."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """What a service consists of; its ``app.py`` fills this in, and nothing else wires anything."""

    name: str
    description: str
    settings: Settings
    collections: Sequence[Collection[Any]]
    routers: Sequence[APIRouter]
    reactions: Reactions = field(default_factory=Reactions)
    private_reactions: Reactions = field(default_factory=Reactions)
    opener: Opener | None = None
    """Opens private messages; only notifications has one."""
    timers: Timers = field(default_factory=Timers)
    errands: Callable[["Process"], dict[str, Errand]] = lambda _: {}
    companions: Callable[["Process"], Sequence[Companion]] = lambda _: ()
    count_waiting: CountWaiting = nothing_waits
    tools: Sequence[object] = ()
    """What its own work needs beside documents: its rules, its vault."""


class Process:
    """One process of a service, from its start to its end."""

    def __init__(self, parts: Parts) -> None:
        settings = parts.settings
        self.parts = parts
        self.clock = Clock()
        self.client: Client = connect(settings.mongo_url, settings.storage_timeout)
        self.store: Database = database(self.client, settings.database)
        self.owner = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self.transactions = Transactions(self._attempts(), settings.batch_size)
        self.commands = Commands(self.transactions, settings.storage_timeout + HANGING)
        self.documents = Documents(self.store)
        self.broker = Broker(settings, self._relay(), self._consumers())
        self.timers = TimerLoop(
            self.store,
            self.transactions,
            self.clock,
            parts.timers,
            self._lease("timers"),
            settings.poll_seconds,
        )
        self.outgoing = OutgoingLoop(
            self.store,
            self.commands,
            self.transactions,
            parts.errands(self),
            delays=settings.outgoing_delays,
            claim=settings.outgoing_claim_seconds,
            at_once=settings.outgoing_at_once,
            poll=settings.poll_seconds,
        )
        self.companions = parts.companions(self)
        self.app = self._app()

    def _attempts(self) -> Attempts:
        settings = self.parts.settings
        return Attempts(
            self.client,
            self.store,
            [*self.parts.collections, answers],
            self.clock,
            zone=ZoneInfo(settings.programme_time_zone),
            tools=Tools(*self.parts.tools),
            patience=settings.storage_timeout,
        )

    def _lease(self, name: str) -> Lease:
        return Lease(self.store, name, self.owner, self.parts.settings.lease_seconds)

    def _relay(self) -> Relay:
        wake = self.transactions.signals.of(OUTBOX)
        return Relay(
            Outbox(self.client, self.store), self._lease("relay"), wake, self.parts.settings.poll_seconds
        )

    def _consumers(self) -> list[Consumer]:
        settings = self.parts.settings
        ladder = Ladder(settings.retry_delays, settings.not_yet_delays)
        pace = Pace(settings.batch_size, settings.prefetch, settings.poll_seconds)
        return [
            Consumer(queue, self._reader(queue), self.transactions, ladder, pace)
            for queue in queues_of(self.parts.name)
        ]

    def _reader(self, queue: WorkQueue) -> Reader:
        if queue != CONTACTS:
            return EventReader(self.parts.reactions)
        if self.parts.opener is None:
            raise TypeError(f"{self.parts.name} reads {CONTACTS.name} and has nothing to open it with")
        return PrivateReader(self.parts.private_reactions, self.parts.opener)

    def _app(self) -> FastAPI:
        settings = self.parts.settings
        app = create_app(
            f"Enmusubi {self.parts.name}",
            self.parts.description,
            __version__,
            self.parts.routers,
            Identity(settings),
            settings.cors_origins,
        )
        health.install(app, Health(self.store, self.broker, self.clock, self.parts.count_waiting))
        app.state.parts = HttpParts(
            commands=self.commands,
            once=Once(self.commands),
            documents=self.documents,
            clock=self.clock,
            zone=ZoneInfo(settings.programme_time_zone),
            tools=Tools(*self.parts.tools),
        )
        return app

    async def prepare(self) -> None:
        """Refuse a database without transactions; create what is not there yet.

        Waits for a database that is away: services and nodes may be started in any order; and for one that makes
        an index of much.
        """
        settings = self.parts.settings
        with closing(connect(settings.mongo_url, settings.storage_timeout, patient=True)) as client:
            while True:
                try:
                    return await self._prepare(client)
                except ConnectionFailure as error:
                    log.warning("database away at start", error=type(error).__name__)
                    await asyncio.sleep(settings.poll_seconds)

    async def _prepare(self, client: Client) -> None:
        days = self.parts.settings.inbox_days
        store = database(client, self.parts.settings.database)
        await require_replica_set(client)
        await prepare(store, [*self.parts.collections, answers])
        for name, indexes in (
            (OUTBOX, OUTBOX_INDEXES),
            (INBOX, ()),
            (TIMERS, TIMER_INDEXES),
            (OUTGOING, OUTGOING_INDEXES),
            (LEASES, ()),
        ):
            await create_collection(store, name)
            await create_indexes(store, name, indexes)
        await expire_after(store, INBOX, "arrived_at", days * DAY)
        await expire_after(store, OUTBOX, "published_at", days * DAY)

    async def run(self) -> None:
        """Serve until the process is told to stop; then finish what is in hand."""
        settings = self.parts.settings
        listening = socket.create_server((settings.host, settings.port), backlog=1024)
        server = server_of(self.app, patience=self._stage)
        await self.prepare()
        collect_seldom()
        stopping = self.broker.stopping
        async with asyncio.TaskGroup() as tasks:
            following = await self._follow_clock(tasks, listening)
            broker = tasks.create_task(self.broker.run())
            work = [
                tasks.create_task(self.timers.run(stopping, settings.batch_size)),
                tasks.create_task(self.outgoing.run(stopping)),
                *(tasks.create_task(one.run(stopping)) for one in self.companions),
            ]
            await server.serve([listening])
            stopping.set()
            await asyncio.wait(work, timeout=self._stage)
            self.broker.draining.set()
            await asyncio.wait([broker], timeout=self._stage)
            for task in (*following, *work, broker):
                task.cancel()
        await self.transactions.break_off()
        self.client.close()

    @property
    def _stage(self) -> float:
        """How many seconds each of the three stages of an ending has: HTTP, work, what is to be published."""
        return self.parts.settings.shutdown_seconds / 3

    async def _follow_clock(
        self, tasks: asyncio.TaskGroup, listening: socket.socket
    ) -> list[asyncio.Task[None]]:
        settings = self.parts.settings
        if not settings.local_run:
            return []
        host, port = listening.getsockname()[:2]
        url = f"http://{host}:{port}"
        store = database(self.client, settings.clock_database)
        begun = asyncio.Event()
        reader = f"{self.parts.name}@{url}"
        following = tasks.create_task(clocks.follow(self.clock, store, reader, url, begun))
        await begun.wait()
        return [following]


def run(build: Callable[[], Parts]) -> None:
    """Run a service until it is told to stop: what ``python -m services.<name>`` does."""
    import uvloop  # noqa: PLC0415  only a process of its own has a loop to choose

    parts = build()
    configure(parts.name, parts.settings.log_level, parts.settings.log_format)
    expected = frozenset(events_queue(parts.name).routing_keys)
    reacted = frozenset(event.routing_key for event in parts.reactions.events)
    if not reacted <= expected:
        raise TypeError(f"{parts.name} reacts to what it does not read: {sorted(reacted - expected)}")
    if missing := sorted(expected - reacted):
        log.warning("events without a reaction will be parked", events=missing)

    async def main() -> None:
        switch_often()
        await Process(parts).run()

    uvloop.run(main())
