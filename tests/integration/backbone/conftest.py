"""A virtual host that all tests of the backbone share (declaring the topology takes its time), and a toy."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from deploy.local.finder import Parts as Nodes
from shared.service import Process
from shared.storage.client import Database
from tests.harness.nodes import virtual_host
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import Toy, parts_of, settings_of


@pytest.fixture(scope="session")
async def hall(nodes: Nodes) -> AsyncIterator[str]:
    """The AMQP URL of the virtual host."""
    async with virtual_host(nodes) as url:
        yield url


@pytest.fixture
async def queues(hall: str) -> AsyncIterator[Queues]:
    """The queues, empty."""
    async with Queues.of(hall) as queues:
        await queues.purge()
        yield queues


@pytest.fixture
def toy() -> Toy:
    return Toy()


@pytest.fixture
async def make_process(
    nodes: Nodes, hall: str, store: Database
) -> AsyncIterator[Callable[..., Awaitable[Process]]]:
    """Make processes on this test's database; they are closed afterwards."""
    made: list[Process] = []

    async def make(toy: Toy, **settings: object) -> Process:
        process = Process(parts_of(settings_of(hall, nodes.mongo_url, store.name, **settings), toy))
        await process.prepare()
        made.append(process)
        return process

    yield make
    for process in made:
        process.client.close()


@pytest.fixture
async def process(
    make_process: Callable[..., Awaitable[Process]],
    toy: Toy,
    queues: Queues,  # noqa: ARG001  they are emptied
) -> Process:
    """The toy as a process, on empty queues, prepared and not yet at work."""
    return await make_process(toy)


@pytest.fixture
async def quiet(make_process: Callable[..., Awaitable[Process]], toy: Toy) -> Process:
    """The toy as a process of which nothing will be at work: its transactions, without a broker."""
    return await make_process(toy)
