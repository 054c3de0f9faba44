"""Intake on the broker and the database that users run: their versions differ from a local run's."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.messaging.topology import HISTORY_QUEUE, WORK_QUEUES, declare
from tests.harness.history import Told, read_history
from tests.harness.intake import IntakeApi, created
from tests.harness.nodes import running
from tests.harness.waiting import eventually

pytestmark = pytest.mark.containers


@pytest.fixture(scope="module")
async def intake(container_nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    async with running(container_nodes, run_folder, "intake") as run:
        yield run


async def test_an_accepted_application_is_in_the_history(intake: LocalRun) -> None:
    async with httpx.AsyncClient(base_url=intake.urls["intake"]) as http:
        api = IntakeApi(http, intake)
        await api.open_round()
        accepted = created(await api.apply())

    async def told() -> list[Told]:
        return [one for one in await read_history(intake.amqp_url) if one.type == "candidate-applied"]

    [event] = await eventually(told, "candidate-applied in the history")
    assert event.data["application_id"] == accepted["application_id"]
    assert event.sequence == 1


async def test_the_topology_is_there_and_may_be_declared_again(intake: LocalRun) -> None:
    async with await aio_pika.connect(intake.amqp_url) as connection:
        channel = await connection.channel()
        for queue in WORK_QUEUES:
            await channel.declare_queue(queue.name, passive=True)
            await channel.declare_queue(queue.parked, passive=True)
        await channel.declare_queue(HISTORY_QUEUE, passive=True)
        async with asyncio.timeout(30):
            await declare(channel, (0.5,), history_days=365)


async def test_a_message_comes_back_from_its_retry_queue(intake: LocalRun) -> None:
    """At-least-once dead-lettering, which every retry rests on, and which needs feature flags."""
    work = next(queue for queue in WORK_QUEUES if queue.family == "matching")  # nobody consumes it here
    async with await aio_pika.connect(intake.amqp_url) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(
            aio_pika.Message(b"again", delivery_mode=aio_pika.DeliveryMode.PERSISTENT),
            routing_key=work.retry(0.5),
        )
        queue = await channel.get_queue(work.name, ensure=False)

        async def came_back() -> bool:
            while message := await queue.get(fail=False):
                await message.ack()
                if message.body == b"again":
                    return True
            return False

        await eventually(came_back, "the message's return")
