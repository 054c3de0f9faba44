"""A receiver of webhooks: a real HTTP server that answers, fails, redirects and hangs as a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Self

from tests.harness.waiting import eventually

HANG = 0
"""An answer that never comes."""


@dataclass(frozen=True)
class Posted:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent in it."""
        return dict(json.loads(self.body))


def _yes(_: dict[str, Any]) -> int:
    return 204


@dataclass
class Receiver:
    """Notes all that is posted, with what it answered."""

    answer: Callable[[dict[str, Any]], int] = _yes
    """The status for an event; HANG for none."""
    posted: list[Posted] = field(default_factory=list)
    url: str = ""

    @classmethod
    @asynccontextmanager
    async def listening(cls, **options: Any) -> AsyncIterator[Self]:
        """Listen on a port of its own."""
        receiver = cls()
        async with await asyncio.start_server(receiver._serve, "127.0.0.1", 0, **options) as server:
            port = server.sockets[0].getsockname()[1]
            receiver.url = f"{'https' if options.get('ssl') else 'http'}://127.0.0.1:{port}/hook"
            yield receiver

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The events that were taken, in the order in which they came."""
        return [one.event for one in self.posted if 200 <= one.status < 300]

    def sequences(self, subject: str) -> list[int]:
        """The sequences of a subject's events that were taken."""
        return [int(one["sequence"]) for one in self.taken if one["subject"] == subject]

    async def until(self, count: int, subject: str) -> list[dict[str, Any]]:
        """Wait until so many different events of a subject were taken; return them as they came first."""

        async def look() -> list[dict[str, Any]] | None:
            found = {one["id"]: one for one in reversed(self.taken) if one["subject"] == subject}
            return list(reversed(found.values())) if len(found) >= count else None

        return await eventually(look, f"{count} deliveries", 20)

    async def tried(self, times: int) -> None:
        """Wait until something was posted so often."""
        await eventually(lambda: len(self.posted) >= times, f"{times} tries", 20)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status = self.answer(dict(json.loads(body)))
            self.posted.append(Posted(head[0].split(" ")[1], headers, body, status))
            if status == HANG:
                await reader.read()  # until the other side has gone
            else:
                location = f"Location: {self.url}/elsewhere\r\n" if 300 <= status < 400 else ""
                writer.write(f"HTTP/1.1 {status} X\r\n{location}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
        writer.close()
