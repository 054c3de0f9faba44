"""Two replicas of each service, made once; every test finds them with nothing in their database."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

import services.intake.app
import services.matching.app
import services.notifications.app
import services.scheduling.app
from deploy.local.environment import Surroundings, environment_of
from deploy.local.finder import Parts as Nodes
from deploy.local.keys import make_keys, token
from deploy.local.run import NOBODY
from shared.service import Parts, Process
from tests.harness.nodes import new_name
from tests.integration.races.replicas import Replica, Replicas

Build = Callable[[], Parts]
Fresh = Callable[[Build, str], Awaitable[Replicas]]


@asynccontextmanager
async def two_of(build: Build, service: str, nodes: Nodes, folder: Path) -> AsyncIterator[Replicas]:
    """Put a service together twice, on a database of its own. Nothing of it runs, so it needs no broker."""
    around = Surroundings(
        amqp_url=nodes.amqp_url,
        mongo_url=nodes.mongo_url,
        database_prefix=f"{new_name()}_",
        smtp_port=9,
        intake_url=NOBODY,
        keys=make_keys(folder / "keys"),
    )
    with mock.patch.dict(os.environ, environment_of(service, 0, around) | {"LESSON_WEEKS": "2"}):
        first, second = (Replica(Process(build()), partial(token, around.keys)) for _ in range(2))
    await first.process.prepare()
    try:
        yield Replicas(first, second)
    finally:
        await first.process.client.drop_database(first.process.store.name)
        await first.close()
        await second.close()


@pytest.fixture(scope="session")
async def all_of_two(nodes: Nodes, run_folder: Path) -> AsyncIterator[Fresh]:
    """Make two replicas of a service when they are asked for first; give them, each time with an empty database."""
    made: dict[Build, Replicas] = {}
    async with AsyncExitStack() as ends:

        async def fresh(build: Build, service: str) -> Replicas:
            if build not in made:
                made[build] = await ends.enter_async_context(two_of(build, service, nodes, run_folder))
            await made[build].empty()
            return made[build]

        yield fresh


@pytest.fixture
async def intake(all_of_two: Fresh) -> Replicas:
    return await all_of_two(services.intake.app.build, "intake")


@pytest.fixture
async def matching(all_of_two: Fresh) -> Replicas:
    return await all_of_two(services.matching.app.build, "matching")


@pytest.fixture
async def scheduling(all_of_two: Fresh) -> Replicas:
    return await all_of_two(services.scheduling.app.build, "scheduling")


@pytest.fixture
async def notifications(all_of_two: Fresh) -> Replicas:
    return await all_of_two(services.notifications.app.build, "notifications")
