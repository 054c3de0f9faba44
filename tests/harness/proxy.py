"""A TCP proxy that can be a bad network: it cuts, refuses, delays, throttles, and lets nothing through."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from deploy.local.ports import free_port

CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Weather:
    """How a proxy behaves."""

    delay: float = 0.0
    """Seconds by which each piece of data comes late."""
    rate: float | None = None
    """Bytes that pass in a second, in each direction of a connection; None: as many as come."""
    refuses: bool = False
    """Whether new connections are ended at once."""
    stalls: bool = False
    """Whether nothing passes at all, though connections stay open."""


FAIR = Weather()


class Proxy:
    """Listens on a port of its own and passes everything on to another one."""

    def __init__(self) -> None:
        self.port = free_port()
        self._target = ("127.0.0.1", 0)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._weather = FAIR
        self._changed = asyncio.Event()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.port}"

    def way_to(self, url: str) -> str:
        """Return the same URL by way of the proxy."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{login}{at}{self.address}"))

    async def start(self, url: str) -> None:
        """Begin to pass on to where this URL leads."""
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 0)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """End all connections, and listen no more."""
        if self._server is not None:
            self._server.close()
        self.set(FAIR)  # whatever waits for that ends, too
        self.cut()
        if self._serving:
            await asyncio.wait(self._serving)

    def set(self, weather: Weather) -> None:
        """Behave like this from now on, also on connections that are open."""
        self._weather = weather
        self._changed.set()
        self._changed = asyncio.Event()

    def cut(self) -> int:
        """Reset all connections; return how many there were."""
        cut = len(self._writers) // 2
        for writer in list(self._writers):
            writer.transport.abort()
        return cut

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._weather.refuses:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        ways = (self._pass(reader, far_writer), self._pass(far_reader, writer))
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            # Whichever end goes first, however it goes, takes the other along: nobody is left with half a connection.
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._writers -= ends
            for task in tasks:
                task.cancel()
            for end in ends:
                end.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, RuntimeError):  # the loop's word for an end that was cut meanwhile
            while data := await reader.read(CHUNK):
                await self._hold(len(data))
                writer.write(data)
                await writer.drain()

    async def _hold(self, size: int) -> None:
        """Keep data back for as long as the weather says."""
        while self._weather.stalls:
            await self._changed.wait()
        late = self._weather.delay + (size / self._weather.rate if self._weather.rate else 0.0)
        if late:
            await asyncio.sleep(late)
