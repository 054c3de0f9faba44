"""A wire between us and a node, which a test can cut or freeze: a small TCP proxy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self
from urllib.parse import urlsplit, urlunsplit


class Wire:
    """Passes bytes on, both ways, as long as the test lets it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        """Lay a wire to where this URL leads; ``url`` is then the same by way of the wire."""
        parts = urlsplit(url)
        wire = cls(parts.hostname or "127.0.0.1", parts.port or 0)
        async with await asyncio.start_server(wire._connect, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            login, at, _ = parts.netloc.rpartition("@")
            wire.url = urlunsplit(parts._replace(netloc=f"{login}{at}127.0.0.1:{port}"))
            try:
                yield wire
            finally:
                wire.thaw()
                wire.cut()

    def cut(self) -> None:
        """End every connection at once, without a word to either side; new ones may be made."""
        for end in self._ends:
            end.transport.abort()

    def refuse(self) -> None:
        """Let no new connection come about."""
        self._refusing = True

    def freeze(self) -> None:
        """Pass nothing on any more; connections stay open, as with a machine that hangs."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Pass on what was held up, and all that comes."""
        self._flowing.set()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        inner_reader, inner_writer = await asyncio.open_connection(self._host, self._port)
        ends = {writer, inner_writer}
        self._ends |= ends
        try:
            await asyncio.gather(self._pump(reader, inner_writer), self._pump(inner_reader, writer))
        finally:
            self._ends -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while content := await reader.read(65536):
                await self._flowing.wait()
                writer.write(content)
                await writer.drain()
        writer.close()
