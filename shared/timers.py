"""Timers: what is due later, and the one loop that does it when its time has come."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

import structlog
from pymongo import ASCENDING
from pymongo.errors import PyMongoError

from shared.clock import Clock
from shared.storage.client import Database
from shared.storage.collection import Index
from shared.storage.errors import StorageUnavailable
from shared.storage.lease import Lease
from shared.storage.pieces import Failed, Piece
from shared.storage.portions import in_portions
from shared.storage.transactions import Transactions
from shared.storage.unit import TIMERS, UnitOfWork, timer_key
from shared.telemetry import continue_trace
from shared.waiting import back_off, first_of

Fall = Callable[[str, UnitOfWork], Awaitable[None]]
TIMER_INDEXES = (Index(("due_at", "kind", "key")),)
log = structlog.get_logger(__name__)


class Timers:
    """A service's due things: one function for each kind, called with the key that the timer was set with."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Fall] = {}

    def due(self, kind: str) -> Callable[[Fall], Fall]:
        """Have the function called when a timer of this kind falls due."""

        def register(do: Fall) -> Fall:
            self._by_kind[kind] = do
            return do

        return register

    def of(self, kind: str) -> Fall:
        """Return the function for this kind; raises KeyError where there is none."""
        return self._by_kind[kind]


class TimerLoop:
    """Does what is due, in batches, in the same unit of work as a reaction; the timer goes in that transaction."""

    def __init__(
        self,
        store: Database,
        transactions: Transactions,
        clock: Clock,
        timers: Timers,
        lease: Lease,
        poll: float,
    ) -> None:
        self._timers = store[TIMERS]
        self._transactions = transactions
        self._clock = clock
        self._registered = timers
        self._lease = lease
        self._poll = poll
        self._wake = transactions.signals.of(TIMERS)
        clock.on_move(self._wake.set)

    async def run(self, stopping: asyncio.Event, batch: int) -> None:
        """Work until ``stopping`` is set."""
        while not stopping.is_set():
            self._wake.clear()
            try:
                pause = await self._round(batch, stopping)
            except (PyMongoError, StorageUnavailable) as error:
                log.warning("timers not read", error=type(error).__name__, code=getattr(error, "code", None))
                pause = self._poll
            if pause:
                await first_of(self._wake, stopping, timeout=pause)
        await self._lease.release()

    async def _round(self, batch: int, stopping: asyncio.Event) -> float:
        """Do what is due; return for how many seconds nothing more will be, at most until the next poll."""
        if not await self._lease.hold():
            return self._poll
        return 0 if await self._fall(batch, stopping) else await self._until_next()

    async def _fall(self, batch: int, stopping: asyncio.Event) -> bool:
        due = await self._due(batch)
        if not due:
            return False
        pieces = [self._piece(timer) for timer in due]
        outcomes = await in_portions(self._transactions, pieces, partial(self._hold_out, stopping))
        for timer, outcome in zip(due, outcomes, strict=True):
            if isinstance(outcome, Failed):
                await self._put_off(timer, outcome.error)
        return True

    async def _hold_out(self, stopping: asyncio.Event, error: Exception) -> None:
        """Wait a little, unless they are no longer ours to do; a database that is away ends the round here."""
        log.warning("timers held up", error=str(error))
        if stopping.is_set() or not await self._lease.hold():
            raise error
        await first_of(stopping, timeout=self._poll)

    async def _due(self, batch: int) -> Sequence[dict[str, Any]]:
        ready = {
            "due_at": {"$lte": self._clock.now()},
            "$or": [{"retry_at": {"$exists": False}}, {"retry_at": {"$lte": datetime.now(UTC)}}],
        }
        order = [("due_at", ASCENDING), ("kind", ASCENDING), ("key", ASCENDING)]
        return await self._timers.find(ready).sort(order).limit(batch).to_list(batch)

    def _piece(self, timer: dict[str, Any]) -> Piece[None]:
        kind, key = timer["kind"], timer["key"]
        return Piece(
            partial(self._do, kind, key),
            reads=[timer_key(kind, key)],
            traceparent=continue_trace(None),
        )

    async def _do(self, kind: str, key: str, unit: UnitOfWork) -> None:
        if await unit.take_timer(kind, key):
            await self._registered.of(kind)(key, unit)

    async def _put_off(self, timer: dict[str, Any], error: Exception) -> None:
        attempts = timer["attempts"] + 1
        delay = back_off(attempts)
        log.error(
            "timer failed", kind=timer["kind"], attempts=attempts, error=repr(type(error)), retry_in=delay
        )
        await self._timers.update_one(
            # One that was set anew meanwhile has not failed.
            {"_id": timer["_id"], "due_at": timer["due_at"]},
            {"$set": {"attempts": attempts, "retry_at": datetime.now(UTC) + timedelta(seconds=delay)}},
        )

    async def _until_next(self) -> float:
        # One that failed has its time behind it, and waits for a poll after its retry_at.
        next_due = await next_due_at(self._timers, {"retry_at": {"$exists": False}})
        if next_due is None:
            return self._poll
        return min(self._poll, max(0.01, (next_due - self._clock.now()).total_seconds()))


async def next_due_at(timers: Any, among: Mapping[str, object] = MappingProxyType({})) -> datetime | None:
    """Return when the next timer (among those that match) falls due in programme time, or None."""
    first = await timers.find_one(dict(among), sort=[("due_at", ASCENDING)], projection={"due_at": 1})
    return None if first is None else first["due_at"]
