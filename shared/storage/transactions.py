"""Transactions: work that was asked for meanwhile is read, done and committed at once, each piece exactly once."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
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
from shared.storage.batch import Batch
from shared.storage.claims import Taker
from shared.storage.client import Client, Database
from shared.storage.collection import Collection, Key
from shared.storage.errors import IdReused, StorageUnavailable
from shared.storage.outbox import OUTBOX
from shared.storage.pieces import Arrival, Done, Failed, Outcome, Piece
from shared.storage.signals import Signals
from shared.storage.transaction import WRITE_CONFLICT, Content, Transaction, Write
from shared.storage.unit import OUTGOING, Context, Tools, UnitOfWork

INBOX = "inbox"
DUPLICATE_KEY = 11000
FRESH_STARTS = 5
TROUBLE = frozenset({13, 18, 50, 262, 14031})
"""Codes of a database that refuses or cannot, whatever it is asked: no right, no login, no time, no room."""
ResultT = TypeVar("ResultT")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[ResultT]):
    """Pieces that somebody wants done, and waits for."""

    pieces: Sequence[Piece[ResultT]]
    outcomes: asyncio.Future[list[Outcome[ResultT]]]
    apart: bool

    def tell(self, outcomes: list[Outcome[ResultT]]) -> None:
        if not self.outcomes.done():  # whoever asked may have gone
            self.outcomes.set_result(outcomes)

    def disappoint(self, error: StorageUnavailable) -> None:
        if not self.outcomes.done():
            self.outcomes.set_exception(error)


class _Left(Exception):  # noqa: N818  nothing went wrong
    """Somebody for whom this is done has gone, and done with it is what others wait for."""


class Transactions:
    """Does work in transactions, one at a time: two of one process would only conflict.

    What is asked for while one is at work gathers, whoever asks (consumers, commands, timers); the next one does it
    together, up to ``most`` pieces.
    """

    def __init__(
        self,
        client: Client,
        store: Database,
        collections: Sequence[Collection[Any]],
        clock: Clock,
        *,
        zone: ZoneInfo,
        tools: Tools,
        most: int,
        patience: float,
    ) -> None:
        self.signals = Signals()
        self.takers: list[Taker] = []
        self._client = client
        self._store = store
        self._collections: Mapping[str, Collection[Any]] = {one.name: one for one in collections}
        self._clock = clock
        self._zone = zone
        self._tools = tools
        self._most = most
        self._patience = patience
        self._asked: deque[_Asked[Any]] = deque()
        self._together: Sequence[_Asked[Any]] = ()
        self._doing: asyncio.Timeout | None = None
        self._at_work: asyncio.Task[None] | None = None
        self._variables = copy_context()  # the process's own, not those of whoever asks first
        self._thread = ThreadPoolExecutor(1, "transactions")  # as there is one at a time

    async def run(self, pieces: Sequence[Piece[ResultT]], *, apart: bool = False) -> list[Outcome[ResultT]]:
        """Do the pieces in order in one transaction; return what became of each.

        A piece that raises has no effect and takes no other with it. Where the transaction as a whole cannot
        be committed for a reason of its content, the pieces are done one by one. Raises StorageUnavailable
        where the database is away; then nothing is known to have had an effect, and all may be done again:
        ``apart`` from what others ask for, whom it may have been too much for.
        """
        outcomes = self.begin(pieces, apart=apart)
        try:
            return await outcomes
        except asyncio.CancelledError:
            self._leave(outcomes)
            raise

    def begin(
        self, pieces: Sequence[Piece[ResultT]], *, apart: bool = False
    ) -> asyncio.Future[list[Outcome[ResultT]]]:
        """Do the same for who may not wait for the end: what was not begun when the future is cancelled never is."""
        asked = _Asked(pieces, asyncio.get_running_loop().create_future(), apart)
        self._asked.append(asked)
        if self._at_work is None:
            self._go_to_work()
        return asked.outcomes

    def _go_to_work(self) -> None:
        self._at_work = asyncio.create_task(self._work(), context=self._variables.copy())

    def _leave(self, outcomes: asyncio.Future[Any]) -> None:
        """Break off what is being done for somebody who has gone, unless it is being committed by now.

        So what hangs ends with the connection that it came by, and is done anew for the others.
        """
        doing = self._doing
        if doing is None or doing.expired():
            return
        if any(one.outcomes is outcomes for one in self._together):
            doing.reschedule(asyncio.get_running_loop().time())

    async def break_off(self) -> None:
        """Break off what is at work, wholly, and begin nothing that waits; whoever asked for it is cancelled."""
        while self._asked:
            self._asked.popleft().outcomes.cancel()
        if self._at_work is not None:
            self._at_work.cancel()
            await asyncio.wait([self._at_work])
            self._at_work = None  # it may not have begun

    async def _work(self) -> None:
        together: Sequence[_Asked[Any]] = ()
        try:
            while together := self._next():
                await self._serve(together)
        finally:
            self._at_work = None
            for one in together:
                one.outcomes.cancel()
            if self._asked:
                self._go_to_work()

    def _next(self) -> Sequence[_Asked[Any]]:
        """Take those who have waited longest, as many as go together."""
        together: list[_Asked[Any]] = []
        pieces = 0
        while self._asked:
            one = self._asked[0]
            pieces += len(one.pieces)
            if together and (pieces > self._most or one.apart or together[0].apart):
                break
            self._asked.popleft()
            if one.outcomes.done():
                pieces -= len(one.pieces)
            else:
                together.append(one)
        return together

    async def _serve(self, together: Sequence[_Asked[Any]]) -> None:
        self._together = together
        try:
            outcomes = await self._persistently([piece for one in together for piece in one.pieces])
        except StorageUnavailable as error:
            for one in together:
                one.disappoint(error)
        except _Left:
            if others := [one for one in together if not one.outcomes.done()]:
                await self._serve(others)
        except Exception as error:
            await self._split(together, error)
        else:
            left = iter(outcomes)
            for one in together:
                one.tell(list(islice(left, len(one.pieces))))

    async def _split(self, together: Sequence[_Asked[Any]], error: Exception) -> None:
        """Do what failed together for each who asked, and in the end piece by piece."""
        first, *others = together
        if not others and len(first.pieces) == 1:
            first.tell([Failed(error)])
            return
        log.warning(
            "batch split", pieces=sum(len(one.pieces) for one in together), error=type(error).__name__
        )
        if others:
            for one in together:
                await self._serve([one])
            return
        try:
            first.tell([await self._alone(piece) for piece in first.pieces])
        except StorageUnavailable as away:
            first.disappoint(away)
        except _Left:
            pass

    async def _alone(self, piece: Piece[ResultT]) -> Outcome[ResultT]:
        try:
            return (await self._persistently([piece]))[0]
        except (StorageUnavailable, _Left):
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
            outcomes, arrived = await self._while_wanted(pieces, batch)
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
        for taker in self.takers:
            claim = taker.take(content["kind"], content["key"])
            if claim is not None:
                batch.claims[key] = taker, claim
                return

    async def _while_wanted(
        self, pieces: Sequence[Piece[ResultT]], batch: Batch
    ) -> tuple[list[Outcome[ResultT]], list[Arrival]]:
        """Do the pieces; raise _Left where somebody whose pieces are among them has gone."""
        if any(one.outcomes.cancelled() for one in self._together):
            raise _Left
        self._doing = doing = asyncio.timeout(None)
        try:
            async with doing:
                return await self._do(pieces, batch)
        except TimeoutError as error:
            if doing.expired():
                raise _Left from error
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
