"""Work that must be done in the end: what is too much for one transaction is done in parts."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from shared.events.ids import EventId
from shared.ids import new
from shared.storage.errors import NotInTime, StorageUnavailable
from shared.storage.pieces import Arrival, Failed, Outcome, Piece
from shared.storage.transactions import Transactions
from shared.storage.unit import UnitOfWork

ResultT = TypeVar("ResultT")
HoldOut = Callable[[Exception], Awaitable[None]]
"""Waits until it is worth while to ask the database again, or raises where nobody wants that any more."""
ALONE = 2
"""How often a piece that goes alone may fail for want of time before we look whether that is its own fault."""


async def in_portions(
    transactions: Transactions, pieces: Sequence[Piece[ResultT]], hold_out: HoldOut
) -> list[Outcome[ResultT]]:
    """Do the pieces in order, together if that goes; return what became of each.

    A database that does not take them in time is away, or they are too much for it at once: ``hold_out`` decides
    whether they are tried again, and then half as many are, apart from what others ask for. A single piece that is
    not taken, where something else was just before, has failed: it holds nobody up.
    """
    outcomes: list[Outcome[ResultT]] = []
    together, apart = len(pieces), False
    failures, others_pass = 0, False
    while len(outcomes) < len(pieces):
        portion = pieces[len(outcomes) : len(outcomes) + together]
        try:
            outcomes += await transactions.run(portion, apart=apart)
        except StorageUnavailable as error:
            failures = failures + 1 if len(portion) == 1 and isinstance(error, NotInTime) else 0
            if failures and others_pass:
                outcomes.append(Failed(error))
            else:
                await hold_out(error)
                together, apart = max(1, together // 2), True
                others_pass = failures >= ALONE and await _something_else_passes(transactions)
                continue
        failures, others_pass = 0, False
    return outcomes


async def _something_else_passes(transactions: Transactions) -> bool:
    """Say whether the database commits what is as small as can be: that a message nobody sent has arrived."""
    try:
        await transactions.run([Piece(_nothing, arrival=Arrival("/probe", new(EventId), ""))], apart=True)
    except StorageUnavailable:
        return False
    return True


async def _nothing(_: UnitOfWork) -> None:
    """Do nothing."""
