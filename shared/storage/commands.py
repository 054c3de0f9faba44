"""Commands: pieces of work that come in one by one, for callers who wait so long and no longer."""

import asyncio
from typing import TypeVar

from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Failed, Piece
from shared.storage.transactions import Transactions

ResultT = TypeVar("ResultT")


class Commands:
    """Runs what concurrent callers ask for: those share transactions who come while one is at work."""

    def __init__(self, transactions: Transactions, patience: float) -> None:
        self._transactions = transactions
        self._patience = patience

    async def run(self, piece: Piece[ResultT]) -> ResultT:
        """Do the piece exactly once and return its result; raise what it raised, or StorageUnavailable.

        That is raised too where the database has not answered in time (it may hang rather than be gone). What
        had not begun by then is not begun; what had may still be done, and whoever asks again says so with the
        same Idempotency-Key.
        """
        outcomes = self._transactions.begin([piece])
        try:
            _, late = await asyncio.wait([outcomes], timeout=self._patience)
            if late:
                raise StorageUnavailable("the database has not answered in time")
        finally:
            outcomes.cancel()  # unless it is done
        (outcome,) = outcomes.result()
        if isinstance(outcome, Failed):
            raise outcome.error
        return outcome.result  # type: ignore[return-value]  # a piece without arrival is never a repeat
