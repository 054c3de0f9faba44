"""Whatever breaks between us and the broker: consumers come back, nothing is lost, nothing happens twice."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial

import pytest

from deploy.local.finder import Parts as Nodes
from shared.events.ids import CandidateId
from shared.ids import new
from shared.messaging import consumer
from shared.messaging.topology import CONTACTS
from shared.service import Process
from shared.storage.client import Database
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from tests.harness.waiting import eventually
from tests.harness.wire import Wire
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.test_reactions import rest, tally_of
from tests.integration.backbone.test_relay import nothing_waits
from tests.integration.backbone.toy import (
    NAME,
    Tally,
    Toy,
    add_note,
    at_work,
    parts_of,
    settings_of,
    shortlisted,
    tallies,
)


@pytest.fixture
async def wire(hall: str) -> AsyncIterator[Wire]:
    async with Wire.to(hall) as wire:
        yield wire


@pytest.fixture
async def wired(
    nodes: Nodes,
    wire: Wire,
    store: Database,
    toy: Toy,
    queues: Queues,  # noqa: ARG001  they are emptied
) -> AsyncIterator[Process]:
    """The toy behind the wire: it takes ten messages in hand, of which five share a transaction."""
    settings = settings_of(
        wire.url, nodes.mongo_url, store.name, prefetch=10, batch_size=5, publish_timeout=0.5
    )
    process = Process(parts_of(settings, toy))
    await process.prepare()
    yield process
    process.client.close()


async def test_a_connection_cut_in_the_middle_of_a_reaction_drops_what_had_not_begun_and_does_each_once(
    wired: Process, wire: Wire, queues: Queues, toy: Toy
) -> None:
    events = [shortlisted() for _ in range(20)]
    async with at_work(wired):
        await queues.publish(shortlisted())
        await rest(wired, handled=1)
        consumer = wired.broker.consumers[0]
        toy.tried.clear()
        with toy.held():
            await queues.publish(*events)
            await eventually(lambda: consumer.in_hand == 10 and len(toy.tried) == 1, "ten in hand")
            link = wired.broker._link
            wire.cut()
            await eventually(lambda: wired.broker._link not in {None, link}, "a new connection")
            await eventually(lambda: len(toy.tried) == 2, "the first one, tried again")
        await rest(wired, handled=21)
    assert sorted(toy.tried[1:]) == sorted(event.application_id for event in events)
    assert await wired.store["inbox"].count_documents({}) == 21
    assert await wired.store["tallies"].count_documents({"sequence": 1}) == 21
    assert not await queues.take(f"{NAME}.parked")


async def test_a_publish_on_a_frozen_connection_is_given_up_and_made_again_on_a_new_one(
    wired: Process, wire: Wire, queues: Queues
) -> None:
    listener = await queues.channel.declare_queue(exclusive=True)
    await listener.bind("events", "intake.candidate-promoted.v1")
    async with at_work(wired):
        await eventually(lambda: not wired.broker.troubles, "the link")
        wire.freeze()
        await wired.commands.run(Piece(partial(add_note, candidate_id=new(CandidateId), text="one")))
        await eventually(lambda: "broker-away" in wired.broker.troubles, "the loss to be noticed")
        assert await wired.store["outbox"].count_documents({"state": "waiting"}) == 1
        wire.thaw()
        await nothing_waits(wired)
    assert await listener.get(fail=False)


async def test_a_cancelled_consumer_comes_back_and_handles_what_comes(
    process: Process, queues: Queues
) -> None:
    async with at_work(process):
        await eventually(lambda: process.broker.consumers[0].attached, "a consumer")
        link = process.broker._link
        channel = process.broker.consumers[0]._channel
        assert channel is not None
        below = await channel.get_underlay_channel()
        for tag in list(below.consumers):  # type: ignore[attr-defined]
            await below.basic_cancel(tag)
        cancelled = time.monotonic()
        await eventually(lambda: process.broker._link not in {None, link}, "all built anew")
        await eventually(lambda: not process.broker.troubles, "readiness")
        assert time.monotonic() - cancelled < 5
        event = shortlisted()
        await queues.publish(event)
        await tally_of(process, event.candidate_id)


async def test_what_no_queue_takes_is_noticed_and_sent_again_once_its_queue_is_declared_again(
    process: Process, queues: Queues
) -> None:
    candidate_id = new(CandidateId)

    async def tell(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=candidate_id))
        unit.send_private(tallies, candidate_id, "sealed")

    async with at_work(process):
        await eventually(lambda: not process.broker.troubles, "the link")
        link = process.broker._link
        await queues.channel.queue_delete(CONTACTS.name)
        await process.commands.run(Piece(tell))
        await eventually(lambda: process.broker._link not in {None, link}, "all declared anew")
        await nothing_waits(process)
    sent = await queues.take(CONTACTS.name)
    assert sent is not None
    assert sent.body == b"sealed"


@pytest.fixture
async def consumer_timeout(nodes: Nodes) -> AsyncIterator[float]:
    """Have the broker take away, after these seconds, the channel of who does not acknowledge; it looks often."""
    if nodes.broker is None:
        pytest.skip("no node of our own to tell")
    before = await nodes.broker.control("eval", _set_environment("1500", "300"))
    timeout, tick = before.strip().strip("{}").split(",")
    yield 1.5
    await nodes.broker.control("eval", _set_environment(timeout, tick))


def _set_environment(timeout: str, tick: str) -> str:
    """Write what sets both in the node, and gives what they were."""
    names = {"consumer_timeout": (timeout, "Timeout"), "channel_tick_interval": (tick, "Tick")}
    get = [f"{{ok, {was}}} = application:get_env(rabbit, {name})" for name, (_, was) in names.items()]
    put = [f"application:set_env(rabbit, {name}, {value})" for name, (value, _) in names.items()]
    return ", ".join([*get, *put, "{Timeout, Tick}"]) + "."


async def test_six_messages_do_not_wait_for_a_batch_of_a_hundred_to_fill(
    consumer_timeout: float, process: Process, queues: Queues
) -> None:
    assert process.parts.settings.batch_size == 100
    async with at_work(process):
        await queues.publish(shortlisted())
        await rest(process, handled=1)
        link, published = process.broker._link, time.monotonic()
        await queues.publish(*(shortlisted() for _ in range(6)))
        await eventually(lambda: process.broker.consumers[0].handled == 7, "all six acknowledged")
        assert time.monotonic() - published < consumer_timeout
        assert process.broker._link is link


@pytest.mark.usefixtures("consumer_timeout")
async def test_a_reaction_that_outlasts_the_brokers_patience_has_its_effect_once(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    async with at_work(process):
        with toy.held():
            await queues.publish(event)
            await eventually(lambda: len(toy.tried) == 2, "it redelivered on a new channel")
        assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
        await rest(process, handled=1)
    assert await process.store["outbox"].count_documents({}) == 1


async def test_a_database_that_is_long_away_brings_no_message_nearer_to_the_delivery_limit(
    consumer_timeout: float, process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "HELD", consumer_timeout / 3)
    events, run, back, refused = (
        [shortlisted() for _ in range(3)],
        process.transactions.run,
        asyncio.Event(),
        0,
    )

    async def away(pieces: Sequence[Piece[None]], **named: bool) -> object:
        nonlocal refused
        if back.is_set():
            return await run(pieces, **named)
        refused += 1
        raise StorageUnavailable("as the test wants")

    async with at_work(process):
        await queues.publish(shortlisted())
        await rest(process, handled=1)
        link, begun = process.broker._link, time.monotonic()
        monkeypatch.setattr(process.transactions, "run", away)
        await queues.publish(*events)
        await eventually(lambda: time.monotonic() - begun > 4 * consumer_timeout, "it to be away for long")
        assert refused > 4, "it goes on asking"
        assert process.broker.troubles == [f"consumer-missing:{NAME}.events"]
        assert await queues.count(f"{NAME}.events") == 3
        taken = await queues.take(f"{NAME}.events")
        assert taken is not None
        assert taken.headers["x-delivery-count"] == 1
        back.set()
        for event in events:  # the one that was taken away is done, too: it was in hand
            assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
        await eventually(lambda: not process.broker.troubles, "readiness")
        assert process.broker._link is link
    assert await process.store["inbox"].count_documents({}) == 4
