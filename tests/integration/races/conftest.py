"""Two replicas of each service, made once; every test finds them with nothing in their database."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
async def two_of_intake(nodes: Nodes, run_folder: Path) -> AsyncIterator[Replicas]:
    async with two_of(services.intake.app.build, "intake", nodes, run_folder) as replicas:
        yield replicas


@pytest.fixture(scope="session")
async def two_of_matching(nodes: Nodes, run_folder: Path) -> AsyncIterator[Replicas]:
    async with two_of(services.matching.app.build, "matching", nodes, run_folder) as replicas:
        yield replicas


@pytest.fixture(scope="session")
async def two_of_scheduling(nodes: Nodes, run_folder: Path) -> AsyncIterator[Replicas]:
    async with two_of(services.scheduling.app.build, "scheduling", nodes, run_folder) as replicas:
        yield replicas


@pytest.fixture(scope="session")
async def two_of_notifications(nodes: Nodes, run_folder: Path) -> AsyncIterator[Replicas]:
    async with two_of(services.notifications.app.build, "notifications", nodes, run_folder) as replicas:
        yield replicas


@pytest.fixture
async def intake(two_of_intake: Replicas) -> Replicas:
    await two_of_intake.empty()
    return two_of_intake


@pytest.fixture
async def matching(two_of_matching: Replicas) -> Replicas:
    await two_of_matching.empty()
    return two_of_matching


@pytest.fixture
async def scheduling(two_of_scheduling: Replicas) -> Replicas:
    await two_of_scheduling.empty()
    return two_of_scheduling


@pytest.fixture
async def notifications(two_of_notifications: Replicas) -> Replicas:
    await two_of_notifications.empty()
    return two_of_notifications
