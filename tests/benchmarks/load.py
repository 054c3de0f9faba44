"""A load of HTTP requests that costs little to make: raw connections that are kept, and as much as is needed of HTTP."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict

from tests.benchmarks.sides import Measured, Stopwatch

END = b"\r\n\r\n"
LENGTH = b"content-length:"


class Request(BaseModel):
    """A POST of JSON."""

    model_config = ConfigDict(frozen=True)

    path: str
    body: bytes = b""
    headers: Mapping[str, str] = {}

    def written(self) -> bytes:
        """Return it as it travels."""
        headers = {"Host": "127.0.0.1", "Content-Type": "application/json", **self.headers}
        lines = [f"POST {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, f"Content-Length: {len(self.body)}", "", ""]).encode() + self.body


class Connection(asyncio.Protocol):
    """One connection, on which one request is out at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._buffer = b""

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of this machine."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are such without saying so

    async def send(self, written: bytes) -> tuple[int, bytes]:
        """Send a request; return status and body of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(written)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._buffer += data
        head, end, body = self._buffer.partition(END)
        if not end or self._answer is None:
            return
        length = int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0])
        if len(body) >= length:
            self._buffer = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, _: Exception | None) -> None:
        """Say so to whoever waits."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server has closed the connection"))

    def close(self) -> None:
        """Close it."""
        assert self._transport is not None
        self._transport.close()


async def burst(port: int, requests: Iterable[bytes], count: int, warm_up: int, connections: int) -> Measured:
    """Send all, as fast as they are answered with 201, on so many connections; measure those after the warm-up."""
    waiting, watch = iter(requests), Stopwatch(count, warm_up)

    async def work(connection: Connection) -> None:
        for written in waiting:
            status, body = await connection.send(written)
            if status != 201:
                raise RuntimeError(f"answered with {status}: {body.decode(errors='replace')[:500]}")
            watch.tick()

    opened = [await Connection.open(port) for _ in range(connections)]
    try:
        await asyncio.gather(*map(work, opened))
    finally:
        for connection in opened:
            connection.close()
    if watch.done != count:
        raise RuntimeError(f"{watch.done} of {count} were answered")
    return await watch.finished()


class Pool:
    """Connections for requests that are sent at their times, whether or not those before were answered."""

    def __init__(self, opened: Iterable[Connection]) -> None:
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for connection in opened:
            self._free.put_nowait(connection)

    async def send(self, written: bytes, expected: int) -> tuple[float, bytes]:
        """Send a request; return when it was answered, and with what; RuntimeError for another status."""
        connection = await self._free.get()
        try:
            status, body = await connection.send(written)
        finally:
            self._free.put_nowait(connection)
        if status != expected:
            raise RuntimeError(f"answered with {status}: {body.decode(errors='replace')[:500]}")
        return time.perf_counter(), body


async def at_a_pace(work: Iterable[Callable[[], Coroutine[Any, Any, None]]], per_second: float) -> None:
    """Begin a piece of work at each of these evenly spaced times; return when all are done."""
    begun = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, do in enumerate(work):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.perf_counter()))
            tasks.create_task(do())
