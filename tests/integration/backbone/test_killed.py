"""A process that is killed at any moment of its work leaves nothing half done, and takes no neighbour with it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from deploy.local.finder import Parts as Nodes
from deploy.local.processes import ROOT, end_with_me
from shared.messaging import ladder
from shared.messaging.parking import Wanted
from shared.service import Process
from shared.storage.client import Client, Database
from tests.harness.parameters import parameter
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.test_operating import Terminal
from tests.integration.backbone.test_reactions import rest, tally_of
from tests.integration.backbone.test_relay import nothing_waits
from tests.integration.backbone.toy import NAME, Toy, at_work, shortlisted

Die = Callable[[Sequence[str]], Awaitable[None]]
MOMENTS = ("inbox", "tallies", "outbox", "commit", "committed", "marking")
"""Between every two writes: each is about to be made when the process is killed."""


@pytest.fixture
async def die(nodes: Nodes, hall: str, store: Database, client: Client) -> AsyncIterator[Die]:
    """Have the toy live and die as a program of its own, once for each moment."""

    async def run(moments: Sequence[str]) -> None:
        program = await asyncio.create_subprocess_exec(
            *end_with_me([sys.executable, "-m", "tests.integration.backbone.dying"]),
            cwd=ROOT,
            env={
                **os.environ,
                "DEATHS": json.dumps(moments),
                "AMQP_URL": hall,
                "MONGO_URL": nodes.mongo_url,
                "DATABASE": store.name,
                "AUTH_ISSUER": "http://issuer.local",
                "AUTH_JWKS_URL": "file:///nowhere",
                "CANDIDATE_JWKS_URL": "file:///nowhere",
                "RETRY_DELAYS": "[0.05, 0.1, 0.2]",
                "NOT_YET_DELAYS": "[0.05, 0.1, 0.1]",
                "LEASE_SECONDS": "0.5",
                "LOG_LEVEL": "ERROR",
            },
        )
        async with asyncio.timeout(60):
            assert await program.wait() == 0

    # What a killed process has written stays locked until the server ends its transaction.
    async with parameter(client, "transactionLifetimeLimitSeconds", 1):
        yield run


async def test_whatever_write_it_was_killed_before_each_effect_and_each_event_is_there_once(
    process: Process, queues: Queues, die: Die
) -> None:
    event = shortlisted()
    await queues.publish(event)
    await die(MOMENTS)
    async with at_work(process):
        await rest(process, handled=0)
        await nothing_waits(process)
    assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
    assert await process.store["inbox"].count_documents({}) == 1
    (entry,) = await process.store["outbox"].find().to_list(None)
    told = [
        (passed.envelope.id, passed.message.body)
        for passed in await queues.history()
        if passed.envelope.subject == event.candidate_id and passed.envelope.type == entry["type"]
    ]
    assert len(told) > 1, "the process that was killed before it marked it had published it"
    assert set(told) == {(entry["_id"], entry["body"])}


@pytest.fixture
async def low_limit(nodes: Nodes, hall: str) -> AsyncIterator[None]:
    """Have the broker give up a message after its third delivery, not its 21st."""
    if nodes.broker is None:
        pytest.skip("no node of our own to tell")
    where = ("-p", hall.rpartition("/")[2])
    limit = '{"delivery-limit": 2}'
    await nodes.broker.control("set_policy", *where, "low", f"^{NAME}[.]events$", limit)
    yield
    await nodes.broker.control("clear_policy", *where, "low")


@pytest.mark.usefixtures("low_limit")
async def test_one_that_kills_the_process_is_parked_alone_and_when_replayed_climbs_the_ladder_like_any_other(
    process: Process, queues: Queues, toy: Toy, die: Die
) -> None:
    events = [shortlisted() for _ in range(30)]
    killer = events[12].application_id
    await queues.publish(*events)
    await die([killer] * 3)
    toy.failing.add(killer)
    terminal = Terminal(process)
    async with at_work(process):
        await rest(process, handled=0)
        assert await process.store["tallies"].count_documents({"sequence": 1}) == 29
        assert await queues.count(f"{NAME}.parked") == 1
        assert await terminal.operator.list_parked(NAME) == 0
        assert "delivery-limit" in terminal.printed()
        assert await terminal.operator.replay_parked(NAME, Wanted(reason="delivery-limit")) == 0
        parked = await queues.parked()
    assert toy.tried.count(killer) == 4
    assert parked.headers[ladder.REASON] == "failed"
    assert "x-death" not in parked.headers, "with which it might have stuck on its way"
