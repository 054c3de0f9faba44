"""Work that must be done in the end: what is too much for one transaction is done in parts."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.storage.errors import NotInTime, StorageUnavailable
from shared.storage.pieces import Failed, Outcome, Piece
from shared.storage.transactions import Transactions

ResultT = TypeVar("ResultT")
HoldOut = Callable[[Exception], Awaitable[None]]
"""Waits until it is worth while to ask the database again, or raises where nobody wants that any more."""
STUCK = 30.0
"""Seconds for which nothing may have been committed before we look whether that is one piece's own fault: longer than
a database hangs, and than a transaction lives that a dead process has left behind, with its locks (10 to 15 s, by the
``transactionLifetimeLimitSeconds`` of what we deploy)."""


async def in_portions(
    transactions: Transactions, pieces: Sequence[Piece[ResultT]], hold_out: HoldOut
) -> list[Outcome[ResultT]]:
    """Do the pieces in order, together if that goes; return what became of each.

    A database that does not take them in time is away, or they are too much for it at once: ``hold_out`` decides
    whether they are tried again, and then half as many are, apart from what others ask for. A single piece that is
    not taken after all that, where something else was just before, has failed: it holds nobody up for longer.
    """
    outcomes: list[Outcome[ResultT]] = []
    together, apart = len(pieces), False
    failing_since: float | None = None
    others_pass = False
    while len(outcomes) < len(pieces):
        portion = pieces[len(outcomes) : len(outcomes) + together]
        try:
            outcomes += await transactions.run(portion, apart=apart)
            others_pass = False
        except StorageUnavailable as error:
            now = time.monotonic()
            failing_since = now if failing_since is None else failing_since
            suspect = apart and len(portion) == 1 and isinstance(error, NotInTime)
            if suspect and others_pass:
                outcomes.append(Failed(error))
                others_pass = False
                continue
            await hold_out(error)
            together, apart = max(1, together // 2), True
            others_pass = suspect and now - failing_since > STUCK and await transactions.probe()
    return outcomes
