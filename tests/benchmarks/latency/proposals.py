"""From the answer to a shortlisting to the last match that is proposed for that candidate, on the wire."""

import asyncio
import json
import time
from collections import Counter
from functools import partial

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from shared.events import MatchProposed
from shared.storage.unit import EVENTS_EXCHANGE
from tests.benchmarks.latency.task import Spread, Task
from tests.benchmarks.load import Connection, Pool, Request, at_a_pace
from tests.benchmarks.sides import serve

CONNECTIONS = 16
LONGEST = 120.0
"""Seconds for the last proposal."""


class Proposed:
    """How many proposals each candidate has, and when the last one came."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.times: dict[str, float] = {}
        self.changed = asyncio.Event()

    async def take(self, message: AbstractIncomingMessage) -> None:
        """Count a proposal."""
        candidate_id = json.loads(message.body)["candidate_id"]
        self.counts[candidate_id] += 1
        self.times[candidate_id] = time.perf_counter()
        self.changed.set()

    async def wait_for(self, total: int) -> None:
        """Return when there are so many."""
        while self.counts.total() < total:
            self.changed.clear()
            await self.changed.wait()


async def shortlist(task: Task) -> Spread:
    """Shortlist everybody at the pace, and wait for all proposals."""
    proposed, answered = Proposed(), dict[str, float]()
    pool = Pool([await Connection.open(task.intake_port) for _ in range(CONNECTIONS)])

    async def one(candidate_id: str, application_id: str) -> None:
        path = f"/applications/{application_id}/shortlisting"
        request = Request(path=path, headers={"Authorization": f"Bearer {task.staff_token}"})
        answered[candidate_id], _ = await pool.send(request.written(), expected=200)

    async with await aio_pika.connect(task.amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS_EXCHANGE, MatchProposed.routing_key)
        await queue.consume(proposed.take, no_ack=True)
        await at_a_pace([partial(one, *item) for item in task.application_ids.items()], task.per_second)
        async with asyncio.timeout(LONGEST):
            await proposed.wait_for(task.count * task.positions)
    measured = sorted(answered, key=answered.__getitem__)[task.warm_up :]
    return Spread.of([proposed.times[one] - answered[one] for one in measured])


if __name__ == "__main__":
    serve(Task, shortlist=shortlist)
