"""The demo's world: the services' rest, the clock that it moves, and the mail that arrives."""

import asyncio
import email
import email.policy
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx

from shared.clock import ClockRefused, set_clock
from shared.storage.client import connect, database

REST_DEADLINE = 90.0


class RestlessError(Exception):
    """The services did not come to rest in time; says what was still to be done."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the services' /readyz say together."""

    busy: Mapping[str, Any]
    """What is still to be done, by service; empty when nothing is."""
    totals: tuple[int, ...]
    next_due_at: datetime | None
    now: datetime | None


class World:
    """Looks at the services from outside, and moves their clock: forwards, at rest, never past what is due."""

    def __init__(self, urls: Mapping[str, str], mongo_url: str, clock_database: str, mail: Path) -> None:
        self._urls = urls
        self._client = httpx.AsyncClient(timeout=10)
        self._mongo = connect(mongo_url, timeout=10)
        self._clock = database(self._mongo, clock_database)
        self.mail = Mail(mail)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        self._mongo.close()

    async def rest(self) -> Reading:
        """Return once two readings in a row are alike and say that nothing is left to do."""
        until = time.monotonic() + REST_DEADLINE
        before: Reading | None = None
        while True:
            reading = await self._read()
            if not reading.busy and before is not None and reading.totals == before.totals:
                return reading
            if time.monotonic() > until:
                raise RestlessError(f"after {REST_DEADLINE:g} s there is still work: {reading.busy}")
            before = None if reading.busy else reading
            await asyncio.sleep(0.02)

    async def move_to(self, target: datetime) -> None:
        """Let time pass until ``target``, stopping wherever something falls due on the way."""
        while True:
            reading = await self.rest()
            due = reading.next_due_at
            if due is None or due > target:
                break
            await self._set(due, reading)
        await self._set(target, reading)
        await self.rest()

    async def _set(self, target: datetime, reading: Reading) -> None:
        if reading.now is not None and target <= reading.now:
            return
        with suppress(ClockRefused):  # it has come by itself meanwhile
            await set_clock(self._clock, target)

    async def _read(self) -> Reading:
        answers = await asyncio.gather(*(self._ask(url) for url in self._urls.values()))
        busy: dict[str, Any] = {}
        for service, answer in zip(self._urls, answers, strict=True):
            if answer is None or not answer["ready"]:
                busy[service] = "away" if answer is None else answer["reasons"]
            elif any(answer["work"].values()):
                busy[service] = {kind: count for kind, count in answer["work"].items() if count}
        there = [answer for answer in answers if answer is not None]
        due = [datetime.fromisoformat(one["next_due_at"]) for one in there if one.get("next_due_at")]
        now = [datetime.fromisoformat(one["clock"]["now"]) for one in there]
        totals = tuple(one[total] for one in there for total in ("published", "handled"))
        return Reading(busy, totals, min(due, default=None), max(now, default=None))

    async def _ask(self, url: str) -> Any:
        try:
            return (await self._client.get(f"{url}/readyz")).json()
        except (httpx.TransportError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, as it was received."""

    to: str
    subject: str
    message_id: str
    language: str
    template: str
    text: str
    file: str


class Mail:
    """The folder that received mail is filed in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Letter] = {}

    def letters(self) -> list[Letter]:
        """Return all mail so far, in the order in which it came."""
        for file in sorted(self._folder.glob("[0-9]*.eml")):
            if file.name not in self._read:
                self._read[file.name] = _letter(file)
        return list(self._read.values())

    def link_code(self, address: str) -> str:
        """Return the code of the first link that was sent to this address; raises LookupError."""
        for letter in self.letters():
            if letter.to == address and "#" in letter.text:
                return letter.text.split("#", 1)[1].split()[0]
        raise LookupError(f"no mail with a link came for {address}")


def _letter(file: Path) -> Letter:
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  what that policy makes
    to = message["To"].addresses[0]
    return Letter(
        to=f"{to.username}@{to.domain}",
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        language=str(message["Content-Language"]),
        template=str(message["X-Enmusubi-Template"]),
        text=message.get_content(),
        file=file.name,
    )
