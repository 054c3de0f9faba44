"""The programme's clock. Everything that the programme dates is dated by it; a local run can move it."""

import argparse
import asyncio
import http.client
import json
import os
import sys
import time
import urllib.request
import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any, Protocol

import structlog
from pymongo.errors import PyMongoError

# Rules change several times a year, and machines carry old ones: only the pinned package counts.
zoneinfo.reset_tzpath(to=())

TZDATA_VERSION = version("tzdata")
OFFSET = "offset"
READERS = "readers"
log = structlog.get_logger(__name__)


class Clock:
    """Programme time: real time, plus an offset that only a local run has."""

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self._moved: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """Return the programme's time in UTC, to the millisecond (as it travels)."""
        now = datetime.now(UTC) + self.offset
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def on_move(self, call: Callable[[], None]) -> None:
        """Have this called whenever the clock was moved."""
        self._moved.append(call)

    def move(self, offset: timedelta) -> None:
        """Take over an offset, never back to a smaller one."""
        if offset > self.offset:
            self.offset = offset
            for call in self._moved:
                call()


class ClockStore(Protocol):
    """The database that holds a local run's offset (what this module needs of it)."""

    def __getitem__(self, name: str) -> Any: ...


async def follow(clock: Clock, store: ClockStore, reader: str, url: str, begun: asyncio.Event) -> None:
    """Keep a process's clock with the local run's offset, and say where its readiness can be asked.

    ``begun`` is set once the offset is known: a process that did anything before would live in the past.
    """
    await store[READERS].update_one({"_id": reader}, {"$set": {"url": url}}, upsert=True)
    while True:
        try:
            async with store[OFFSET].watch(full_document="updateLookup", max_await_time_ms=500) as changes:
                await _read(clock, store)
                begun.set()
                async for _ in changes:
                    await _read(clock, store)
        except PyMongoError as error:
            log.warning("clock not followed", error=type(error).__name__)
            await asyncio.sleep(0.2)


async def _read(clock: Clock, store: ClockStore) -> None:
    stored = await store[OFFSET].find_one({"_id": OFFSET})
    if stored is not None:
        clock.move(timedelta(milliseconds=stored["milliseconds"]))


class ClockRefused(Exception):  # noqa: N818
    """The clock cannot be moved like that."""


async def set_clock(store: ClockStore, target: datetime, deadline: float = 15) -> None:
    """Move a local run's clock forwards to this time; return when every process that runs has taken it over.

    Raises ClockRefused for a time that has passed, and TimeoutError where a process does not follow.
    """
    milliseconds = (target - datetime.now(UTC)) // timedelta(milliseconds=1)
    stored = await store[OFFSET].find_one({"_id": OFFSET})
    if milliseconds < (0 if stored is None else stored["milliseconds"]):
        raise ClockRefused(f"the clock only moves forwards, and {target.isoformat()} has passed")
    await store[OFFSET].update_one({"_id": OFFSET}, {"$max": {"milliseconds": milliseconds}}, upsert=True)
    readers = await store[READERS].find().to_list(None)
    await asyncio.gather(*(_reported(reader["url"], milliseconds, deadline) for reader in readers))


async def _reported(url: str, milliseconds: int, deadline: float) -> None:
    until = time.monotonic() + deadline
    while True:
        reported = await asyncio.to_thread(_ask, url)
        if reported is None or reported >= milliseconds:
            return
        if time.monotonic() > until:
            raise TimeoutError(f"{url} reports an offset of {reported} ms, not of {milliseconds} ms")
        await asyncio.sleep(0.02)


def _ask(url: str) -> int | None:
    """Ask a process for its offset; None where it is not there any more (it will read it at its next start)."""
    try:
        with urllib.request.urlopen(f"{url}/livez", timeout=5) as answer:  # noqa: S310  our own URL
            return int(json.load(answer)["offset_ms"])
    except TimeoutError:
        return -1  # it is there, and slow
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None  # nobody listens there, or somebody else does


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("an offset is needed, as in 2027-05-14T09:00:00+09:00")
    return moment


def main(arguments: list[str] | None = None) -> int:
    """Run ``python -m shared.clock set <time>`` or ``show``."""
    parser = argparse.ArgumentParser(prog="python -m shared.clock", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    setter = commands.add_parser("set", help="move the clock forwards (in a local run only)")
    setter.add_argument("time", type=_moment, help="ISO 8601 with offset")
    commands.add_parser("show", help="print the programme's time")
    chosen = parser.parse_args(arguments)
    return asyncio.run(_command(chosen))


async def _command(chosen: argparse.Namespace) -> int:
    from shared.storage.client import connect, database  # noqa: PLC0415  the library half needs no driver

    if os.environ.get("LOCAL_RUN", "").lower() not in {"1", "true"}:
        print("The clock can be moved in a local run only (LOCAL_RUN=true).", file=sys.stderr)
        return 2
    client = connect(os.environ["MONGO_URL"], timeout=5)
    store = database(client, os.environ.get("CLOCK_DATABASE", "clock"))
    try:
        if chosen.command == "set":
            await set_clock(store, chosen.time)
        clock = Clock()
        await _read(clock, store)
        print(clock.now().isoformat())
    except ClockRefused as error:
        print(error, file=sys.stderr)
        return 1
    except TimeoutError:
        print("The clock was moved, but a process does not report it: see its log.", file=sys.stderr)
        return 1
    finally:
        client.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
