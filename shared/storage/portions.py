"""Work that must be done in the end: what is too much for one transaction is done in parts."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Outcome, Piece
from shared.storage.transactions import Transactions

ResultT = TypeVar("ResultT")
HoldOut = Callable[[Exception], Awaitable[None]]
"""Waits until it is worth while to ask the database again, or raises where nobody wants that any more."""


async def in_portions(
    transactions: Transactions, pieces: Sequence[Piece[ResultT]], hold_out: HoldOut
) -> list[Outcome[ResultT]]:
    """Do the pieces in order, together if that goes; return what became of each.

    A database that does not take them in time is away, or they are too much for it at once: ``hold_out`` decides
    whether they are tried again, and then half as many are, apart from what others ask for.
    """
    outcomes: list[Outcome[ResultT]] = []
    together, apart = len(pieces), False
    while len(outcomes) < len(pieces):
        try:
            portion = pieces[len(outcomes) : len(outcomes) + together]
            outcomes += await transactions.run(portion, apart=apart)
        except StorageUnavailable as error:
            await hold_out(error)
            together, apart = max(1, together // 2), True
    return outcomes
