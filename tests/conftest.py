"""Real RabbitMQ and MongoDB for whoever asks: started once, private unless AMQP_URL and MONGO_URL are set."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.finder import Parts, find
from deploy.local.processes import Processes
from shared.storage.client import Client, Database, connect, database
from tests.harness.nodes import new_name, virtual_host


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nodes and processes of this test run keep what is theirs."""
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def nodes(run_folder: Path) -> Iterator[Parts]:
    """A broker and a database, shared by all tests."""
    processes = Processes(run_folder / "state.json")
    parts = asyncio.run(find(run_folder / "nodes", processes))
    yield parts
    asyncio.run(parts.stop())


@pytest.fixture
async def amqp_url(nodes: Parts) -> AsyncIterator[str]:
    """A virtual host of this test's own."""
    async with virtual_host(nodes) as url:
        yield url


@pytest.fixture
async def client(nodes: Parts) -> AsyncIterator[Client]:
    """A client of the shared database."""
    connected = connect(nodes.mongo_url, timeout=5)
    yield connected
    connected.close()


@pytest.fixture
async def store(client: Client) -> AsyncIterator[Database]:
    """A database of this test's own."""
    name = new_name()
    yield database(client, name)
    await client.drop_database(name)
