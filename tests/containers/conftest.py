"""RabbitMQ and MongoDB from the images that users run, where a Docker engine has them; nothing is pulled.

What a person has set for testcontainers in the environment stands. Without it: no Ryuk where its image is missing
(the containers are removed when the tests end, unless they are killed), and 127.0.0.1 for an engine of this machine,
which testcontainers looks for elsewhere when it believes itself to be in a container.
"""

import asyncio
import gc
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from testcontainers.core.config import ConnectionMode, testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from deploy.local.finder import Parts
from tests.harness.waiting import eventually

RABBITMQ = "rabbitmq:4-management"
MONGODB = "mongo:8.0"
START_SECONDS = 90
ENGINE_OF_THIS_MACHINE = Path("/var/run/docker.pid")


@pytest.fixture(scope="session")
def engine() -> None:
    """A Docker engine that has both images; else the tests are skipped, and say why."""
    client = _client()
    if client is None:
        pytest.skip("no Docker engine answers")
    missing = [image for image in (RABBITMQ, MONGODB) if not client.client.images.list(name=image)]
    if missing:
        pytest.skip(f"the Docker engine has no image {' and no image '.join(missing)} (docker pull)")
    _adapt(client)


def _client() -> DockerClient | None:
    with warnings.catch_warnings():
        # Where nothing answers, Docker's client leaves its socket to the garbage collector.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            client = DockerClient()
            client.client.ping()
        except Exception:
            client = None
        gc.collect()
    return client


def _adapt(client: DockerClient) -> None:
    ryuk = client.client.images.list(name=testcontainers_config.ryuk_image)
    if "TESTCONTAINERS_RYUK_DISABLED" not in os.environ and not ryuk:
        testcontainers_config.ryuk_disabled = True
    if testcontainers_config.connection_mode_override is None and ENGINE_OF_THIS_MACHINE.exists():
        testcontainers_config.connection_mode_override = ConnectionMode.docker_host
        testcontainers_config.tc_host_override = testcontainers_config.tc_host_override or "127.0.0.1"


@pytest.fixture(scope="session")
def container_nodes(engine: None) -> Iterator[Parts]:  # noqa: ARG001  it says whether there can be any
    """A broker and a database in containers of their own."""
    with _broker() as broker, _database() as database:
        mongo_url = f"mongodb://{_address(database, 27017)}/?directConnection=true"
        asyncio.run(_initiate(mongo_url))
        amqp_url = f"amqp://enmusubi:enmusubi@{_address(broker, 5672)}/"
        yield Parts(amqp_url=amqp_url, mongo_url=mongo_url, broker=None, database=None)


def _broker() -> DockerContainer:
    container = DockerContainer(RABBITMQ, hostname="rabbitmq").with_exposed_ports(5672)
    container.with_envs(RABBITMQ_DEFAULT_USER="enmusubi", RABBITMQ_DEFAULT_PASS="enmusubi")
    return container.waiting_for(_says("Server startup complete"))


def _database() -> DockerContainer:
    container = DockerContainer(MONGODB).with_exposed_ports(27017)
    container.with_command(["mongod", "--replSet", "rs0", "--bind_ip_all"])
    return container.waiting_for(_says("Waiting for connections"))


def _says(line: str) -> LogMessageWaitStrategy:
    return LogMessageWaitStrategy(line).with_startup_timeout(START_SECONDS)


def _address(container: DockerContainer, port: int) -> str:
    return f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"


async def _initiate(mongo_url: str) -> None:
    """Make the database a replica set of one, and wait until it takes writes."""
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        member = {"_id": 0, "host": "127.0.0.1:27017"}
        await client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})

        async def is_primary() -> bool:
            return bool((await client.admin.command("hello"))["isWritablePrimary"])

        await eventually(is_primary, "a primary")
