"""Mischief: what is done to the system, at random from a seed, one thing every few seconds."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aio_pika.exceptions import AMQPError

from tests.faults.injector import Injector
from tests.faults.journal import Journal, now
from tests.faults.recovery import Recovery
from tests.faults.system import System
from tests.harness.proxy import FAIR, Proxy, Weather

GAP = (1.0, 3.5)
"""Seconds between the beginnings of two faults."""
AT_ONCE = 3
"""How many outages there may be at the same time."""
UNTIL_READY = 0.25
"""How likely it is that after a fault nothing more is done until all are ready: then recovery is measured."""
MANY = 20
"""How often another fault is chosen where one is not possible just now."""
BROKER, DATABASE = "rabbitmq", "mongodb"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: how often it comes, compared with others, and which targets it may have."""

    weight: int
    targets: Callable[[System], tuple[str, ...]]
    work: Callable[["Mischief", str], Awaitable[str]]
    is_outage: bool = True


class Mischief:
    """Begins faults until it is told to stop; each one ends by itself."""

    def __init__(
        self,
        system: System,
        injector: Injector,
        disturbances: Journal,
        chance: random.Random,
        say: Callable[[str], None],
    ) -> None:
        self.done: Counter[str] = Counter()
        self.recovery = Recovery(system)
        self.findings: list[str] = []
        self._system = system
        self._injector = injector
        self._disturbances = disturbances
        self._chance = chance
        self._say = say
        self._calm = asyncio.Event()
        """Set while nothing may be done; whatever is going on then ends early."""
        self._busy: set[str] = set()
        self._going_on: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Begin one fault after the other for as long as this lasts; in the end let each come to its own end."""
        task = asyncio.create_task(self._run())
        try:
            yield
        except BaseException:  # somebody is in a hurry
            for one in (task, *self._going_on):
                one.cancel()
            raise
        task.cancel()
        self._calm.set()
        await self._all_over()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(*GAP))
            chosen = (self._choose() for _ in range(MANY))
            kind, target = next((one for one in chosen if one[1] is not None), ("", None))
            if target is None or self._calm.is_set():
                continue
            task = asyncio.create_task(self._do(kind, target))
            self._going_on.add(task)
            task.add_done_callback(self._going_on.discard)
            if KINDS[kind].is_outage and self._chance.random() < UNTIL_READY:
                await self._all_over()
                await self.recovery.measure()

    async def pause(self) -> None:
        """End what is going on, begin nothing more, and return when all are ready again."""
        self._calm.set()
        await self._all_over()
        await self.recovery.measure()

    async def _all_over(self) -> None:
        while self._going_on:
            await asyncio.wait(self._going_on)

    async def resume(self) -> None:
        """Go on; what the history holds by now was handled."""
        try:
            await self._injector.note_rest()
        finally:
            self._calm.clear()

    def _choose(self) -> tuple[str, str | None]:
        """Choose a kind and a target that nothing is being done to; no target where that is not possible now."""
        names = [name for name, kind in KINDS.items() if kind.targets(self._system)]
        name = self._chance.choices(names, [KINDS[one].weight for one in names])[0]
        target = self._chance.choice(KINDS[name].targets(self._system))
        outages = sum(1 for one in self._busy if one != "messages")
        if target in self._busy or (KINDS[name].is_outage and outages >= AT_ONCE):
            return name, None
        return name, target

    async def _do(self, name: str, target: str) -> None:
        kind = KINDS[name]
        self._busy.add(target)
        begun = time.monotonic()
        try:
            words = await kind.work(self, target)
            self.done[name] += 1
            self._say(f"{name} {target}: {words} ({time.monotonic() - begun:.1f} s)")
        except (
            AMQPError,
            OSError,
            TimeoutError,
            RuntimeError,
        ) as error:  # the broker was away: nothing was injected
            self._say(f"{name} {target}: not possible ({type(error).__name__})")
        except Exception as error:
            self.findings.append(f"{name} of {target} failed: {error!r}")
            self._say(self.findings[-1])
        finally:
            self._busy.discard(target)

    async def _last(self, seconds: float) -> None:
        """Wait for so long, or until there is to be calm."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._calm.wait()

    async def _kill_service(self, name: str) -> str:
        self._system.down.add(name)
        try:
            await self._note(name, now())
            await self._system.run.kill(name)
            await self._last(self._chance.uniform(0.2, 3))
            self._system.run.launch(name)
        finally:
            self._system.down.discard(name)
        return "SIGKILL, and started again"

    async def _freeze_service(self, name: str) -> str:
        seconds = self._chance.choice((self._chance.uniform(0.5, 3), self._chance.uniform(3, 20)))
        begun = now()
        self._system.freeze(name)
        try:
            await self._last(seconds)
        finally:
            self._system.thaw(name)
        await self._note(name, begun, until=now())
        return "SIGSTOP, SIGCONT"

    async def _note(self, name: str, at: str, **more: str) -> None:
        await self._disturbances.append(
            {"service": name.partition("-")[0], "process": name, "at": at, **more}
        )

    async def _restart_service(self, name: str) -> str:
        self._system.down.add(name)
        try:
            await self._system.run.stop(name)
            self._system.run.launch(name)
        finally:
            self._system.down.discard(name)
        return "SIGTERM, and started again"

    async def _restart_broker(self, _: str) -> str:
        await self._system.broker.stop()
        await self._system.broker.start()
        return "stopped in good order, and started again"

    async def _kill_broker(self, _: str) -> str:
        await self._system.broker.kill()
        await self._last(self._chance.uniform(0, 2))
        await self._system.broker.start()
        return "SIGKILL, and started again"

    async def _kill_database(self, _: str) -> str:
        number = self._chance.randrange(len(self._system.replica_set.members))
        await self._note("mongodb", now())
        await self._system.replica_set.kill(number)
        await self._last(self._chance.uniform(0, 3))
        await self._system.replica_set.revive(number)
        return f"SIGKILL of member {number}, and started again"

    async def _step_down(self, _: str) -> str:
        before = await self._system.replica_set.step_down()
        after = await self._system.replica_set.primary()
        return f"primary was member {before}, is member {after}"

    async def _cut(self, target: str) -> str:
        return f"{sum(proxy.cut() for proxy in self._proxies(target))} connections reset"

    async def _refuse(self, target: str) -> str:
        proxies = self._proxies(target)
        return await self._weather(
            proxies, Weather(refuses=True), (1, 6), "connections reset and refused", cut=True
        )

    async def _slow(self, target: str) -> str:
        weather = Weather(
            delay=self._chance.uniform(0.02, 0.3), rate=self._chance.choice((20_000, 200_000, None))
        )
        words = f"{weather.delay * 1000:.0f} ms late, {weather.rate or 'any number of'} bytes/s"
        return await self._weather(self._proxies(target), weather, (2, 10), words)

    async def _stall(self, target: str) -> str:
        return await self._weather(self._proxies(target), Weather(stalls=True), (1, 15), "nothing passes")

    async def _weather(
        self,
        proxies: list[Proxy],
        weather: Weather,
        seconds: tuple[float, float],
        words: str,
        *,
        cut: bool = False,
    ) -> str:
        for proxy in proxies:
            proxy.set(weather)
            if cut:
                proxy.cut()
        try:
            await self._last(self._chance.uniform(*seconds))
        finally:
            for proxy in proxies:
                proxy.set(FAIR)
        return words

    def _proxies(self, target: str) -> list[Proxy]:
        """Return one process's way to the broker, everybody's, or everybody's to the database."""
        by_process = self._system.run.broker_proxies
        if target == DATABASE:
            return [self._chance.choice(self._system.replica_set.proxies)]
        return list(by_process.values()) if target == BROKER else [by_process[target]]

    async def _duplicate(self, _: str) -> str:
        return await self._injector.duplicate()

    async def _poison(self, _: str) -> str:
        return await self._injector.poison()

    async def _garbage(self, _: str) -> str:
        return await self._injector.garbage()


def _services(system: System) -> tuple[str, ...]:
    return system.names


def _broker(_: System) -> tuple[str, ...]:
    return (BROKER,)


def _database(_: System) -> tuple[str, ...]:
    return (DATABASE,)


def _primaries(system: System) -> tuple[str, ...]:
    return (DATABASE,) if len(system.replica_set.members) > 1 else ()


def _ways(system: System) -> tuple[str, ...]:
    """Return whose connections can be disturbed: each process's to the broker, all of these, the database's."""
    return (*system.names, BROKER, DATABASE, DATABASE, DATABASE)


def _messages(_: System) -> tuple[str, ...]:
    return ("messages",)


KINDS: Mapping[str, Kind] = {
    "kill-service": Kind(8, _services, Mischief._kill_service),
    "restart-service": Kind(2, _services, Mischief._restart_service),
    "freeze-service": Kind(6, _services, Mischief._freeze_service),
    "restart-broker": Kind(1, _broker, Mischief._restart_broker),
    "kill-broker": Kind(2, _broker, Mischief._kill_broker),
    "kill-database": Kind(3, _database, Mischief._kill_database),
    "step-down": Kind(2, _primaries, Mischief._step_down),
    "cut": Kind(3, _ways, Mischief._cut),
    "refuse": Kind(2, _ways, Mischief._refuse),
    "slow": Kind(2, _ways, Mischief._slow),
    "stall": Kind(2, _ways, Mischief._stall),
    "duplicates": Kind(5, _messages, Mischief._duplicate, is_outage=False),
    "poison": Kind(4, _messages, Mischief._poison, is_outage=False),
    "garbage": Kind(3, _messages, Mischief._garbage, is_outage=False),
}
"""What is done, and how often compared with the rest."""
