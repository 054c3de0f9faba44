"""Milliseconds from an HTTP answer to what it brings about, beside a message that goes there and back."""

import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from deploy.local.ports import free_port
from deploy.local.run import LocalRun
from shared.messaging.topology import queues_of
from tests.benchmarks.events.loading import purge
from tests.benchmarks.frame import Bench, Figures, Ratio, Side
from tests.benchmarks.intake.client import applications
from tests.benchmarks.latency.task import Spread, Task
from tests.benchmarks.load import Connection, Pool
from tests.benchmarks.place import Place, place, rest
from tests.benchmarks.sides import run_side
from tests.harness.intake import IntakeApi, bearer, created, new_key
from tests.harness.nodes import new_name

PER_SECOND = 50
COUNT, WARM_UP = 400, 100
POSITIONS = 20
PACKAGE = "tests.benchmarks.latency"
RESTS_WITHIN = 120.0
REQUIREMENTS = {
    "title": "Back-end developer",
    "skills": [{"name": "Python", "years": 3, "must": True}],
    "salary_min": 4_800_000,
    "salary_max": 6_500_000,
    "headcount": 100,
    "starts_on": "2040-04-01",
    "remote_before_move": True,
}


@dataclass(frozen=True, slots=True)
class Programme:
    """The services that are on the way, as they run in production; no others."""

    place: Place
    run: LocalRun
    smtp_port: int

    async def mail(self) -> Figures:
        """Measure confirmations; what else there is to tell, since proposals were measured, is left out."""
        await purge(
            self.place.amqp_url, queues_of("notifications")
        )  # or a day's proposals were one huge mail
        async with self._running("intake", "notifications"):
            return await self._measured("mail", "apply", self._task())

    async def proposals(self) -> Figures:
        """Measure proposals, for people who have applied before."""
        async with self._running("intake", "matching"):
            applied = await self._applied()
            await rest(self.run, "intake", "matching", within=RESTS_WITHIN)
            task = self._task().model_copy(update={"application_ids": applied, "positions": POSITIONS})
            return await self._measured("proposals", "shortlist", task)

    async def floor(self) -> Figures:
        """Measure the way there and back."""
        command = [sys.executable, "-m", f"{PACKAGE}.floor", "send-back"]
        where = [self.place.amqp_url, self.place.mongo_url, new_name()]
        self.place.processes.launch(
            "floor", [*command, *where], environment=os.environ, log=self.place.folder / "floor.log"
        )
        try:
            return await self._measured("floor", "measure", self._task())
        finally:
            await self.place.processes.end("floor")

    async def open_positions(self) -> None:
        """Have a firm open its positions, and a round for as many as may come."""
        async with self._running("intake", "matching"):
            async with httpx.AsyncClient(base_url=self.run.urls["intake"]) as http:
                await IntakeApi(http, self.run).open_round(capacity=100_000)
            async with httpx.AsyncClient(
                base_url=self.run.urls["matching"], headers=bearer(self.run.token("staff"))
            ) as http:
                firm = {"name": "出雲ソフト", "contact": {"name": "佐藤", "email": "jobs@mail.example"}}
                body = firm | {"language": "ja"}
                firm_id = created(await http.post("/firms", json=body, headers=new_key()))["firm_id"]
                for _ in range(POSITIONS):
                    path = f"/firms/{firm_id}/positions"
                    created(await http.post(path, json={"requirements": REQUIREMENTS}, headers=new_key()))

    def _task(self) -> Task:
        return Task(
            amqp_url=self.place.amqp_url,
            count=COUNT,
            warm_up=WARM_UP,
            per_second=PER_SECOND,
            intake_port=self.run.port_of("intake"),
            smtp_port=self.smtp_port,
            staff_token=self.run.token("staff"),
        )

    async def _measured(self, name: str, what: str, task: Task) -> Figures:
        spread = await run_side(f"{PACKAGE}.{name}", what, task, self.place.folder, Spread)
        return {f"{name}.p50": spread.p50, f"{name}.p99": spread.p99}

    @asynccontextmanager
    async def _running(self, *services: str) -> AsyncIterator[None]:
        try:
            for service in services:
                await self.run.start(service)
            await rest(self.run, *services, within=RESTS_WITHIN)
            yield
        finally:
            for service in services:
                await self.run.stop(service)

    async def _applied(self) -> dict[str, str]:
        """Have as many people apply as will be shortlisted; return their applications by candidate."""
        connection = await Connection.open(self.run.port_of("intake"))
        pool = Pool([connection])
        answers = [
            json.loads((await pool.send(one.written(), expected=201))[1]) for one in applications(COUNT)
        ]
        connection.close()
        return {one["candidate_id"]: one["application_id"] for one in answers}


@asynccontextmanager
async def _open(_: frozenset[str]) -> AsyncIterator[Sequence[Side]]:
    smtp_port = free_port()
    async with place() as at:
        run = LocalRun(
            folder=at.folder / "run",
            keys_folder=at.folder / "keys",
            parts=at.parts,
            services=("intake", "matching", "notifications"),
            environment={
                "LOCAL_RUN": "false",
                "PROPOSALS_FLOOR": "0",
                "SMTP_PORT": str(smtp_port),
                "SMTP_TLS": "none",
            },
        )
        async with run:
            for service in run.services:
                await run.stop(service)
            programme = Programme(at, run, smtp_port)
            await programme.open_positions()
            yield [
                Side(name="floor", measure=programme.floor),
                Side(name="mail", measure=programme.mail),
                Side(name="proposals", measure=programme.proposals),
            ]


BENCH = Bench(
    name="latency",
    unit="ms",
    ratios=[
        Ratio(key="mail_p50_vs_floor", of="mail.p50", to="floor.p50", at_most=3),
        Ratio(key="proposals_p50_vs_floor", of="proposals.p50", to="floor.p50", at_most=3),
    ],
    open=_open,
    worst_of={"p50_vs_floor": ("mail_p50_vs_floor", "proposals_p50_vs_floor")},
)
