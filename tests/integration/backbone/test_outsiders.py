"""What anybody may publish: an event under another's key, headers that are ours, headers that fill a frame."""

from collections.abc import AsyncIterator

import pytest
from pamqp.common import FieldTable
from pamqp.encode import field_table

from shared.events import CandidateShortlisted
from shared.events.envelope import Envelope, body, headers
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging import ladder
from shared.messaging.onward import LEFT_OUT
from shared.messaging.parking import Wanted
from shared.service import Process
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import NOW, Queues
from tests.integration.backbone.test_operating import Terminal, at_least
from tests.integration.backbone.test_reactions import rest, tally_of
from tests.integration.backbone.toy import NAME, Toy, at_work, shortlisted

FORGED = "external.acme.lesson-held.v1"
OWN = CandidateShortlisted.routing_key
FRAME = 130_980
"""Bytes of a header that the broker takes, and that leave no room for another in its frame."""


async def send_forged(queues: Queues, **others: str) -> tuple[CandidateShortlisted, EventId]:
    """Publish an event under a key that is not its own."""
    event, id_ = shortlisted(), new(EventId)
    envelope = headers(Envelope.of(event, id=id_, time=NOW, sequence=1))
    await queues.send(body(event), {**envelope, **others}, FORGED, message_id=id_)
    return event, id_


@pytest.fixture
async def misled(queues: Queues) -> AsyncIterator[None]:
    """Have what is published under the wrong key come to the toy's queue."""
    queue = await queues.channel.get_queue(f"{NAME}.events", ensure=False)
    await queue.bind("events", FORGED)
    yield
    await queue.unbind("events", FORGED)


async def test_what_came_under_another_key_is_no_event_of_the_history(queues: Queues) -> None:
    _, forged = await send_forged(queues)
    await queues.publish(shortlisted(), id=(known := new(EventId)))
    ids = [passed.envelope.id for passed in await queues.history()]
    assert known in ids
    assert forged not in ids


async def test_what_came_under_another_key_is_not_redelivered(process: Process, queues: Queues) -> None:
    await process.store["inbox"].insert_one({"_id": "another", "hash": "x"})
    event, _ = await send_forged(queues)
    await queues.publish(other := shortlisted())
    await queues.purge()
    await Terminal(process).operator.redeliver(NAME, process.store.name)
    sent = [await queues.take(f"{NAME}.events") for _ in range(await queues.count(f"{NAME}.events"))]
    bodies = [message.body for message in sent if message is not None]
    assert body(other) in bodies
    assert body(event) not in bodies


@pytest.mark.usefixtures("misled")
@pytest.mark.parametrize("others", [{}, {ladder.ROUTING_KEY: OWN}])
async def test_what_came_under_another_key_has_no_effect_when_it_is_replayed(
    process: Process, queues: Queues, toy: Toy, others: dict[str, str]
) -> None:
    event, _ = await send_forged(queues, **others)
    terminal = Terminal(process)
    async with at_work(process):
        await eventually(lambda: at_least(queues, 1), "it parked")
        await terminal.operator.replay_parked(NAME, Wanted())
        await rest(process, handled=2)
        parked = await queues.parked()
    assert (parked.headers[ladder.REASON], parked.headers["enmusubi-replays"]) == ("bad-header", 1)
    assert parked.headers[ladder.ROUTING_KEY] == FORGED
    assert event.application_id not in toy.tried


@pytest.mark.usefixtures("misled")
@pytest.mark.parametrize("others", [{}, {ladder.ROUTING_KEY: OWN}])
async def test_what_the_broker_parked_under_another_key_has_no_effect_when_it_is_replayed(
    process: Process, queues: Queues, toy: Toy, others: dict[str, str]
) -> None:
    event, _ = await send_forged(queues, **others)
    await dead_letter(queues)
    await Terminal(process).operator.replay_parked(NAME, Wanted())
    async with at_work(process):
        parked = await queues.parked()
    assert parked.headers[ladder.REASON] == "bad-header"
    assert event.application_id not in toy.tried


async def dead_letter(queues: Queues) -> None:
    """Have the broker park what comes."""
    queue = await queues.channel.get_queue(f"{NAME}.events", ensure=False)
    message = await eventually(lambda: queue.get(fail=False), "the message")
    await message.reject(requeue=False)
    await eventually(lambda: at_least(queues, 1), "it parked by the broker")


async def test_what_the_broker_parked_has_its_effect_when_it_is_replayed(
    process: Process, queues: Queues
) -> None:
    event = shortlisted()
    await queues.publish(event)
    await dead_letter(queues)
    await Terminal(process).operator.replay_parked(NAME, Wanted())
    async with at_work(process):
        await tally_of(process, event.candidate_id)


async def test_what_an_operator_put_onto_a_queue_is_tried_again_like_any_other(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    toy.stumbling.add(event.application_id)
    await queues.publish(event)
    taken = await eventually(lambda: queues.take(f"{NAME}.events"), "the message")
    await queues.channel.default_exchange.publish(taken, f"{NAME}.events")
    async with at_work(process):
        await tally_of(process, event.candidate_id)
    assert toy.tried == [event.application_id] * 2


async def test_what_fills_a_frame_with_headers_is_parked_and_holds_nobody_up(
    process: Process, queues: Queues
) -> None:
    await queues.send(b"x", {"junk": "x" * FRAME}, OWN, message_id="large")
    neighbour = shortlisted()
    await queues.publish(neighbour)
    async with at_work(process):
        parked = await queues.parked()
        await tally_of(process, neighbour.candidate_id)
        await rest(process, handled=2)
    assert parked.headers[ladder.REASON] == "missing-header"
    assert parked.headers[LEFT_OUT] == 1
    assert "junk" not in parked.headers


async def test_an_event_with_headers_that_fill_a_frame_climbs_the_ladder_with_its_envelope(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    toy.failing.add(event.application_id)
    envelope: FieldTable = {**headers(Envelope.of(event, id=new(EventId), time=NOW, sequence=1))}
    junk = "x" * (FRAME - len(field_table(envelope)))
    await queues.send(body(event), {"junk": junk, **envelope}, OWN)
    async with at_work(process):
        parked = await queues.parked()
    assert (parked.headers[ladder.REASON], parked.headers[ladder.ATTEMPT]) == ("failed", 4)
    assert {key: parked.headers.get(key) for key in envelope} == envelope
    assert "junk" not in parked.headers
    assert parked.headers[LEFT_OUT] == 1
