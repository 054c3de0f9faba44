"""``python -m tests.faults``: disturb a real system under load, let it come to rest, and have it judged."""

import argparse
import asyncio
import logging
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import uvloop

from deploy.demo.world import RestlessError, World
from deploy.local.environment import SERVICES
from deploy.local.finder import NothingFoundError
from deploy.local.run import AlreadyRunningError
from deploy.local.waiting import StartFailedError
from tests.faults import report as reports
from tests.faults.checker import check
from tests.faults.checker.evidence import Where
from tests.faults.client import Client
from tests.faults.injector import Injector
from tests.faults.journal import Journal
from tests.faults.load.cohort import Cohort
from tests.faults.load.seasons import Seasons
from tests.faults.mischief import Mischief
from tests.faults.outsider import Outsider
from tests.faults.report import Asked
from tests.faults.system import DELAYS, FOLDER, System, system

COMMANDS_A_SECOND = 12.0
AT_THE_MOST = 240.0
"""Seconds that a run may take beside the minutes that it was asked for."""
STILL_GOING = 60.0
"""Seconds that commands which were begun have to come to their end when the time is over."""


class Run:
    """One fault test."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self._began = time.monotonic()

    def say(self, words: str) -> None:
        """One line for whoever watches."""
        sys.stdout.write(f"{time.monotonic() - self._began:7.1f}  {words}\n")
        sys.stdout.flush()

    async def run(self) -> int:
        """Run it; 0 when every promise was kept, else 1."""
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        asked = self.asked
        self.say(f"seed {asked.seed}; {asked.minutes:g} minutes, {asked.members} MongoDB member(s)")
        chance = _seeded(asked.seed)
        async with asyncio.timeout(asked.minutes * 60 + AT_THE_MOST), system(asked.members, chance) as found:
            self.say(f"up: {', '.join(found.names)}")
            written = await self._disturb(found, chance)
        file = FOLDER / "report.json"
        reports.write(file, written)
        sys.stdout.write(f"{reports.summary(written)}\n{file}\n")
        return 0 if reports.is_sound(written) else 1

    async def _disturb(self, found: System, chance: random.Random) -> dict[str, object]:
        acknowledged, injected, disturbances = (
            Journal(FOLDER / f"{name}.jsonl") for name in ("acknowledged", "injected", "disturbances")
        )
        client = Client(found.replicas_urls, acknowledged, _from(chance), COMMANDS_A_SECOND)
        outsider = Outsider(found.broker.url, acknowledged, _from(chance), client.acknowledged)
        injector = Injector(found.broker.url, injected, _from(chance))
        mischief = Mischief(found, injector, disturbances, chance, self.say)
        clock = found.run.service_environment("intake")["CLOCK_DATABASE"]
        world = World(found.urls, found.run.mongo_url, clock, found.run.mail_folder)
        async with AsyncExitStack() as ends:
            ends.push_async_callback(client.close)
            ends.push_async_callback(world.close)
            seasons = Seasons(client, outsider, world, mischief, found.run.token, self.say)
            stuck = await self._play(found, seasons, mischief, world)
            where = Where(
                mongo_url=found.run.mongo_url,
                amqp_url=found.broker.url,
                apis={service: found.urls[service] for service in SERVICES},
                staff_token=found.run.token("staff"),
                mail_folder=found.run.mail_folder,
                acknowledged=acknowledged.file,
                injected=injected.file,
                disturbances=disturbances.file,
                delays=DELAYS,
            )
            self.say("the checker looks at everything")
            verdict = await check(where)
        notes = [
            *(f"{name} ended by itself" for name in found.deaths),
            *client.given_up,
            *seasons.findings,
        ]
        stuck += [*mischief.findings, *mischief.recovery.findings]
        return reports.report(self.asked, client, mischief, verdict, stuck, notes)

    async def _play(self, found: System, seasons: Seasons, mischief: Mischief, world: World) -> list[str]:
        """Play seasons while mischief is done; then let everything come to rest, and say what has not."""
        first = await seasons.begin()
        await found.broker.control(
            "eval", "dets:sync(ra_directory_reverse)."
        )  # a young queue would not outlive a kill
        await mischief.resume()
        async with _meanwhile(found.keep_alive()):
            async with mischief.going_on():
                await self._load(seasons, first)
            await mischief.recovery.measure()
        self.say("the faults are over; what is left is done")
        try:
            await world.rest()
        except RestlessError as error:
            return [f"no rest when everything was over: {error}"]
        return []

    async def _load(self, seasons: Seasons, first: Cohort) -> None:
        seconds = self.asked.minutes * 60
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds + STILL_GOING):
                await seasons.play(first, time.monotonic() + seconds)


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()


def _seeded(seed: float) -> random.Random:
    return random.Random(seed)  # noqa: S311  faults, not secrets


def _from(chance: random.Random) -> random.Random:
    """Another source of chance, so that who draws from the one does not change what the other gives."""
    return _seeded(chance.random())


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=3, help="for how long faults are made (default: 3)")
    parser.add_argument("--members", type=int, choices=(1, 3), default=1, help="of MongoDB's replica set")
    parser.add_argument("--seed", type=int, help="of everything that is random; without it a new one")
    arguments = parser.parse_args()
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # that the broker is away now and then is no news
    seed = random.SystemRandom().randrange(10**6) if arguments.seed is None else arguments.seed
    asked = Asked(seed=seed, minutes=arguments.minutes, members=arguments.members)
    try:
        return uvloop.run(Run(asked).run())
    except TimeoutError:
        sys.stderr.write(
            f"it did not end {AT_THE_MOST / 60:g} minutes after its time; everything is stopped\n"
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.stderr.write("interrupted; everything is stopped\n")
    except (NothingFoundError, AlreadyRunningError, StartFailedError) as problem:
        sys.stderr.write(f"{problem}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
