"""Transactions: a batch of work read, done and committed at once, each piece exactly once."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeGuard, TypeVar
from zoneinfo import ZoneInfo

import structlog
from pymongo import InsertOne
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from shared.clock import Clock
from shared.events.envelope import Envelope
from shared.storage.batch import Batch
from shared.storage.client import Client, Database
from shared.storage.collection import Collection, Key
from shared.storage.errors import IdReused, StorageUnavailable
from shared.storage.outbox import OUTBOX
from shared.storage.transaction import WRITE_CONFLICT, Transaction, Write
from shared.storage.unit import Context, Tools, UnitOfWork

INBOX = "inbox"
DUPLICATE_KEY = 11000
FRESH_STARTS = 5
TROUBLE = frozenset({13, 18, 50, 262, 14031})
"""Codes of a database that refuses or cannot, whatever it is asked: no right, no login, no time, no room."""
ResultT = TypeVar("ResultT")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the inbox remembers of a message: who sent it, under which id, and a hash of its body."""

    source: str
    id: str
    body_hash: str

    @property
    def key(self) -> str:
        """The inbox entry's id."""
        return f"{self.source}:{self.id}"


@dataclass(frozen=True, slots=True)
class Piece(Generic[ResultT]):
    """A piece of work: what to do, what it reads, and (for a message) what to do it once for."""

    do: Callable[[UnitOfWork], Awaitable[ResultT]]
    reads: Sequence[Key] = ()
    arrival: Arrival | None = None
    envelope: Envelope | None = None
    stamp: int = 0
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[ResultT]):
    """The piece has had its effect, now or (``repeat``) when it first arrived."""

    result: ResultT | None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The piece has had no effect, for this reason."""

    error: Exception


Outcome = Done[ResultT] | Failed


class Signals:
    """Rung after a commit that left work behind, so that nobody need wait for a poll."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[asyncio.Event]] = {}

    def of(self, collection: str) -> asyncio.Event:
        """Return an event that is set when something was put into this collection.

        It is the caller's own: nobody else who listens can clear it before the caller has seen it.
        """
        event = asyncio.Event()
        self._listeners.setdefault(collection, []).append(event)
        return event

    def ring(self, collection: str) -> None:
        """Set the events of all who listen."""
        for event in self._listeners.get(collection, ()):
            event.set()


class Transactions:
    """Runs batches of work, one transaction at a time (two of one process would only conflict)."""

    def __init__(
        self,
        client: Client,
        store: Database,
        collections: Sequence[Collection[Any]],
        clock: Clock,
        *,
        zone: ZoneInfo,
        tools: Tools,
        patience: float,
    ) -> None:
        self.signals = Signals()
        self._client = client
        self._store = store
        self._collections: Mapping[str, Collection[Any]] = {one.name: one for one in collections}
        self._clock = clock
        self._zone = zone
        self._tools = tools
        self._patience = patience
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "transactions")  # as there is one at a time

    async def run(self, pieces: Sequence[Piece[ResultT]]) -> list[Outcome[ResultT]]:
        """Do the pieces in order in one transaction; return what became of each.

        A piece that raises has no effect and takes no other with it. Where the transaction as a whole cannot
        be committed for a reason of its content, the pieces are done one by one. Raises StorageUnavailable
        where the database is away; then nothing is known to have had an effect, and all may be done again.
        """
        async with self._turn:
            try:
                return await self._persistently(pieces)
            except StorageUnavailable:
                raise
            except Exception as error:
                if len(pieces) == 1:
                    return [Failed(error)]
                log.warning("batch split", pieces=len(pieces), error=type(error).__name__)
                return [await self._alone(piece) for piece in pieces]

    async def _alone(self, piece: Piece[ResultT]) -> Outcome[ResultT]:
        try:
            return (await self._persistently([piece]))[0]
        except StorageUnavailable:
            raise
        except Exception as error:
            return Failed(error)

    async def _persistently(self, pieces: Sequence[Piece[ResultT]]) -> list[Outcome[ResultT]]:
        deadline = time.monotonic() + self._patience
        fresh_starts = 0
        while True:
            try:
                return await self._attempt(pieces)
            except PyMongoError as error:
                if _duplicate_key(error) and fresh_starts < FRESH_STARTS:
                    fresh_starts += 1  # somebody else inserted it first: read again, it is there now
                elif _in_trouble(error):
                    raise StorageUnavailable(f"{type(error).__name__} {error.code}") from error
                elif not _transient(error):
                    raise
                elif time.monotonic() > deadline:
                    raise StorageUnavailable(type(error).__name__) from error
            await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311  spreads two that conflict

    async def _attempt(self, pieces: Sequence[Piece[ResultT]]) -> list[Outcome[ResultT]]:
        transaction = Transaction(self._client, self._store, self._thread)
        try:
            batch = Batch(transaction, self._collections)
            outcomes, arrived = await self._do(pieces, batch)
            await transaction.commit(batch.writes() | _remembered(arrived), self._patience)
        finally:
            await transaction.end()
        self._ring(batch)
        return outcomes

    async def _do(
        self, pieces: Sequence[Piece[ResultT]], batch: Batch
    ) -> tuple[list[Outcome[ResultT]], list[Arrival]]:
        """Do the pieces; return what became of each, and which messages have had their effect by that."""
        known = await self._load(pieces, batch)
        outcomes: list[Outcome[ResultT]] = []
        arrived: list[Arrival] = []
        for piece in pieces:
            outcome = await self._one(piece, batch, known)
            if piece.arrival is not None and isinstance(outcome, Done) and not outcome.repeat:
                known[piece.arrival.key] = piece.arrival.body_hash
                arrived.append(piece.arrival)
            outcomes.append(outcome)
        return outcomes, arrived

    async def _load(self, pieces: Sequence[Piece[ResultT]], batch: Batch) -> dict[str, str]:
        """Load what the pieces read; return what the inbox knows of their messages, the hash of each body."""
        arrivals = [Key(INBOX, piece.arrival.key) for piece in pieces if piece.arrival is not None]
        await batch.load([*arrivals, *(key for piece in pieces for key in piece.reads)])
        entries = [await batch.plain(key) for key in arrivals]
        return {entry["_id"]: entry["hash"] for entry in entries if entry is not None}

    async def _one(self, piece: Piece[ResultT], batch: Batch, known: Mapping[str, str]) -> Outcome[ResultT]:
        arrival = piece.arrival
        if arrival is not None and arrival.key in known:
            same = known[arrival.key] == arrival.body_hash
            return Done(None, repeat=True) if same else Failed(IdReused(arrival.key))
        unit = UnitOfWork(
            batch,
            Context(
                self._clock.now(), self._zone, self._tools, piece.traceparent, piece.envelope, piece.stamp
            ),
        )
        try:
            result = await piece.do(unit)
        except PyMongoError:  # the transaction is spoilt, not this piece
            raise
        except Exception as error:
            unit.close()
            return Failed(error)
        batch.changes.merge(unit.close())
        return Done(result)

    def _ring(self, batch: Batch) -> None:
        touched = {key.collection for key, content in batch.changes.plain.items() if content is not None}
        if batch.changes.entries:
            touched.add(OUTBOX)
        for collection in touched:
            self.signals.ring(collection)


def _remembered(arrived: Sequence[Arrival]) -> dict[str, list[Write]]:
    """Return what puts these into the inbox."""
    now = datetime.now(UTC)
    entries = [{"_id": one.key, "hash": one.body_hash, "arrived_at": now} for one in arrived]
    return {INBOX: [InsertOne(entry) for entry in entries]} if entries else {}


def _duplicate_key(error: PyMongoError) -> bool:
    if isinstance(error, DuplicateKeyError):
        return True
    details = getattr(error, "details", None) or {}
    return any(one.get("code") == DUPLICATE_KEY for one in details.get("writeErrors", ()))


def _in_trouble(error: PyMongoError) -> TypeGuard[OperationFailure]:
    """Say whether no piece of work is to blame for this; what is not listed is tried again and parked."""
    return isinstance(error, OperationFailure) and error.code in TROUBLE


def _transient(error: PyMongoError) -> bool:
    return (
        error.has_error_label("TransientTransactionError")
        or getattr(error, "code", None) == WRITE_CONFLICT
        or isinstance(error, (AutoReconnect, ConnectionFailure))
    )
