"""A whole process: it starts where it can work, says what is to be done, and leaves nothing half done."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from deploy.local import database as databases
from deploy.local.finder import Parts as Nodes
from deploy.local.ports import free_port
from deploy.local.processes import ROOT, Processes
from shared.events.ids import CandidateId
from shared.ids import new
from shared.messaging import topology
from shared.service import Process
from shared.storage.client import DEAD_AFTER, Database, connect, require_replica_set
from shared.storage.errors import StandaloneDatabase
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import NAME, Toy, at_work, parts_of, settings_of, shortlisted

MakeProcess = Callable[..., Awaitable[Process]]


@asynccontextmanager
async def program(
    nodes: Nodes, amqp_url: str, store: Database, url: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the toy as a program, ready at this URL."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.backbone.toy",
        cwd=ROOT,
        env={
            **os.environ,
            "AMQP_URL": amqp_url,
            "MONGO_URL": nodes.mongo_url,
            "DATABASE": store.name,
            "PORT": url.rpartition(":")[2],
            "AUTH_ISSUER": "http://issuer.local",
            "AUTH_JWKS_URL": "file:///nowhere",
            "CANDIDATE_JWKS_URL": "file:///nowhere",
            "RETRY_DELAYS": "[0.05, 0.1, 0.2]",
            "NOT_YET_DELAYS": "[0.05, 0.1, 0.1]",
            "LOG_LEVEL": "ERROR",
            **environment,
        },
    )
    try:
        await eventually(lambda: reading(url), "a ready program")
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


async def reading(url: str) -> dict[str, Any] | None:
    """Ask a process for its readiness; None where it is not ready."""
    async with httpx.AsyncClient(trust_env=False) as http:
        try:
            answer = await http.get(f"{url}/readyz")
        except httpx.TransportError:
            return None
    return answer.json() if answer.status_code == httpx.codes.OK else None


@pytest.fixture
def url() -> str:
    return f"http://127.0.0.1:{free_port()}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_program_that_is_told_to_stop_ends_with_nothing_half_done(
    nodes: Nodes, hall: str, store: Database, queues: Queues, url: str, number: signal.Signals
) -> None:
    candidates = [new(CandidateId) for _ in range(300)]
    await queues.publish(*map(shortlisted, candidates))
    async with program(nodes, hall, store, url) as started:
        await eventually(lambda: store["tallies"].find_one({}), "work to have begun")
        started.send_signal(number)
        async with asyncio.timeout(10):
            assert await started.wait() == 0
    assert await store["outbox"].count_documents({"state": "waiting"}) == 0
    for lease in await store["leases"].find().to_list(None):
        assert lease["until"] < datetime.now(UTC), "given back"

    async def all_accounted_for() -> bool:
        done = await store["inbox"].count_documents({})
        return done + await queues.count(f"{NAME}.events") == len(candidates)

    await eventually(all_accounted_for, "every message to be done and acknowledged, or neither")


async def test_a_program_says_when_all_has_come_to_rest(
    nodes: Nodes, hall: str, store: Database, queues: Queues, url: str
) -> None:
    await queues.publish(*(shortlisted() for _ in range(20)))
    async with program(nodes, hall, store, url):

        async def at_rest() -> dict[str, Any] | None:
            found = await reading(url)
            return found if found and not any(found["work"].values()) and found["handled"] else None

        found = await eventually(at_rest, "rest")
    assert (found["handled"], found["published"], found["next_due_at"]) == (20, 20, None)


async def test_the_clock_command_moves_a_running_program_and_refuses_outside_a_local_run(
    nodes: Nodes, hall: str, store: Database, url: str
) -> None:
    clock_database = f"{store.name}_clock"
    local = {"LOCAL_RUN": "true", "CLOCK_DATABASE": clock_database, "MONGO_URL": nodes.mongo_url}
    async with program(nodes, hall, store, url, **local):
        code, said = await clock_command("set", "2099-05-14T09:00:00+09:00", **local)
        assert (code, said[:16]) == (0, "2099-05-14T00:00")
        now = await reading(url)
        assert now is not None
        assert now["clock"]["now"].startswith("2099-05-14T00:00")
        assert (await clock_command("set", "2098-01-01T00:00:00Z", **local))[0] == 1
        assert (await clock_command("set", "2100-01-01T00:00:00", **local))[0] == 2, "without an offset"
        code, said = await clock_command("show", **local)
        assert (code, said[:16]) == (0, "2099-05-14T00:00")
    for command in (("set", "2100-01-01T00:00:00Z"), ("show",)):
        code, said = await clock_command(*command, **(local | {"LOCAL_RUN": ""}))
        assert code == 2
        assert "local run" in said
    await store.client.drop_database(clock_database)


async def clock_command(*arguments: str, **environment: str) -> tuple[int, str]:
    ran = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.clock",
        *arguments,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await ran.communicate()
    assert ran.returncode is not None
    assert b"Traceback" not in said, said.decode()
    return ran.returncode, said.decode()


async def test_a_standalone_database_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    if nodes.database is None:
        pytest.skip("no mongod of our own to start alone")
    binary, port = databases._binary(), free_port()
    processes = Processes(tmp_path / "state.json")
    where = ["--dbpath", str(tmp_path), "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    processes.launch("alone", [str(binary), *where], environment=os.environ, log=tmp_path / "log")
    client = connect(f"mongodb://127.0.0.1:{port}", timeout=20)
    try:
        with pytest.raises(StandaloneDatabase, match="--replSet"):
            await require_replica_set(client)
    finally:
        client.close()
        await processes.kill("alone")


async def test_an_index_that_takes_its_time_does_not_keep_a_program_from_starting(
    nodes: Nodes, hall: str, store: Database, toy: Toy
) -> None:
    settings = settings_of(hall, nodes.mongo_url, store.name, storage_timeout=0.5)
    process = Process(parts_of(settings, toy))
    await store["outbox"].insert_one({"_id": "old", "subject": "x", "sequence": 1})
    async with await store.client.start_session() as session:
        with capture_logs() as said:
            async with session.start_transaction():  # an index waits for what is being written
                await store["outbox"].insert_one(
                    {"_id": "new", "subject": "y", "sequence": 1}, session=session
                )
                preparing = asyncio.create_task(process.prepare())
                await asyncio.wait([preparing], timeout=3 * DEAD_AFTER * settings.storage_timeout)
                assert not preparing.done()
            await preparing
    process.client.close()
    assert said == []


async def test_only_what_was_published_and_what_arrived_is_purged_as_late_as_the_settings_say(
    make_process: MakeProcess, toy: Toy
) -> None:
    for days in (400, 500):
        process = await make_process(toy, inbox_days=days)
        for name, field in (("inbox", "arrived_at"), ("outbox", "published_at")):
            indexes = (await process.store[name].index_information()).values()
            purging = {
                one["key"][0][0]: one["expireAfterSeconds"] for one in indexes if "expireAfterSeconds" in one
            }
            assert purging == {field: days * 86400}


async def test_a_connection_that_dies_while_the_topology_is_declared_is_built_anew(
    process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare = topology.declare
    died: list[bool] = []

    async def die_once(*arguments: Any) -> list[str]:
        if not died:
            died.append(True)
            raise asyncio.CancelledError  # what a connection that misses its heartbeat gives who waits on it
        return await declare(*arguments)

    monkeypatch.setattr(topology, "declare", die_once)
    event = shortlisted()
    await queues.publish(event)
    async with at_work(process):
        await eventually(lambda: process.store["tallies"].find_one({"_id": event.candidate_id}), "the effect")
    assert died


async def test_counting_on_a_channel_that_has_just_closed_is_a_lost_connection(process: Process) -> None:
    async with at_work(process):
        await eventually(lambda: not process.broker.troubles, "a link")
        link = process.broker._link
        assert link is not None
        await link.watcher.close()
        process.broker._link = link  # as long as the loss has not been noticed
        with pytest.raises(OSError):  # noqa: PT011  what readiness takes for a broker that is away
            await process.broker.counts()
