"""A virtual host for what RabbitMQ and its client really do: plain AMQP, nothing of ours."""

from collections.abc import AsyncIterator

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from deploy.local.finder import Parts as Nodes
from tests.harness.nodes import virtual_host


@pytest.fixture(scope="session")
async def place(nodes: Nodes) -> AsyncIterator[str]:
    """The AMQP URL of the virtual host."""
    async with virtual_host(nodes) as url:
        yield url


@pytest.fixture
async def channel(place: str) -> AsyncIterator[AbstractChannel]:
    """A channel with confirms, to which what no queue takes is an error."""
    async with await aio_pika.connect(place) as connection:
        yield await connection.channel(on_return_raises=True)
