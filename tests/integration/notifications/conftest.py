"""Notifications as a process, with a real broker, a real database and a real mail server."""

from collections.abc import AsyncIterator
from pathlib import Path

import aio_pika
import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events import Event
from shared.events.ids import EventId
from shared.events.private import PrivateMessage
from shared.ids import new
from shared.sealing import Sealer
from tests.harness.nodes import running
from tests.harness.notifications import REACHED_AT, Mailbox, Post
from tests.harness.publishing import publish


@pytest.fixture(scope="module")
async def notifications(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Notifications, and intake, whose keys it is told of."""
    async with running(
        nodes, run_folder, "intake", "notifications", environment={"NOTIFICATIONS_URL": REACHED_AT}
    ) as run:
        yield run


@pytest.fixture
def mailbox(notifications: LocalRun) -> Mailbox:
    return Mailbox(notifications)


@pytest.fixture
async def http(notifications: LocalRun) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {notifications.token('staff')}"}
    url = notifications.urls["notifications"]
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def tell(notifications: LocalRun) -> Post:
    async def post(*events: Event, sequence: int = 1) -> None:
        await publish(notifications.amqp_url, *events, sequence=sequence)

    return post


@pytest.fixture
def whisper(notifications: LocalRun) -> Post:
    sealer = Sealer(notifications.keys_folder / "notifications.pub.json")

    async def post(*private: PrivateMessage) -> None:
        connection = await aio_pika.connect(notifications.amqp_url)
        async with connection:
            channel = await connection.channel(on_return_raises=True)
            exchange = await channel.get_exchange("private", ensure=False)
            for message in private:
                sealed = aio_pika.Message(sealer.seal(message).encode(), message_id=new(EventId))
                await exchange.publish(sealed, "notifications.contacts", timeout=10)

    return post
