"""What is brought back from the history: nothing that an inbox may have forgotten, and of two bodies the first."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from shared.events.ids import EventId
from shared.ids import new
from shared.messaging import history
from shared.messaging.operating import Operator
from shared.service import Process
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.test_operating import Terminal
from tests.integration.backbone.test_reactions import tally_of
from tests.integration.backbone.toy import NAME, Toy, at_work, shortlisted

MakeProcess = Callable[..., Awaitable[Process]]


def operator(process: Process, days_later: int) -> Operator:
    def now() -> datetime:
        return datetime.now(UTC) + timedelta(days=days_later)

    return Operator(process.parts.settings, Console(quiet=True), lambda _: True, now=now)


@pytest.fixture
async def remembering(make_process: MakeProcess, queues: Queues, toy: Toy) -> Process:
    """A process whose inbox is not empty, and which is not at work."""
    known = shortlisted()
    await queues.publish(known)
    process = await make_process(toy)
    async with at_work(await make_process(toy)):
        await tally_of(process, known.candidate_id)
    return process


async def test_what_lies_in_the_history_for_longer_than_inboxes_remember_is_not_brought_back(
    remembering: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PATIENCE", 1)
    await queues.publish(shortlisted())
    await queues.purge()
    assert await operator(remembering, days_later=366).redeliver(NAME, remembering.store.name) == 0
    assert await queues.count(f"{NAME}.events") == 0
    assert await operator(remembering, days_later=364).redeliver(NAME, remembering.store.name) == 0
    assert await queues.count(f"{NAME}.events") > 0


async def test_what_lies_in_the_history_for_longer_than_inboxes_remember_is_not_missed(
    remembering: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PATIENCE", 1)
    await queues.publish(shortlisted())
    await queues.purge()
    databases = {NAME: remembering.store.name}
    assert await operator(remembering, days_later=366).check_history(databases) == 0
    assert await operator(remembering, days_later=364).check_history(databases) == 1


async def test_of_two_bodies_under_one_id_the_first_is_brought_back(
    remembering: Process, queues: Queues, toy: Toy
) -> None:
    first, second, id_ = shortlisted(), shortlisted(), new(EventId)
    await queues.publish(first, id=id_)
    await queues.publish(second, id=id_)
    await queues.purge()
    await Terminal(remembering).operator.redeliver(NAME, remembering.store.name)
    async with at_work(remembering):
        await tally_of(remembering, first.candidate_id)
    assert second.application_id not in toy.tried
