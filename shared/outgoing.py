"""Outgoing work: what must be done in the world outside, once, and never inside a transaction."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

import structlog
from pymongo import ReturnDocument
from pymongo.errors import ConnectionFailure, PyMongoError

from shared.storage.client import Database
from shared.storage.collection import Index, Key
from shared.storage.commands import Commands
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.signals import Signals
from shared.storage.unit import OUTGOING, UnitOfWork, outgoing_key
from shared.telemetry import continue_trace
from shared.waiting import first_of

Record = Callable[[UnitOfWork], Awaitable[None]]
OUTGOING_INDEXES = (Index(("due_at",)),)
AGAIN = 0.2
"""Seconds between two tries to commit what came of a piece of work while the database is away; where the reason is
another one, the first of ever longer pauses."""
AHEAD = 8
"""How many times as many pieces as are at work at once may be in hand, those done and not yet recorded among them."""
GRACE = 2.0
"""Seconds after an error of the database in which nothing is claimed: others may have done things meanwhile, and
could not say so."""
log = structlog.get_logger(__name__)


class Errand(Protocol):
    """Something to do outside, for one kind of outgoing work."""

    def reads(self, key: str) -> Sequence[Key]:
        """Name the documents that its record will ask for by id, so that many are loaded in one query."""
        ...

    async def run(self, key: str) -> Record:
        """Do it, and return what is to be committed about it. Raise where it may succeed later."""
        ...

    async def give_up(self, key: str, error: Exception) -> Record:
        """Return what is to be committed after the last try has failed."""
        ...


class OutgoingLoop:
    """Claims pieces of outgoing work, does them side by side, and commits what came of them.

    A claim is the document's own ``due_at`` moved ahead by the server's clock: whoever dies with it leaves it
    to the next one. What was done outside and not yet committed is then done again, under the same key: that
    window, from the other side's yes to our commit, is left, for at most :data:`AHEAD` times ``at_once`` pieces.
    While the process lives it does not forget what it has done: it goes on trying to commit that, however long
    the database is away. Where the record itself fails it does so too, and keeps its claim: an error to be mended,
    after which the process is started anew. A try counts when it has failed, not when the database or a death cut
    it short.

    A process may have several loops, each with errands of other kinds, so that one kind cannot hold up another.
    Of the pieces of one kind whose keys begin with the same word before a dot (whose they are), at most ``share``
    are at work at once.
    """

    def __init__(
        self,
        store: Database,
        commands: Commands,
        signals: Signals,
        errands: dict[str, Errand],
        *,
        delays: tuple[float, ...],
        claim: float,
        at_once: int,
        poll: float,
        share: int | None = None,
    ) -> None:
        self._outgoing = store[OUTGOING]
        self._commands = commands
        self._wake = signals.of(OUTGOING)
        self._errands = errands
        self._delays = delays
        self._claim_seconds = claim
        self._free = asyncio.Semaphore(at_once)
        self._most = AHEAD * at_once
        self._poll = poll
        self._share = at_once if share is None else share
        self._at_work: Counter[str] = Counter()
        self._in_hand: set[Any] = set()
        self._waits_until = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until ``stopping`` is set; then finish what is in hand."""
        async with asyncio.TaskGroup() as tasks:
            while not stopping.is_set():
                await self._free.acquire()
                self._wake.clear()
                claimed = await self._claim()
                if claimed is None:
                    self._free.release()
                    await first_of(self._wake, stopping, timeout=self._poll)
                else:
                    self._in_hand.add(claimed["_id"])
                    self._at_work[_owner(claimed["key"])] += 1
                    tasks.create_task(self._do(claimed, stopping))

    async def _claim(self) -> dict[str, Any] | None:
        if time.monotonic() < self._waits_until or len(self._in_hand) >= self._most:
            return None
        try:
            return await self._outgoing.find_one_and_update(
                {"$expr": {"$lte": ["$due_at", "$$NOW"]}, **self._open_to_us()},
                [{"$set": {"due_at": _from_now(self._claim_seconds)}}],
                sort=[("due_at", 1)],
                return_document=ReturnDocument.AFTER,
            )
        except PyMongoError as error:
            log.warning("outgoing work not read", error=type(error).__name__)
            self._waits_until = time.monotonic() + GRACE
            return None

    def _open_to_us(self) -> dict[str, Any]:
        """Return what is ours to do, is not in hand, and belongs to nobody who has all of their share."""
        ours = {"_id": {"$nin": list(self._in_hand)}, "kind": {"$in": list(self._errands)}}
        full = [owner for owner, count in self._at_work.items() if count >= self._share]
        busy = [
            {"key": {"$gte": f"{owner}.", "$lt": f"{owner}/"}} for owner in full
        ]  # a slash follows the dot
        return ours | ({"$nor": busy} if busy else {})

    async def _do(self, claimed: dict[str, Any], stopping: asyncio.Event) -> None:
        kind, key = claimed["kind"], claimed["key"]
        try:
            record = await self._outside(claimed)
            if record is None:
                await self._put_off(claimed)
            else:
                await self._commit(claimed, record, stopping)
        except (PyMongoError, StorageUnavailable) as error:  # its claim runs out, and it is done then
            log.warning("outgoing work not begun", kind=kind, key=key, error=type(error).__name__)
        except Exception as error:
            log.exception("outgoing work failed", kind=kind, key=key, error=type(error).__name__)
        finally:
            if len(self._in_hand) == self._most:
                self._wake.set()
            self._in_hand.discard(claimed["_id"])

    async def _outside(self, claimed: dict[str, Any]) -> Record | None:
        """Do it, and let the next one begin then: what came of many is committed together."""
        try:
            return await self._try(self._errands[claimed["kind"]], claimed["key"], claimed["attempts"] + 1)
        finally:
            self._leave(_owner(claimed["key"]))
            self._free.release()

    def _leave(self, owner: str) -> None:
        if self._at_work[owner] == self._share:
            self._wake.set()  # there may be more of theirs
        self._at_work[owner] -= 1
        if not self._at_work[owner]:
            del self._at_work[owner]

    async def _commit(self, claimed: dict[str, Any], record: Record, stopping: asyncio.Event) -> None:
        """Commit what came of it, and try until that is done: nobody else knows."""
        kind, key, pause = claimed["kind"], claimed["key"], AGAIN
        while True:
            try:
                return await self._commands.run(self._piece(kind, key, record))
            except (ConnectionFailure, StorageUnavailable) as error:
                log.warning("outgoing work not recorded yet", kind=kind, key=key, error=type(error).__name__)
                await asyncio.sleep(AGAIN)
            except Exception as error:
                first, name = pause == AGAIN, type(error).__name__  # the traceback is told once
                log.exception("outgoing work not recordable", kind=kind, key=key, error=name, exc_info=first)
                if stopping.is_set():
                    return None
                claimed = await self._keep(claimed)
                await first_of(stopping, timeout=pause)
                pause = min(2 * pause, self._claim_seconds / 4)  # or its claim would run out meanwhile

    def _piece(self, kind: str, key: str, record: Record) -> Piece[None]:
        return Piece(
            partial(_finish, kind, key, record),
            reads=[outgoing_key(kind, key), *self._errands[kind].reads(key)],
            traceparent=continue_trace(None),
        )

    async def _try(self, errand: Errand, key: str, attempts: int) -> Record | None:
        try:
            async with asyncio.timeout(self._claim_seconds / 2):
                return await errand.run(key)
        except (PyMongoError, StorageUnavailable):
            raise
        except Exception as error:
            log.warning("outgoing work put off", key=key, attempts=attempts, error=type(error).__name__)
            return await errand.give_up(key, error) if attempts > len(self._delays) else None

    async def _put_off(self, claimed: dict[str, Any]) -> None:
        attempts = claimed["attempts"] + 1
        await self._move(claimed, self._delays[attempts - 1], attempts)

    async def _keep(self, claimed: dict[str, Any]) -> dict[str, Any]:
        """Claim anew what is done, so that nobody does it again; return the claim that is held now."""
        try:
            return await self._move(claimed, self._claim_seconds, claimed["attempts"]) or claimed
        except PyMongoError as error:
            log.warning("claim not kept", key=claimed["key"], error=type(error).__name__)
            return claimed

    async def _move(self, claimed: dict[str, Any], seconds: float, attempts: int) -> dict[str, Any] | None:
        """Have it fall due so many seconds from now, unless the claim has run out and is another's by now."""
        return await self._outgoing.find_one_and_update(
            {"_id": claimed["_id"], "due_at": claimed["due_at"]},
            [{"$set": {"due_at": _from_now(seconds), "attempts": attempts}}],
            return_document=ReturnDocument.AFTER,
        )


def _from_now(seconds: float) -> dict[str, Any]:
    """Return the time that is so many seconds ahead by the server's clock."""
    return {"$add": ["$$NOW", int(seconds * 1000)]}


def _owner(key: str) -> str:
    """Return whose a piece is: the word before the dot; without one it is nobody else's."""
    return key.partition(".")[0]


async def _finish(kind: str, key: str, record: Record, unit: UnitOfWork) -> None:
    if await unit.sent_out(kind, key):
        await record(unit)
