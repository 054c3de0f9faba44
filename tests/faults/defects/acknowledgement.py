"""Messages are acknowledged as they arrive, before what they lead to is committed, and the process dies in between."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from aiormq import Channel
from aiormq.abc import DeliveredMessage

from shared.storage.pieces import Outcome, Piece
from shared.storage.transactions import Transactions
from tests.faults.defects.switches import Switches

NAME = "acknowledge-before-commit"
MISHAP = "die-before-commit"
"""The process dies when it has been told that somebody applied, and has committed nothing yet."""
TYPE = "candidate-applied.v1"
Tag = tuple[int, int]


def install(switches: Switches) -> None:
    """Tamper with consuming, where the driver does it, and with transactions."""
    early: set[Tag] = set()
    _acknowledge_early(switches, early)
    _acknowledge_once(early)
    _die_before_commit(switches)


def _acknowledge_early(switches: Switches, early: set[Tag]) -> None:
    honest = Channel.basic_consume

    async def consume(channel: Channel, queue: str, consumer_callback: Any, **others: Any) -> Any:
        async def arrive(message: DeliveredMessage) -> None:
            if switches.is_on(NAME):
                tag = message.delivery_tag or 0
                await channel.basic_ack(tag)
                await channel.queue_declare(
                    queue, passive=True
                )  # when it answers, it has had the acknowledgement
                early.add((id(channel), tag))
            await consumer_callback(message)

        return await honest(channel, queue, arrive, **others)

    patch.object(Channel, "basic_consume", consume).start()


def _acknowledge_once(early: set[Tag]) -> None:
    honest = Channel.basic_ack

    async def acknowledge(channel: Channel, delivery_tag: int, *others: Any, **named: Any) -> None:
        if (id(channel), delivery_tag) not in early:
            await honest(channel, delivery_tag, *others, **named)

    patch.object(Channel, "basic_ack", acknowledge).start()


def _die_before_commit(switches: Switches) -> None:
    honest = Transactions.run

    async def run(
        transactions: Transactions, pieces: Sequence[Piece[Any]], **named: Any
    ) -> list[Outcome[Any]]:
        if any(piece.envelope is not None and piece.envelope.type == TYPE for piece in pieces):
            switches.die_if_on(MISHAP)
        return await honest(transactions, pieces, **named)

    patch.object(Transactions, "run", run).start()
