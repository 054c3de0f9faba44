"""What each service's process holds in memory after many applications, beside after few."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local.environment import SERVICES
from deploy.local.ports import free_port
from deploy.local.run import LocalRun
from tests.benchmarks.frame import Bench, Figures, Ratio, Side
from tests.benchmarks.intake.task import Task
from tests.benchmarks.latency.mail import Arrivals
from tests.benchmarks.place import Place, place, rest
from tests.benchmarks.sides import Measured, run_side
from tests.harness.intake import IntakeApi

FEW, MANY = 1_000, 100_000
AT_ONCE = 5_000
"""So many apply before all services come to rest again: what waits in queues is no memory of theirs."""
CONNECTIONS = 16
RESTS_WITHIN = 600.0
KIB_IN_MIB = 1024


@dataclass(frozen=True, slots=True)
class Growth:
    """All services, through one long round."""

    place: Place
    run: LocalRun

    async def measure(self) -> Figures:
        """Have few apply, then the rest of the many; give each process' resident memory after both, at rest."""
        await self._apply(FEW)
        few = self._resident("few")
        applied = FEW
        while applied < MANY:
            count = min(AT_ONCE, MANY - applied)
            await self._apply(count)
            applied += count
        return few | self._resident("many")

    async def _apply(self, count: int) -> None:
        task = Task(port=self.run.port_of("intake"), count=count, warm_up=1, connections=CONNECTIONS)
        await run_side("tests.benchmarks.intake.client", "apply", task, self.place.folder, Measured)
        await rest(self.run, *SERVICES, within=RESTS_WITHIN)

    def _resident(self, when: str) -> dict[str, float]:
        pids = {one.name: one.pid for one in self.run.processes.launched}
        return {f"{name}.{when}": _resident(pids[name]) for name in SERVICES}


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    found = next(line for line in lines if line.startswith("VmRSS:"))
    return int(found.split()[1]) / KIB_IN_MIB


@asynccontextmanager
async def _open(_: frozenset[str]) -> AsyncIterator[Sequence[Side]]:
    smtp_port = free_port()
    async with place() as at:
        mails = await asyncio.start_server(Arrivals().take, "127.0.0.1", smtp_port)
        run = LocalRun(
            folder=at.folder / "run",
            keys_folder=at.folder / "keys",
            parts=at.parts,
            environment={"LOCAL_RUN": "false", "SMTP_PORT": str(smtp_port), "SMTP_TLS": "none"},
        )
        async with run:
            async with httpx.AsyncClient(base_url=run.urls["intake"]) as http:
                await IntakeApi(http, run).open_round(capacity=MANY, waitlist=FEW)
            yield [Side(name="memory", measure=Growth(at, run).measure)]
        mails.close()


BENCH = Bench(
    name="memory",
    unit="MiB",
    rounds=1,  # a quarter of an hour each, and what grows without end does so in one
    ratios=[
        Ratio(key=f"{name}_1e5_vs_1e3", of=f"{name}.many", to=f"{name}.few", at_most=1.3) for name in SERVICES
    ],
    open=_open,
    worst_of={"rss_1e5_vs_1e3": [f"{name}_1e5_vs_1e3" for name in SERVICES]},
)
