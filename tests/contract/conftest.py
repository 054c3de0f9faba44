"""A broker as outsiders find it: declared by ours, who are not there."""

import aio_pika
import pytest

from shared.messaging import topology


@pytest.fixture
async def history(amqp_url: str) -> str:
    """A broker on which everything is declared, and nothing has happened yet."""
    async with await aio_pika.connect(amqp_url) as connection:
        await topology.declare(await connection.channel(), [1], history_days=1)
    return amqp_url
