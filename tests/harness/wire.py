"""A wire between us and a node, which a test can cut or freeze."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from tests.harness.proxy import FAIR, Proxy, Weather


class Wire(Proxy):
    """Passes bytes on, both ways, as long as the test lets it."""

    url = ""

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str) -> AsyncIterator[Self]:
        """Lay a wire to where this URL leads; ``url`` is then the same by way of the wire."""
        wire = cls()
        wire.url = wire.way_to(url)
        await wire.start(url)
        try:
            yield wire
        finally:
            await wire.stop()

    def refuse(self) -> None:
        """Let no new connection come about."""
        self.set(Weather(refuses=True))

    def freeze(self) -> None:
        """Pass nothing on any more; connections stay open, as with a machine that hangs."""
        self.set(Weather(stalls=True))

    def thaw(self) -> None:
        """Pass on what was held up, and all that comes."""
        self.set(FAIR)
