"""Which broker and which database a run uses: the same answer for the demo, the tests and `make up`."""

import asyncio
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelClosed
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from deploy.local import broker as brokers
from deploy.local import database as databases
from deploy.local.broker import Broker
from deploy.local.database import Database
from deploy.local.processes import Processes


class NothingFoundError(Exception):
    """There is no broker or no database; the message is the sentence that says what to install or set."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A broker and a database, and for the private ones the node itself."""

    amqp_url: str
    mongo_url: str
    broker: Broker | None
    database: Database | None

    async def stop(self) -> None:
        """Stop what is private."""
        await asyncio.gather(*(node.stop() for node in (self.broker, self.database) if node))

    def amqp_url_of(self, virtual_host: str | None) -> str:
        """The URL of a virtual host of the broker; without one, the URL as it was found."""
        if virtual_host is None:
            return self.amqp_url
        return urlunsplit(urlsplit(self.amqp_url)._replace(path=f"/{virtual_host}"))


async def find(folder: Path, processes: Processes, environment: Mapping[str, str] = os.environ) -> Parts:
    """Take AMQP_URL and MONGO_URL where they are set, else start private nodes under `folder`.

    NothingFoundError says in one sentence what to install or set; StartFailedError, what did not start.
    """
    amqp_url, mongo_url = environment.get("AMQP_URL"), environment.get("MONGO_URL")
    await _check_machine(needs_broker=not amqp_url, needs_database=not mongo_url)
    await _check_urls(amqp_url, mongo_url)
    broker = None if amqp_url else Broker(folder / "rabbitmq", processes)
    database = None if mongo_url else Database(folder / "mongodb", processes)
    parts = Parts(
        amqp_url=amqp_url or (broker.url if broker else ""),
        mongo_url=mongo_url or (database.url if database else ""),
        broker=broker,
        database=database,
    )
    try:
        async with asyncio.TaskGroup() as starting:
            for node in (broker, database):
                if node:
                    starting.create_task(node.start())
    except BaseExceptionGroup as failures:
        await parts.stop()
        raise failures.exceptions[0] from None
    return parts


async def _check_machine(*, needs_broker: bool, needs_database: bool) -> None:
    no_broker = brokers.missing() if needs_broker else None
    no_database = await databases.missing() if needs_database else None
    advice = [
        f"{no_broker}: install it (apt-get install rabbitmq-server), or set AMQP_URL" if no_broker else "",
        f"{no_database}: set MONGO_URL to a replica set of your own" if no_database else "",
    ]
    if any(advice):
        raise NothingFoundError("; ".join(filter(None, advice)) + ".")


async def _check_urls(amqp_url: str | None, mongo_url: str | None) -> None:
    try:
        if amqp_url:
            await (await aio_pika.connect(amqp_url, timeout=10)).close()
    except (OSError, AMQPError, TimeoutError) as error:
        msg = f"AMQP_URL is set, but no broker lets us in there ({error})."
        raise NothingFoundError(msg) from error
    try:
        if mongo_url and not await _has_transactions(mongo_url):
            msg = "MONGO_URL is set, but what is there is no replica set, and only that has transactions."
            raise NothingFoundError(msg)
    except PyMongoError as error:
        msg = f"MONGO_URL is set, but no database lets us in there ({error})."
        raise NothingFoundError(msg) from error


async def _has_transactions(mongo_url: str) -> bool:
    async with AsyncMongoClient[dict[str, object]](mongo_url, serverSelectionTimeoutMS=10_000) as client:
        hello = await client.admin.command("hello")
        return "setName" in hello or hello.get("msg") == "isdbgrid"


async def holds_anything(parts: Parts, services: Iterable[str], prefix: str = "") -> str | None:
    """What of ours a broker or a database already holds, as a sentence; None when they are empty."""
    return await _documents(parts.mongo_url, [prefix + name for name in (*services, "clock")]) or (
        await _events(parts.amqp_url)
    )


async def _documents(mongo_url: str, names: list[str]) -> str | None:
    async with AsyncMongoClient[dict[str, object]](mongo_url, serverSelectionTimeoutMS=10_000) as client:
        for name in set(names) & set(await client.list_database_names()):
            for collection in await client[name].list_collection_names():
                if await client[name][collection].find_one({}, {"_id": 1}) is not None:
                    return f"MONGO_URL already holds data (database {name}, collection {collection})"
    return None


async def _events(amqp_url: str) -> str | None:
    async with await aio_pika.connect(amqp_url, timeout=10) as connection:
        try:
            channel = await connection.channel()
            await channel.get_queue("events.history", ensure=True)
        except ChannelClosed:
            return None  # There is no such queue.
        if await _has_a_message(await connection.channel()):
            return "AMQP_URL already holds events (stream events.history)"
    return None


async def _has_a_message(channel: AbstractChannel) -> bool:
    """Whether the stream holds anything: read, since a stream's own count is not to be trusted."""
    seen = asyncio.Event()

    async def see(message: AbstractIncomingMessage) -> None:
        await message.ack()
        seen.set()

    await channel.set_qos(prefetch_count=1)
    history = await channel.get_queue("events.history", ensure=False)
    await history.consume(see, arguments={"x-stream-offset": "first"})
    try:
        async with asyncio.timeout(1):
            await seen.wait()
    except (TimeoutError, AMQPError):
        return False
    return True
