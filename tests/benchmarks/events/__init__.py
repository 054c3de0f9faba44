"""Events a second: our consumer and relay, beside aio-pika without a database and FastStream with one."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from shared.messaging.topology import events_queue
from shared.storage.client import Client, connect, create_collection, create_indexes, database
from shared.storage.inbox import INBOX
from shared.storage.outbox import OUTBOX, OUTBOX_INDEXES, PUBLISHED
from tests.benchmarks.events import loading
from tests.benchmarks.events.ours import NAME, tallies
from tests.benchmarks.events.task import Task
from tests.benchmarks.frame import Bench, Figures, Ratio, Side
from tests.benchmarks.place import Place, place
from tests.benchmarks.sides import Measured, run_side
from tests.harness.nodes import new_name

QUEUE = events_queue(NAME).name
PACKAGE = "tests.benchmarks.events"
COUNT, WARM_UP = 22_000, 2_000
FASTSTREAM_COUNT, FASTSTREAM_WARM_UP = 2_500, 500
PREFETCH, FASTSTREAM_PREFETCH = 200, 64
IN_FLIGHT = 500
"""With which aio-pika alone publishes fastest here; fewer are slower, more are not faster."""
A_YEAR = 1_000_000
FULL = "full"


@dataclass(frozen=True, slots=True)
class Consuming:
    """Consuming what lies on the queue."""

    place: Place
    client: Client
    name: str
    module: str
    count: int = COUNT
    warm_up: int = WARM_UP
    prefetch: int = PREFETCH
    database: str | None = None
    """A database that stays; else each round has one of its own."""

    async def measure(self) -> Figures:
        """Fill the queue, consume it in a process of its own, and see that each event had its effect once."""
        await loading.fill_queue(self.place.amqp_url, QUEUE, self.count)
        task = _task(self.place, self.database or new_name(), self.count, self.warm_up, self.prefetch)
        measured = await run_side(f"{PACKAGE}.{self.module}", "consume", task, self.place.folder, Measured)
        if self.module != "aio_pika_alone":
            await self._check(task)
        return {self.name: measured.per_second}

    async def _check(self, task: Task) -> None:
        store = database(self.client, task.database)
        counts = [one["count"] async for one in store[tallies.name].find({}, {"count": 1})]
        if sum(counts) != task.count:
            raise RuntimeError(f"{self.name}: {sum(counts)} effects of {task.count} events")
        await store[tallies.name].delete_many({})
        if self.database is None:
            await self.client.drop_database(task.database)


@dataclass(frozen=True, slots=True)
class Relaying:
    """Publishing what waits in the outbox."""

    place: Place
    client: Client

    async def measure(self) -> Figures:
        """Fill the outbox, relay it in a process of its own, and see that all is marked."""
        task = _task(self.place, new_name(), COUNT, WARM_UP, 0)
        store = database(self.client, task.database)
        await create_collection(store, OUTBOX)
        await create_indexes(store, OUTBOX, OUTBOX_INDEXES)
        await loading.fill_outbox(store, COUNT)
        measured = await run_side(f"{PACKAGE}.ours", "relay", task, self.place.folder, Measured)
        marked = await store[OUTBOX].count_documents({"state": PUBLISHED})
        if marked != COUNT:
            raise RuntimeError(f"{marked} entries of {COUNT} were published")
        await self.client.drop_database(task.database)
        await loading.purge(self.place.amqp_url)
        return {"relay": measured.per_second}


@dataclass(frozen=True, slots=True)
class Publishing:
    """Publishing the same with aio-pika alone."""

    place: Place

    async def measure(self) -> Figures:
        """Publish in a process of its own."""
        task = _task(self.place, "none", COUNT, WARM_UP, IN_FLIGHT)
        measured = await run_side(f"{PACKAGE}.aio_pika_alone", "publish", task, self.place.folder, Measured)
        await loading.purge(self.place.amqp_url)
        return {"aio_pika_publish": measured.per_second}


def _task(at: Place, database: str, count: int, warm_up: int, at_once: int) -> Task:
    return Task(
        amqp_url=at.amqp_url,
        mongo_url=at.mongo_url,
        database=database,
        count=count,
        warm_up=warm_up,
        at_once=at_once,
    )


@asynccontextmanager
async def _open(wanted: frozenset[str]) -> AsyncIterator[Sequence[Side]]:
    async with place() as at:
        client = connect(at.mongo_url, timeout=30)
        try:
            await loading.prepare(at.amqp_url)
            if "consume_full" in wanted:
                await _fill(client)
            yield [side for side in _sides(at, client) if side.name in wanted]
        finally:
            client.close()


async def _fill(client: Client) -> None:
    store = database(client, FULL)
    for name in (OUTBOX, INBOX):
        await create_collection(store, name)
    await create_indexes(store, OUTBOX, OUTBOX_INDEXES)
    await loading.fill_with_a_year(client, FULL, A_YEAR)
    await client.admin.command("fsync")  # or a checkpoint of all that would be written during the first round


def _sides(at: Place, client: Client) -> list[Side]:
    consuming = [
        Consuming(at, client, "consume", "ours"),
        Consuming(at, client, "consume_full", "ours", database=FULL),
        Consuming(at, client, "aio_pika_consume", "aio_pika_alone"),
        Consuming(
            at,
            client,
            "faststream_consume",
            "faststream_motor",
            FASTSTREAM_COUNT,
            FASTSTREAM_WARM_UP,
            FASTSTREAM_PREFETCH,
        ),
    ]
    return [
        *(Side(name=one.name, measure=one.measure) for one in consuming),
        Side(name="relay", measure=Relaying(at, client).measure),
        Side(name="aio_pika_publish", measure=Publishing(at).measure),
    ]


BENCH = Bench(
    name="events",
    unit="events/s",
    ratios=[
        Ratio(key="consume_vs_aio_pika", of="consume", to="aio_pika_consume", at_least=0.60),
        Ratio(key="consume_vs_faststream", of="consume", to="faststream_consume", at_least=10),
        Ratio(key="relay_vs_aio_pika", of="relay", to="aio_pika_publish", at_least=0.60),
        Ratio(key="consume_full_vs_empty", of="consume_full", to="consume", at_least=0.9),
    ],
    open=_open,
)
