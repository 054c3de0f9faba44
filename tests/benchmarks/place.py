"""Where a bench takes place: a broker and a database of its own, and what lies in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.finder import Parts, find
from deploy.local.processes import Processes


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Nodes that nobody else uses, and a folder for what the bench writes."""

    folder: Path
    parts: Parts
    processes: Processes

    @property
    def amqp_url(self) -> str:
        """The broker's URL."""
        return self.parts.amqp_url

    @property
    def mongo_url(self) -> str:
        """The database server's URL."""
        return self.parts.mongo_url


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    """Start private nodes in a temporary folder; end them and remove it afterwards."""
    with TemporaryDirectory(prefix="enmusubi-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        processes = Processes(folder / "state.json")
        parts = await find(folder / "nodes", processes, environment={})
        try:
            yield Place(folder=folder, parts=parts, processes=processes)
        finally:
            await processes.end_all()
