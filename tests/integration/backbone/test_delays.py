"""Delays lie in the broker's queues, each in one of its own; never in a process."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aio_pika
import pytest

from shared.events.envelope import Envelope, body, headers
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging import ladder
from shared.service import Process
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import NOW, Queues
from tests.integration.backbone.test_reactions import rest
from tests.integration.backbone.toy import NAME, Toy, at_work, shortlisted

MakeProcess = Callable[..., Awaitable[Process]]
LONG = f"{NAME}.retry.2700s"


@pytest.fixture
async def patient(make_process: MakeProcess, toy: Toy, queues: Queues) -> AsyncIterator[Process]:
    """The toy, which tries again after 50 milliseconds, then after 45 minutes."""
    yield await make_process(toy, retry_delays=(0.05, 2700))
    await queues.channel.queue_delete(LONG)


async def test_a_delay_of_45_minutes_leaves_nothing_unacknowledged_and_holds_up_no_shorter_one(
    patient: Process, queues: Queues, toy: Toy
) -> None:
    long, short = shortlisted(), shortlisted()
    toy.failing.add(long.application_id)
    toy.stumbling.add(short.application_id)
    async with at_work(patient):
        await queues.publish(long)
        await eventually(lambda: toy.tried.count(long.application_id) == 2, "both tries")
        await queues.publish(short)
        published = time.monotonic()
        await eventually(lambda: toy.tried.count(short.application_id) == 2, "the second try")
        assert time.monotonic() - published < 2
        await eventually(lambda: queues.count(LONG), "the one that waits longer")
        consumer = patient.broker.consumers[0]
        await eventually(lambda: consumer.in_hand == 0, "empty hands")
    assert await queues.count(f"{NAME}.events") == 0, "what it had not acknowledged would be back"
    waiting = await queues.take(LONG)
    assert waiting is not None
    assert waiting.headers[ladder.ATTEMPT] == 2


async def test_two_processes_try_one_without_a_message_id_four_times_in_all(
    process: Process, make_process: MakeProcess, hall: str, queues: Queues, toy: Toy
) -> None:
    other = await make_process(toy)
    event = shortlisted()
    toy.failing.add(event.application_id)
    envelope = Envelope.of(event, id=new(EventId), time=NOW, sequence=1)
    message = aio_pika.Message(body(event), headers={**headers(envelope)})
    async with await aio_pika.connect(hall) as connection:
        plain = await connection.channel(publisher_confirms=False)  # with confirms, the client gives it an id
        await plain.default_exchange.publish(message, f"{NAME}.events")
    assert message.message_id is None
    async with at_work(process), at_work(other):
        parked = await queues.parked()
        await rest(process, handled=0)
        await rest(other, handled=0)
    assert parked.headers[ladder.REASON] == "failed"
    assert toy.tried == [event.application_id] * 4
