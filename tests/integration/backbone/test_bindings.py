"""A binding that somebody removed comes back by itself, and what went by is brought back from the history, once."""

from collections.abc import Awaitable, Callable

import pytest

from shared.messaging import broker
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
