"""Outgoing work: what must be done in the world outside, once, and never inside a transaction."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

import structlog
from pymongo.errors import ConnectionFailure, PyMongoError

from shared.storage.claims import OUTGOING, Claim, Claims, new_token
from shared.storage.client import Database
from shared.storage.collection import Index, Key
from shared.storage.commands import Commands
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.transactions import Transactions
from shared.storage.unit import UnitOfWork
from shared.telemetry import continue_trace
from shared.waiting import first_of

Record = Callable[[UnitOfWork], Awaitable[None]]
OUTGOING_INDEXES = (Index(("due_at",)),)
AGAIN = 0.2
"""Seconds between two tries to commit what came of a piece of work while the database is away; where the reason is
another one, the first of ever longer pauses."""
AHEAD = 8
"""How many times as many pieces as are at work at once may be in hand, those done and not yet recorded among them."""
LATE = 4
"""Which part of a claim's time may have gone by when its work begins, which may take half of that time."""
GRACE = 2.0
"""Seconds that others have, once the database is back, to say what they have done meanwhile and could not: claims may
have run out."""
SLOW = 1.0
"""Seconds after which an answer of the database means that it was away."""
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

    A claim is the document's own ``due_at`` moved ahead by the server's clock, under a token: whoever dies with it
    leaves it to the next one. What this process commits itself it claims in the same transaction, where it has
    nothing else to do first. What was done outside and not yet committed is then done again, under the same key: that
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
        transactions: Transactions,
        errands: dict[str, Errand],
        *,
        delays: tuple[float, ...],
        claim: float,
        at_once: int,
        poll: float,
        share: int | None = None,
    ) -> None:
        self.claim_seconds = claim
        self._claims = Claims(store)
        self._commands = commands
        self._wake = transactions.signals.of(OUTGOING)
        self._errands = errands
        self._delays = delays
        self._free = at_once
        self._most = AHEAD * at_once
        self._poll = poll
        self._share = at_once if share is None else share
        self._at_work: Counter[str] = Counter()
        self._in_hand: set[Key] = set()
        self._taken: set[Key] = set()
        """What we have claimed of what is being committed."""
        self._waits_until = 0.0
        self._caught_up = False
        """Whether there was nothing to claim when we last looked."""
        self._tasks: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        transactions.takers.update(dict.fromkeys(errands, self))

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until ``stopping`` is set; then finish what is in hand."""
        self._stopping = stopping
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await self._find_work(stopping)
            finally:
                self._tasks = None

    async def _find_work(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self._wake.clear()
            claim = await self._claim()
            if claim is None:
                await first_of(self._wake, stopping, timeout=self._poll)
            else:
                self.begin(claim)
        while self._taken:  # and not committed yet
            self._wake.clear()
            await first_of(self._wake, timeout=self._poll)

    def take(self, kind: str, key: str) -> Claim | None:
        """Claim what is about to be committed, unless something else comes first, or it waits for its share."""
        claim = Claim(kind, key, new_token())
        free = self._caught_up and self._has_room and self._at_work[claim.owner] < self._share
        if not free or claim.place in self._in_hand:
            self._caught_up = False  # it is there to be found
            return None
        self._keep_room(claim)
        self._taken.add(claim.place)
        return claim

    def begin(self, claim: Claim) -> None:
        """Do a piece of work that is claimed, unless we were broken off or much of the claim's time went by."""
        if self._tasks is None or time.monotonic() - claim.since > self.claim_seconds / LATE:
            self.give_back(claim)
            return
        self._tasks.create_task(self._do(claim))
        self._settle(claim)

    def give_back(self, claim: Claim) -> None:
        """Forget a piece of work that was taken, and not committed; if it was, its claim runs out."""
        self._in_hand.discard(claim.place)
        self._leave(claim)
        self._settle(claim)

    def _settle(self, claim: Claim) -> None:
        self._taken.discard(claim.place)
        if self._stopping.is_set():
            self._wake.set()

    @property
    def _has_room(self) -> bool:
        """Whether another piece may be taken in hand."""
        works = self._tasks is not None and not self._stopping.is_set()
        return works and self._free > 0 and len(self._in_hand) < self._most

    def _keep_room(self, claim: Claim) -> None:
        self._free -= 1
        self._in_hand.add(claim.place)
        self._at_work[claim.owner] += 1

    async def _claim(self) -> Claim | None:
        if not self._has_room or time.monotonic() < self._waits_until:
            return None
        # Until we know what we get, its room is kept, and nothing else is taken: it might be of the same owner.
        self._free -= 1
        self._caught_up = False
        try:
            claim = await self._claims.search(self.claim_seconds, self._open_to_us())
        except PyMongoError as error:
            log.warning("outgoing work not read", error=type(error).__name__)
            self._waits_until = time.monotonic() + GRACE
            return None
        finally:
            self._free += 1
        self._caught_up = claim is None
        if claim is not None:
            self._keep_room(claim)
            if time.monotonic() - claim.since > SLOW and await self._was_done(claim):
                self.give_back(claim)
                return None
        return claim

    async def _was_done(self, claim: Claim) -> bool:
        """Give whoever had this claim before the time to say that it is done; return whether it was."""
        await first_of(self._stopping, timeout=GRACE)
        try:
            return not await self._claims.is_there(claim)
        except PyMongoError:
            return True  # or not: the claim runs out then

    def _open_to_us(self) -> dict[str, Any]:
        """Return what is ours to do, is not in hand, and belongs to nobody who has all of their share."""
        ours = {"_id": {"$nin": [place.id for place in self._in_hand]}, "kind": {"$in": list(self._errands)}}
        full = [owner for owner, count in self._at_work.items() if count >= self._share]
        # In the order of characters a slash follows the dot.
        busy = [{"key": {"$gte": f"{owner}.", "$lt": f"{owner}/"}} for owner in full]
        return ours | ({"$nor": busy} if busy else {})

    async def _do(self, claim: Claim) -> None:
        try:
            record = await self._outside(claim)
            if record is None:
                await self._put_off(claim)
            else:
                await self._commit(claim, record)
        except (PyMongoError, StorageUnavailable) as error:  # its claim runs out, and it is done then
            log.warning("outgoing work not begun", kind=claim.kind, key=claim.key, error=type(error).__name__)
        except Exception as error:
            log.exception("outgoing work failed", kind=claim.kind, key=claim.key, error=type(error).__name__)
        finally:
            if len(self._in_hand) == self._most:
                self._wake.set()
            self._in_hand.discard(claim.place)

    async def _outside(self, claim: Claim) -> Record | None:
        """Do it, and let the next one begin then: what came of many is committed together."""
        try:
            return await self._try(self._errands[claim.kind], claim)
        finally:
            self._leave(claim)

    def _leave(self, claim: Claim) -> None:
        owner = claim.owner
        if self._free == 0 or self._at_work[owner] == self._share:
            self._wake.set()  # there may be more, of theirs or at all
        self._free += 1
        self._at_work[owner] -= 1
        if not self._at_work[owner]:
            del self._at_work[owner]

    async def _commit(self, claim: Claim, record: Record) -> None:
        """Commit what came of it, and try until that is done: nobody else knows."""
        kind, key, pause = claim.kind, claim.key, AGAIN
        while True:
            try:
                return await self._commands.run(self._piece(claim, record))
            except (ConnectionFailure, StorageUnavailable) as error:
                log.warning("outgoing work not recorded yet", kind=kind, key=key, error=type(error).__name__)
                await self._keep(claim)
                await asyncio.sleep(AGAIN)
            except Exception as error:
                first, name = pause == AGAIN, type(error).__name__  # the traceback is told once
                log.exception("outgoing work not recordable", kind=kind, key=key, error=name, exc_info=first)
                if self._stopping.is_set():
                    return None
                await self._keep(claim)
                await first_of(self._stopping, timeout=pause)
                pause = min(2 * pause, self.claim_seconds / LATE)  # or its claim would run out meanwhile

    def _piece(self, claim: Claim, record: Record) -> Piece[None]:
        return Piece(
            partial(_finish, claim.kind, claim.key, record),
            reads=[claim.place, *self._errands[claim.kind].reads(claim.key)],
            traceparent=continue_trace(None),
        )

    async def _try(self, errand: Errand, claim: Claim) -> Record | None:
        key, attempts = claim.key, claim.attempts + 1
        try:
            async with asyncio.timeout(self.claim_seconds / 2):
                return await errand.run(key)
        except (PyMongoError, StorageUnavailable):
            raise
        except Exception as error:
            log.warning("outgoing work put off", key=key, attempts=attempts, error=type(error).__name__)
            return await errand.give_up(key, error) if attempts > len(self._delays) else None

    async def _put_off(self, claim: Claim) -> None:
        attempts = claim.attempts + 1
        await self._claims.move(claim, self._delays[attempts - 1], attempts)

    async def _keep(self, claim: Claim) -> None:
        """Make the claim on what is done last longer, so that nobody does it again."""
        try:
            await self._claims.move(claim, self.claim_seconds, claim.attempts)
        except PyMongoError as error:
            log.warning("claim not kept", key=claim.key, error=type(error).__name__)


async def _finish(kind: str, key: str, record: Record, unit: UnitOfWork) -> None:
    if await unit.sent_out(kind, key):
        await record(unit)
