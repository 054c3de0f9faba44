"""The system under test: real nodes, real processes, and a proxy between each of them and what it stands on."""

import asyncio
import json
import random
import shutil
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx

from deploy.local import broker as brokers
from deploy.local import database as databases
from deploy.local.broker import Broker
from deploy.local.environment import SERVICES
from deploy.local.finder import NothingFoundError, Parts
from deploy.local.processes import Processes, read_state
from deploy.local.run import RUN_FOLDER, AlreadyRunningError, LocalRun
from tests.faults.database import ReplicaSet
from tests.faults.outsider import FIRMS, SCHOOL, TESTERS
from tests.harness.proxy import Proxy

FOLDER = RUN_FOLDER / "faults"
DELAYS = (0.2, 1.0, 2.0)
NOT_YET_DELAYS = (0.2,) * 5 + (1.0,) * 5 + (2.0,) * 90
"""Over three minutes: longer than faults may keep away what an event waits for."""
SETTINGS = {
    "RETRY_DELAYS": json.dumps(DELAYS),
    "NOT_YET_DELAYS": json.dumps(NOT_YET_DELAYS),
    "OUTGOING_DELAYS": json.dumps((*DELAYS, 2.0, 2.0, 2.0)),
    "LEASE_SECONDS": "4",
    "OUTGOING_CLAIM_SECONDS": "24",
    "PROPOSALS_FLOOR": "0.3",
    "POSITION_PUBLISHERS": json.dumps({FIRMS: ["*"]}),
    "ASSESSMENT_PUBLISHERS": json.dumps([TESTERS]),
    "LESSON_PUBLISHERS": json.dumps([SCHOOL]),
}
"""Short delays; lease and claim in the proportion of their defaults; more matches than usual; and who is listened to."""


@dataclass(kw_only=True)
class ProxiedRun(LocalRun):
    """A local run in which each process has a proxy of its own before the broker."""

    broker_proxies: Mapping[str, Proxy]

    def service_environment(self, service: str) -> dict[str, str]:
        """What a process gets: the broker by its own proxy."""
        through = self.broker_proxies[service].way_to(self.amqp_url)
        return super().service_environment(service) | {"AMQP_URL": through}


class System:
    """Broker, database, mail and six service processes; what dies by itself is started again, and noted."""

    def __init__(
        self, run: ProxiedRun, broker: Broker, replica_set: ReplicaSet, names: tuple[str, ...]
    ) -> None:
        self.run = run
        self.broker = broker
        self.replica_set = replica_set
        self.names = names
        """All processes of services, replicas included."""
        self.down: set[str] = set()
        """Which of them a fault holds down at the moment."""
        self.deaths: list[str] = []
        """Which ended although no fault had ended them."""
        self._client = httpx.AsyncClient(trust_env=False, timeout=3)

    @property
    def replicas_urls(self) -> Mapping[str, tuple[str, ...]]:
        """The URLs of each service's processes."""
        return {
            one: tuple(self.urls[name] for name in self.names if name.partition("-")[0] == one)
            for one in SERVICES
        }

    @property
    def urls(self) -> Mapping[str, str]:
        """The URL of each process."""
        return self.run.urls

    def freeze(self, name: str) -> None:
        """Stop a process where it is (SIGSTOP)."""
        self.run.processes.signal(name, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self.run.processes.signal(name, signal.SIGCONT)

    async def keep_alive(self) -> None:
        """Start again whatever has ended by itself, as an orchestrator would; never returns."""
        while True:
            for name in self.names:
                if name not in self.down and not self.run.processes.is_alive(name):
                    self.deaths.append(name)
                    self.run.launch(name)
            await asyncio.sleep(0.5)

    async def reading(self, name: str) -> dict[str, object] | None:
        """Return what a process's /readyz says; None where it says nothing."""
        try:
            return dict((await self._client.get(f"{self.urls[name]}/readyz")).json())
        except (httpx.HTTPError, ValueError):
            return None

    async def unready(self) -> list[str]:
        """Return what keeps processes from being ready; nothing when all are."""
        readings = await asyncio.gather(*(self.reading(name) for name in self.names))
        return [
            f"{name}: {'no answer' if reading is None else reading['reasons']}"
            for name, reading in zip(self.names, readings, strict=True)
            if reading is None or not reading["ready"]
        ]

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


@asynccontextmanager
async def system(members: int, chance: random.Random) -> AsyncIterator[System]:
    """Start everything afresh; end all of it in the end, whatever happens."""
    await _make_room()
    async with AsyncExitStack() as ends:
        nodes = Processes(FOLDER / "nodes" / "state.json")
        ends.push_async_callback(nodes.end_all)
        broker = Broker(FOLDER / "nodes" / "rabbitmq", nodes)
        replica_set = ReplicaSet(FOLDER / "nodes" / "mongodb", nodes, members)
        ends.push_async_callback(replica_set.stop)
        ends.push_async_callback(broker.stop)
        async with asyncio.TaskGroup() as starting:
            starting.create_task(broker.start())
            starting.create_task(replica_set.start())
        replicated = sorted(chance.sample(SERVICES, 2))
        names = (*SERVICES, *(f"{service}-2" for service in replicated))
        run = await _services(ends, broker, replica_set, names)
        found = System(run, broker, replica_set, names)
        ends.push_async_callback(found.close)
        yield found


async def _make_room() -> None:
    missing = [found for found in (brokers.missing(), await databases.missing()) if found]
    if missing:
        raise NothingFoundError(f"{'; '.join(missing)}.")
    for state in FOLDER.glob("*/state.json"):
        if read_state(state).is_up():
            raise AlreadyRunningError(f"a run in {FOLDER} is up already")
        await Processes(state).end_all()  # what a run that was killed has left
    await asyncio.to_thread(shutil.rmtree, FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)


async def _services(
    ends: AsyncExitStack, broker: Broker, replica_set: ReplicaSet, names: tuple[str, ...]
) -> ProxiedRun:
    proxies = {name: Proxy() for name in names}
    for proxy in proxies.values():
        await proxy.start(broker.url)
        ends.push_async_callback(proxy.stop)
    parts = Parts(amqp_url=broker.url, mongo_url=replica_set.url, broker=None, database=None)
    run = ProxiedRun(
        folder=FOLDER / "system", parts=parts, environment=SETTINGS, services=names, broker_proxies=proxies
    )
    await ends.enter_async_context(run)
    return run
