"""Nodes that crash and come back: nothing is lost, nothing happens twice, and all goes on by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from structlog.testing import capture_logs

from deploy.local.finder import Parts as Nodes
from deploy.local.finder import find
from deploy.local.processes import Processes
from shared.events.ids import CandidateId, EventId
from shared.ids import new
from shared.messaging import consumer, topology
from shared.service import Process
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from tests.harness.nodes import new_name
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import NAME, Toy, add_note, at_work, parts_of, settings_of, shortlisted


@pytest.fixture(scope="module")
async def own_nodes(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Nodes]:
    """Nodes that may be killed without disturbing anybody."""
    folder = tmp_path_factory.mktemp("own")
    nodes = await find(folder, Processes(folder / "state.json"), environment={})
    yield nodes
    await nodes.stop()


@pytest.fixture
async def process(own_nodes: Nodes, toy: Toy) -> AsyncIterator[Process]:
    """The toy on these nodes, soon impatient with a database that is away."""
    settings = settings_of(own_nodes.amqp_url, own_nodes.mongo_url, new_name(), storage_timeout=1)
    process = Process(parts_of(settings, toy))
    await process.prepare()
    yield process
    process.client.close()


async def publish(nodes: Nodes, *candidates: CandidateId) -> None:
    async with Queues.of(nodes.amqp_url) as queues:
        await queues.publish(*map(shortlisted, candidates))


async def count(process: Process, collection: str, **where: object) -> int:
    return int(await process.store[collection].count_documents(where))


async def is_so(look: Callable[[], Awaitable[int]], wanted: int) -> bool:
    return await look() == wanted


async def test_after_a_broker_crash_the_relay_goes_on_and_consumers_are_attached_again(
    own_nodes: Nodes, process: Process
) -> None:
    assert own_nodes.broker is not None
    before, after = [[new(CandidateId) for _ in range(20)] for _ in range(2)]
    async with at_work(process):
        await publish(own_nodes, *before)
        await eventually(partial(is_so, partial(count, process, "tallies"), 20), "the effects")
        # Queues and streams younger than about a second would be lost with all that is in them.
        await own_nodes.broker.control("eval", "[dets:sync(Table) || Table <- dets:all()].")
        await own_nodes.broker.kill()
        await eventually(lambda: "broker-away" in process.broker.troubles, "the loss to be noticed")
        own = new(CandidateId)
        for n in range(5):
            await process.commands.run(Piece(partial(add_note, candidate_id=own, text=str(n))))
        assert await count(process, "outbox", state="waiting") >= 5
        await own_nodes.broker.start()
        await eventually(lambda: not process.broker.troubles, "consumers again", deadline=30)
        async with Queues.of(own_nodes.amqp_url) as queues:
            assert await queues.count("scheduling.events") == 20, "which nobody has read yet"
            passed = [event.envelope.type for event in await queues.history()]
            assert passed.count("candidate-shortlisted.v1") == 20
        await publish(own_nodes, *after)
        await eventually(partial(is_so, partial(count, process, "tallies"), 41), "the new effects")
        await eventually(
            partial(is_so, partial(count, process, "outbox", state="waiting"), 0), "an empty outbox"
        )
    assert await count(process, "inbox") == 40
    assert await count(process, "outbox") == 45


async def test_whoever_has_seen_the_history_after_a_crash_publishes_into_it(own_nodes: Nodes) -> None:
    assert own_nodes.broker is not None
    async with Queues.of(own_nodes.amqp_url):  # which are all declared then
        await own_nodes.broker.control("eval", "[dets:sync(Table) || Table <- dets:all()].")
    await own_nodes.broker.kill()
    starting = asyncio.create_task(own_nodes.broker.start())
    published: list[EventId] = []
    while len(published) < 20:
        with suppress(AMQPError, OSError):
            async with await aio_pika.connect(own_nodes.amqp_url, timeout=5) as connection:
                await topology.see_history(await connection.channel())
                queues = Queues(await connection.channel(on_return_raises=True), own_nodes.amqp_url)
                event_id = new(EventId)
                await queues.publish(shortlisted(), id=event_id)
                published.append(event_id)
    await starting
    async with Queues.of(own_nodes.amqp_url) as queues:
        passed = {event.envelope.id for event in await queues.history()}
        await queues.purge()
    assert passed.issuperset(published)


@pytest.mark.parametrize("held", [consumer.HELD, 0.5], ids="held for {}s".format)
async def test_while_the_database_is_away_callers_are_told_and_nothing_is_acknowledged_then_all_goes_on(
    own_nodes: Nodes, process: Process, toy: Toy, monkeypatch: pytest.MonkeyPatch, held: float
) -> None:
    assert own_nodes.database is not None
    monkeypatch.setattr(consumer, "HELD", held)
    candidates, timed = [new(CandidateId) for _ in range(40)], new(CandidateId)

    async def later(unit: UnitOfWork) -> None:
        unit.set_timer("note", f"{timed}/fell", unit.now + timedelta(seconds=0.5))

    async with at_work(process), Queues.of(own_nodes.amqp_url) as queues:
        await publish(own_nodes, *candidates[:20])
        await eventually(partial(is_so, partial(count, process, "tallies"), 20), "the effects")
        await process.commands.run(Piece(later))
        await own_nodes.database.kill()
        with pytest.raises(StorageUnavailable):
            await process.commands.run(Piece(partial(add_note, candidate_id=new(CandidateId), text="lost")))
        await publish(own_nodes, *candidates[20:])
        reader = process.broker.consumers[0]
        await eventually(lambda: reader.in_hand > 0, "messages in hand")
        handled = reader.handled
        with pytest.raises(StorageUnavailable):
            await process.commands.run(Piece(partial(add_note, candidate_id=new(CandidateId), text="lost")))
        assert reader.handled == handled
        assert reader.in_hand + await queues.count(f"{NAME}.events") == 20
        await own_nodes.database.start()
        await eventually(partial(is_so, partial(count, process, "tallies"), 41), "all effects", deadline=30)
        await eventually(
            partial(is_so, partial(count, process, "outbox", state="waiting"), 0), "an empty outbox"
        )
        await eventually(lambda: reader.in_hand == 0, "rest")
        assert await queues.count(f"{NAME}.events") == 0
        assert await queues.count(f"{NAME}.parked") == 0
    assert toy.tried.count("fell") >= 1
    assert await count(process, "inbox") == 40
    assert await count(process, "outbox") == 41


async def test_a_broker_that_blocks_publishers_is_waited_for_and_health_says_so(
    own_nodes: Nodes, process: Process
) -> None:
    assert own_nodes.broker is not None
    async with at_work(process):
        await eventually(lambda: not process.broker.troubles, "the link")
        await own_nodes.broker.control("set_vm_memory_high_watermark", "0.0000001")
        try:
            # The broker tells a connection that it is blocked when that publishes next.
            for n in range(3):
                await process.commands.run(
                    Piece(partial(add_note, candidate_id=new(CandidateId), text=str(n)))
                )
            await eventually(lambda: process.broker.troubles == ["broker-blocks"], "health to say so")
        finally:
            await own_nodes.broker.control("set_vm_memory_high_watermark", "0.4")
        await eventually(
            partial(is_so, partial(count, process, "outbox", state="published"), 3), "all published"
        )
        await eventually(lambda: not process.broker.troubles, "health again")


async def test_a_process_whose_database_is_away_can_still_be_stopped(
    own_nodes: Nodes, process: Process
) -> None:
    assert own_nodes.database is not None
    try:
        async with at_work(process):
            await publish(own_nodes, new(CandidateId))
            await eventually(partial(is_so, partial(count, process, "tallies"), 1), "the effect")
            await own_nodes.database.kill()
            await publish(own_nodes, new(CandidateId))
            await eventually(lambda: process.broker.consumers[0].in_hand == 1, "a message in hand")
            stopped = time.monotonic()
        assert time.monotonic() - stopped < 8
    finally:
        await own_nodes.database.start()
    async with Queues.of(own_nodes.amqp_url) as queues:
        assert await eventually(partial(queues.take, f"{NAME}.events"), "the message, given back")


async def test_a_service_that_starts_before_its_database_begins_as_soon_as_there_is_one(
    own_nodes: Nodes, toy: Toy
) -> None:
    assert own_nodes.database is not None
    await own_nodes.database.kill()
    settings = settings_of(own_nodes.amqp_url, own_nodes.mongo_url, new_name(), storage_timeout=0.5)
    process = Process(parts_of(settings, toy))
    with capture_logs() as logs:
        preparing = asyncio.create_task(process.prepare())
        await eventually(
            lambda: any(one["event"] == "database away at start" for one in logs), "it to be missed"
        )
        await own_nodes.database.start()
        async with asyncio.timeout(30):
            await preparing
    assert await count(process, "outbox") == 0
    process.client.close()
