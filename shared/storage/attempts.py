"""Attempts: pieces of work are read, done and committed in one transaction, again where another was faster."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeGuard, TypeVar
from zoneinfo import ZoneInfo

from pymongo import InsertOne, ReplaceOne
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from shared.clock import Clock
from shared.storage.batch import Batch
from shared.storage.claims import OUTGOING, Taker
from shared.storage.client import Client, Database
from shared.storage.collection import Collection, Key
from shared.storage.errors import IdReused, NotInTime, StorageUnavailable
from shared.storage.inbox import INBOX, entry
from shared.storage.lease import LEASES
from shared.storage.outbox import OUTBOX
from shared.storage.pieces import Arrival, Done, Failed, Outcome, Piece
from shared.storage.signals import Signals
from shared.storage.transaction import WRITE_CONFLICT, Content, Transaction, Write
from shared.storage.unit import Context, Tools, UnitOfWork

DUPLICATE_KEY = 11000
FRESH_STARTS = 5
TOO_LONG = frozenset({50, 262})
"""Codes of what took longer than it may."""
TROUBLE = TOO_LONG | {13, 18, 14031}
"""Codes of a database that refuses or cannot, whatever it is asked: no right, no login, no time, no room."""
ResultT = TypeVar("ResultT")


class BrokenOff(Exception):  # noqa: N818  nothing went wrong
    """Somebody for whom it was done has gone; nothing had an effect."""


class Attempts:
    """Does pieces of work together, for one who asks at a time."""

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
        self.takers: dict[str, Taker] = {}
        """Who does which kind of outgoing work here."""
        self._client = client
        self._store = store
        self._collections: Mapping[str, Collection[Any]] = {one.name: one for one in collections}
        self._clock = clock
        self._zone = zone
        self._tools = tools
        self._patience = patience
        self._doing: asyncio.Timeout | None = None
        self._thread = ThreadPoolExecutor(1, "transactions")  # as there is one at a time

    def break_off(self) -> None:
        """Have what is being done end in BrokenOff, unless it is being committed by now."""
        if self._doing is not None and not self._doing.expired():
            self._doing.reschedule(asyncio.get_running_loop().time())

    async def run(
        self, pieces: Sequence[Piece[ResultT]], wanted: Callable[[], bool]
    ) -> list[Outcome[ResultT]]:
        """Do the pieces in order and commit; return what became of each.

        Raises BrokenOff where that is no longer ``wanted`` when it begins anew, StorageUnavailable where the database
        is away (NotInTime where that may be their own fault), and what the driver raises where a reason of their
        content keeps them from being committed together.
        """
        deadline = time.monotonic() + self._patience
        fresh_starts = 0
        while wanted():
            try:
                return await self._attempt(pieces)
            except PyMongoError as error:
                if _duplicate_key(error) and fresh_starts < FRESH_STARTS:
                    fresh_starts += 1  # somebody else inserted it first: read again, it is there now
                elif _in_trouble(error):
                    kind = NotInTime if error.code in TOO_LONG else StorageUnavailable
                    raise kind(f"{type(error).__name__} {error.code}") from error
                elif not _transient(error):
                    raise
                elif time.monotonic() > deadline:
                    raise NotInTime(type(error).__name__) from error
            await asyncio.sleep(random.uniform(0.001, 0.02))  # noqa: S311  spreads two that conflict
        raise BrokenOff

    async def probe(self) -> bool:
        """Say whether the database commits what is as small as can be, and is nobody's work."""
        transaction = Transaction(self._client, self._store, self._thread)
        mark = {"_id": "probe", "until": datetime.now(UTC)}
        try:
            await transaction.commit(
                {LEASES: [ReplaceOne({"_id": mark["_id"]}, mark, upsert=True)]}, self._patience
            )
        except (PyMongoError, StorageUnavailable):
            return False
        finally:
            await transaction.end()
        return True

    async def _attempt(self, pieces: Sequence[Piece[ResultT]]) -> list[Outcome[ResultT]]:
        transaction = Transaction(self._client, self._store, self._thread)
        try:
            batch = Batch(transaction, self._collections)
            outcomes, arrived = await self._breakable(pieces, batch)
            with self._taken(batch):
                await transaction.commit(batch.writes() | _remembered(arrived), self._patience)
        finally:
            await transaction.end()
        self._ring(batch)
        return outcomes

    @contextmanager
    def _taken(self, batch: Batch) -> Iterator[None]:
        """Have outgoing work taken that is about to be committed, and begun when it is."""
        for key, content in batch.changes.plain.items():
            if key.collection == OUTGOING and content is not None:
                self._take(batch, key, content)
        try:
            yield
        except BaseException:
            for taker, claim in batch.claims.values():
                taker.give_back(claim)
            raise
        for taker, claim in batch.claims.values():
            taker.begin(claim)

    def _take(self, batch: Batch, key: Key, content: Content) -> None:
        taker = self.takers.get(content["kind"])
        claim = None if taker is None else taker.take(content["kind"], content["key"])
        if taker is not None and claim is not None:
            batch.claims[key] = taker, claim

    async def _breakable(
        self, pieces: Sequence[Piece[ResultT]], batch: Batch
    ) -> tuple[list[Outcome[ResultT]], list[Arrival]]:
        """Do the pieces; raise BrokenOff where ``break_off`` says so meanwhile."""
        self._doing = doing = asyncio.timeout(None)
        try:
            async with doing:
                return await self._do(pieces, batch)
        except TimeoutError as error:
            if doing.expired():
                raise BrokenOff from error
            raise
        finally:
            self._doing = None

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
        found = [await batch.plain(key) for key in arrivals]
        return {one["_id"]: one["hash"] for one in found if one is not None}

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
        touched = {
            key.collection
            for key, content in batch.changes.plain.items()
            if content is not None and key not in batch.claims
        }
        if batch.changes.entries:
            touched.add(OUTBOX)
        for collection in touched:
            self.signals.ring(collection)


def _remembered(arrived: Sequence[Arrival]) -> dict[str, list[Write]]:
    """Return what puts these into the inbox."""
    return {INBOX: [InsertOne(entry(one.key, one.body_hash)) for one in arrived]} if arrived else {}


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
