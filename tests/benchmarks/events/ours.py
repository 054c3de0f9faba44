"""Our side: a service's process that counts, by the same consumer and relay as every service."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from deploy.local.waiting import until
from shared.events import CandidateApplied
from shared.events.ids import CandidateId
from shared.interpreter import collect_seldom, switch_often
from shared.messaging.broker import Broker
from shared.messaging.reactions import Reactions
from shared.service import Parts, Process
from shared.settings import Settings
from shared.storage.collection import Collection
from shared.storage.unit import UnitOfWork
from shared.telemetry import configure
from tests.benchmarks.events.task import Task
from tests.benchmarks.sides import LONGEST, Measured, serve

NAME = "matching"
"""The bench reads matching's queue, since the topology is the programme's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How often a candidate has applied, and from where the last time."""

    candidate_id: CandidateId
    count: int = 0
    country: str = ""


tallies = Collection(Tally, "tallies", id="candidate_id")
reactions = Reactions()


@reactions.on(CandidateApplied, reads=lambda event: [tallies.key(event.candidate_id)])
async def count(event: CandidateApplied, unit: UnitOfWork) -> None:
    """Count an application."""
    tally = await unit.get(tallies, event.candidate_id) or Tally(candidate_id=event.candidate_id)
    unit.save(tallies, replace(tally, count=tally.count + 1, country=event.country))


async def consume(task: Task) -> Measured:
    """Measure the consumer: from the warm-up's last event to the last of all."""
    process = _process(task)
    async with _at_work(process):
        return await _measured(lambda: process.broker.consumers[0].handled, task)


async def relay(task: Task) -> Measured:
    """Measure the relay, in a process that does not read as well what it publishes."""
    process = _process(task)
    process.broker = Broker(process.parts.settings, process.broker.relay, consumers=())
    async with _at_work(process):
        return await _measured(lambda: process.broker.relay.published, task)


def _process(task: Task) -> Process:
    settings = Settings.model_validate(
        {
            "amqp_url": task.amqp_url,
            "mongo_url": task.mongo_url,
            "database": task.database,
            "port": 0,
            "auth_issuer": "http://issuer.local",
            "auth_jwks_url": "file:///nowhere",
            "candidate_jwks_url": "file:///nowhere",
            **({"prefetch": task.at_once} if task.at_once else {}),
        }
    )
    return Process(
        Parts(
            name=NAME,
            description="A bench",
            settings=settings,
            collections=[tallies],
            routers=[],
            reactions=reactions,
        )
    )


@asynccontextmanager
async def _at_work(process: Process) -> AsyncIterator[None]:
    await process.prepare()
    loop = asyncio.create_task(process.broker.run())
    try:
        yield
    finally:
        process.broker.stopping.set()
        process.broker.draining.set()
        await loop
        process.client.close()


async def _measured(done: Callable[[], int], task: Task) -> Measured:
    begun, first = await _when(done, task.warm_up)
    ended, last = await _when(done, task.count)
    return Measured(count=last - first, seconds=ended - begun)


async def _when(done: Callable[[], int], wanted: int) -> tuple[float, int]:
    """Return the time and the count as soon as a counter moves to what is wanted or beyond."""

    async def is_there() -> bool:
        return done() >= wanted

    if not await until(is_there, within=LONGEST):
        raise TimeoutError(f"{done()} of {wanted} were done")
    return time.perf_counter(), done()


if __name__ == "__main__":
    configure(NAME, "INFO", "json")
    collect_seldom()
    switch_often()
    serve(Task, consume=consume, relay=relay)
