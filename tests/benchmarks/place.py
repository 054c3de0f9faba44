"""Where a bench takes place: a broker and a database of its own, and what lies in them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from deploy.local.finder import Parts, find
from deploy.local.processes import Processes
from deploy.local.run import LocalRun
from deploy.local.waiting import until


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


async def rest(run: LocalRun, *services: str, within: float) -> None:
    """Wait until these services have nothing left to do; TimeoutError where they do not come to rest."""
    async with httpx.AsyncClient(timeout=30) as http:

        async def at_rest() -> bool:
            readings = [(await http.get(f"{run.urls[one]}/readyz")).json() for one in services]
            return all(one["work"] and not any(one["work"].values()) for one in readings)

        if not await until(at_rest, within=within, pause=0.2):  # to look costs something, and there is time
            raise TimeoutError(f"{', '.join(services)}: no rest within {within:g} s")
