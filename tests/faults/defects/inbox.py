"""The inbox is written and never asked: what comes again has its effect again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from shared.storage.pieces import Outcome, Piece
from shared.storage.transactions import Transactions
from tests.faults.defects.switches import Switches

NAME = "no-inbox"


def install(switches: Switches) -> None:
    """Have a process take what it has had before for something new."""
    honest = Transactions.run
    had: set[str] = set()

    async def run(
        transactions: Transactions, pieces: Sequence[Piece[Any]], **named: Any
    ) -> list[Outcome[Any]]:
        tampered = []
        for piece in pieces:
            key = None if piece.arrival is None else piece.arrival.key
            if key is not None and key in had and switches.is_on(NAME):
                tampered.append(replace(piece, arrival=None))
            else:
                tampered.append(piece)
            if key is not None:
                had.add(key)
        return await honest(transactions, tampered, **named)

    patch.object(Transactions, "run", run).start()
