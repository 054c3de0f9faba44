"""A binding that somebody removed comes back by itself, and what went by is brought back from the history, once."""

from collections.abc import Awaitable, Callable

import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.messaging import broker, topology
from shared.service import Process
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.test_operating import Terminal
from tests.integration.backbone.test_reactions import tally_of
from tests.integration.backbone.toy import NAME, Toy, at_work, shortlisted

MakeProcess = Callable[..., Awaitable[Process]]


async def test_a_removed_binding_comes_back_and_what_went_by_is_brought_back_once(
    process: Process, queues: Queues, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "REBIND", 0.5)
    known, missed, later = shortlisted(), shortlisted(), shortlisted()
    queue = await queues.channel.get_queue(f"{NAME}.events", ensure=False)
    async with at_work(process):
        await queues.publish(known)
        await tally_of(process, known.candidate_id)
        await queue.unbind("events", missed.routing_key)
        await queues.publish(missed)

        async def arrives() -> bool:
            await queues.publish(later)
            return later.application_id in toy.tried

        await eventually(arrives, "the binding")
        assert missed.application_id not in toy.tried
        terminal = Terminal(process)
        for _ in range(2):
            assert await terminal.operator.redeliver(NAME, process.store.name) == 0
        assert (await tally_of(process, missed.candidate_id)).notes == (missed.application_id,)
    assert toy.tried.count(missed.application_id) == 1


@pytest.mark.parametrize("hidden", [2, None], ids=["for a while", "for good"])
async def test_a_history_that_is_not_to_be_seen_is_waited_for_and_not_for_ever(
    process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch, hidden: int | None
) -> None:
    monkeypatch.setattr(broker, "UNSEEN", 4)
    looks: list[str] = []

    async def see(_: AbstractChannel) -> None:
        looks.append("once more")
        if hidden is None or len(looks) <= hidden:
            raise ChannelNotFoundEntity("no part of it here")

    monkeypatch.setattr(topology, "see_history", see)
    event = shortlisted()
    await queues.publish(event)
    async with at_work(process):
        await tally_of(process, event.candidate_id)
    assert len(looks) == (4 if hidden is None else hidden + 1)
