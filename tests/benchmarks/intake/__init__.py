"""Accepted applications a second: intake, with its relay paused and running, beside a bare route with one insert."""

import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from deploy.local.ports import answers, free_port
from deploy.local.run import LocalRun
from deploy.local.waiting import until
from shared.storage.client import Client, Database, connect, database
from shared.storage.lease import LEASES
from tests.benchmarks.frame import Bench, Figures, Ratio, Side
from tests.benchmarks.intake.task import Task
from tests.benchmarks.place import Place, place, rest
from tests.benchmarks.sides import Measured, run_side
from tests.harness.intake import IntakeApi
from tests.harness.nodes import new_name

COUNT, WARM_UP = 4_500, 500
CONNECTIONS = 64
GREETING = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
DRAINED_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare route."""

    place: Place
    client: Client

    async def measure(self) -> Figures:
        """Start it, apply, and see that each application is there."""
        name, port = new_name(), free_port()
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.intake.bare",
            self.place.mongo_url,
            name,
            str(port),
        ]
        log = self.place.folder / "bare.log"
        self.place.processes.launch("bare", command, environment=os.environ, log=log)
        try:
            await until(lambda: answers(port, GREETING), within=30)
            rate = await _apply(self.place, port)
        finally:
            await self.place.processes.end("bare")
        stored = await self.client[name]["applications"].count_documents({})
        if stored != COUNT:
            raise RuntimeError(f"{stored} of {COUNT} are stored")
        await self.client.drop_database(name)
        return {"bare_insert": rate}


@dataclass(frozen=True, slots=True)
class Intake:
    """Intake as it runs in production: its clock does not move."""

    place: Place
    run: LocalRun
    store: Database
    name: str
    relay_runs: bool

    async def measure(self) -> Figures:
        """Start it with its relay free or held up, apply, and see that each was accepted once."""
        before = await self.store["applications"].count_documents({})
        await _hold_up_relay(self.store, seconds=0 if self.relay_runs else 3600)
        await self.run.start("intake")
        try:
            if self.relay_runs:
                await rest(self.run, "intake", within=DRAINED_WITHIN)
            rate = await _apply(self.place, self.run.port_of("intake"))
        finally:
            await self.run.stop("intake")
        accepted = await self.store["applications"].count_documents({"state": "applied"}) - before
        if accepted != COUNT:
            raise RuntimeError(f"{accepted} of {COUNT} were accepted")
        return {self.name: rate}


async def _apply(at: Place, port: int) -> float:
    task = Task(port=port, count=COUNT, warm_up=WARM_UP, connections=CONNECTIONS)
    measured = await run_side("tests.benchmarks.intake.client", "apply", task, at.folder, Measured)
    return measured.per_second


async def _hold_up_relay(store: Database, seconds: float) -> None:
    """Give the relay's lease to nobody, for so long: then no process publishes."""
    until_then = datetime.now(UTC) + timedelta(seconds=seconds)
    await store[LEASES].update_one(
        {"_id": "relay"}, {"$set": {"owner": "the bench", "until": until_then}}, upsert=True
    )


@asynccontextmanager
async def _open(_: frozenset[str]) -> AsyncIterator[Sequence[Side]]:
    async with place() as at:
        client = connect(at.mongo_url, timeout=30)
        run = LocalRun(
            folder=at.folder / "run",
            keys_folder=at.folder / "keys",
            parts=at.parts,
            services=("intake",),
            environment={"LOCAL_RUN": "false"},
        )
        async with run:
            async with httpx.AsyncClient(base_url=run.urls["intake"]) as http:
                await IntakeApi(http, run).open_round(capacity=100_000)
            await run.stop("intake")
            store = database(client, run.database_of("intake"))
            yield [
                Side(name="bare_insert", measure=Bare(at, client).measure),
                *(
                    Side(name=name, measure=Intake(at, run, store, name, relay_runs).measure)
                    for name, relay_runs in (("accepted", False), ("accepted_with_relay", True))
                ),
            ]
        client.close()


BENCH = Bench(
    name="intake",
    unit="applications/s",
    ratios=[
        Ratio(key="vs_bare_insert", of="accepted", to="bare_insert", at_least=0.8),
        Ratio(key="vs_bare_insert_with_relay", of="accepted_with_relay", to="bare_insert"),
    ],
    open=_open,
)
