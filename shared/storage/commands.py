"""Group commit: pieces of work that come in one by one, from many requests, share transactions."""

import asyncio
from collections import deque
from typing import Any, TypeVar

from shared.storage.errors import StorageUnavailable
from shared.storage.transactions import Failed, Outcome, Piece, Transactions

ResultT = TypeVar("ResultT")
Waiting = tuple[Piece[Any], asyncio.Future[Outcome[Any]]]


class Commands:
    """Runs what concurrent callers ask for together: while one transaction commits, the next one gathers."""

    def __init__(self, transactions: Transactions, most: int, patience: float) -> None:
        self._transactions = transactions
        self._most = most
        self._patience = patience
        self._waiting: deque[Waiting] = deque()
        self._at_work: asyncio.Task[None] | None = None

    async def run(self, piece: Piece[ResultT]) -> ResultT:
        """Do the piece exactly once and return its result; raise what it raised, or StorageUnavailable.

        That is raised too where the database has not answered in time (it may hang rather than be gone). What
        had not begun by then is not begun; what had may still be done, and whoever asks again says so with the
        same Idempotency-Key.
        """
        future: asyncio.Future[Outcome[ResultT]] = asyncio.get_running_loop().create_future()
        self._waiting.append((piece, future))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._work())
        _, late = await asyncio.wait([future], timeout=self._patience)
        if late:
            future.cancel()
            raise StorageUnavailable("the database has not answered in time")
        outcome = future.result()
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.result  # type: ignore[return-value]  # a piece without arrival is never a repeat

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]
                await self._together([one for one in batch if not one[1].done()])
        finally:
            self._at_work = None

    async def _together(self, batch: list[Waiting]) -> None:
        if not batch:
            return
        try:
            outcomes = await self._transactions.run([piece for piece, _ in batch])
        except Exception as error:
            outcomes = [Failed(error) for _ in batch]
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():  # its caller may have gone
                future.set_result(outcome)
