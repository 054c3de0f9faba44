"""What the broker does not take holds up its own subject; neither the link nor anybody else."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import aio_pika
import pytest
from pamqp.common import FieldTable

from deploy.local.finder import Parts as Nodes
from shared import waiting
from shared.events.ids import CandidateId
from shared.ids import new
from shared.messaging import consumer
from shared.messaging.errors import Refused
from shared.messaging.publisher import Publisher
from shared.messaging.topology import CONTACTS
from shared.service import Process
from shared.storage.client import Database
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from tests.harness.nodes import new_name
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.rights import limited
from tests.integration.backbone.test_reactions import tally_of
from tests.integration.backbone.test_relay import note, nothing_waits
from tests.integration.backbone.toy import (
    Tally,
    Toy,
    at_work,
    parts_of,
    settings_of,
    shortlisted,
    tallies,
)

FULL: FieldTable = {"x-max-length": 1, "x-overflow": "reject-publish"}


@pytest.fixture(autouse=True)
def back_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have what fails a third time left alone for longer than a test lasts."""
    monkeypatch.setattr(waiting, "BACK_OFF", (0.1, 0.1, 600.0))


async def tell(process: Process, candidate_id: CandidateId) -> None:
    """Send something private about a person, which nobody reads here."""

    async def work(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=candidate_id))
        unit.send_private(tallies, candidate_id, candidate_id)

    await process.commands.run(Piece(work))


async def waits(process: Process, subject: CandidateId) -> int:
    return int(await process.store["outbox"].count_documents({"subject": subject, "state": "waiting"}))


async def told(process: Process, queues: Queues, candidate_id: CandidateId) -> None:
    """See a private message arrive."""

    async def arrived() -> bool:
        taken = await queues.take(CONTACTS.name)
        return taken is not None and taken.body == candidate_id.encode()

    await tell(process, candidate_id)
    await eventually(arrived, "what somebody else is told")


async def failed_often(process: Process, subject: CandidateId) -> None:
    def known() -> bool:
        doubt = process.broker.relay._doubts._by_subject.get(subject)
        return doubt is not None and doubt.failures >= 3

    await eventually(known, "it to be known")


@pytest.fixture
async def full(queues: Queues) -> AsyncIterator[str]:
    """A queue that takes nothing more of what is published here."""
    name = new_name()
    queue = await queues.channel.declare_queue(name, arguments=FULL)
    await queue.bind("events", "intake.candidate-promoted.v1")
    await queues.channel.default_exchange.publish(aio_pika.Message(b"full"), routing_key=name)
    yield name
    await queues.channel.queue_delete(name)


async def test_what_a_queue_refuses_leaves_the_link_alone_and_goes_when_there_is_room(
    process: Process, queues: Queues, full: str
) -> None:
    stuck = new(CandidateId)
    async with at_work(process):
        await eventually(lambda: not process.broker.troubles, "the link")
        link = process.broker._link
        await note(process, stuck, 3)
        await failed_often(process, stuck)
        await told(process, queues, new(CandidateId))
        assert await waits(process, stuck) == 3
        await queues.channel.queue_delete(full)
        process.broker.relay._doubts._by_subject.clear()
        await nothing_waits(process)
        assert process.broker._link is link
    mine = [one for one in await queues.history() if one.envelope.subject == stuck]
    assert list(dict.fromkeys(one.envelope.sequence for one in mine)) == [1, 2, 3]


@pytest.mark.parametrize(
    "spoilt",
    [{"routing_key": "x" * 300}, {"traceparent": "x" * 200_000}],
    ids=["a key too long to be written", "headers too large for a frame"],
)
async def test_what_cannot_be_sent_holds_up_its_own_subject_alone(
    process: Process, queues: Queues, spoilt: dict[str, Any]
) -> None:
    stuck, free = new(CandidateId), [new(CandidateId) for _ in range(5)]
    await note(process, stuck, 2)
    await process.store["outbox"].update_one({"sequence": 1}, {"$set": spoilt})
    for one in free:
        await note(process, one, 2)
    async with at_work(process):
        await failed_often(process, stuck)
        await eventually(lambda: not process.broker.troubles, "the link")
        link = process.broker._link
        await told(process, queues, new(CandidateId))
        event = shortlisted()
        await queues.publish(event)
        await tally_of(process, event.candidate_id)
        assert process.broker._link is link
        assert await waits(process, stuck) == 2
    assert [await waits(process, one) for one in free] == [0] * 5


async def test_what_cannot_be_set_aside_leaves_the_link_alone_and_is_tried_again(
    process: Process, queues: Queues, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "HELD", 0.2)
    event, publish = shortlisted(), Publisher.publish
    toy.failing.add(event.application_id)

    async def refused(publisher: Publisher, exchange: str, routing_key: str, *rest: Any) -> None:
        if toy.failing and not exchange:
            raise Refused("as the test wants")
        await publish(publisher, exchange, routing_key, *rest)

    monkeypatch.setattr(Publisher, "publish", refused)
    async with at_work(process):
        await eventually(lambda: not process.broker.troubles, "the link")
        link = process.broker._link
        await queues.publish(event)
        await eventually(lambda: len(toy.tried) == 3, "it to have been given back, and tried again")
        toy.failing.clear()
        assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
        await eventually(lambda: not process.broker.troubles, "readiness")
        assert process.broker._link is link
    assert await process.store["inbox"].count_documents({}) == 1


@pytest.fixture
async def muted(nodes: Nodes, hall: str) -> AsyncIterator[str]:
    """The same place, for a user who may not send anything private."""
    async with limited(nodes, hall, "muted", configure=".*", write="^(?!private$)") as url:
        yield url


async def test_a_right_that_is_missing_stops_only_what_needs_it(
    nodes: Nodes, muted: str, store: Database, queues: Queues, toy: Toy
) -> None:
    process = Process(parts_of(settings_of(muted, nodes.mongo_url, store.name), toy))
    await process.prepare()
    stuck, free = new(CandidateId), [new(CandidateId) for _ in range(5)]
    await tell(process, stuck)
    for one in free:
        await note(process, one, 2)
    try:
        async with at_work(process):
            await failed_often(process, stuck)
            await eventually(lambda: not process.broker.troubles, "the link")
            link = process.broker._link
            event = shortlisted()
            await queues.publish(event)
            await tally_of(process, event.candidate_id)
            await eventually(partial(is_published, process, event.candidate_id), "what it said of it")
            assert process.broker._link is link
            assert await waits(process, stuck) == 1
        assert [await waits(process, one) for one in free] == [0] * 5
    finally:
        process.client.close()


async def is_published(process: Process, subject: CandidateId) -> bool:
    return await waits(process, subject) == 0
