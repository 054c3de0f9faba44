"""MongoDB behind proxies: a replica set of one or three, whose members know each other by their proxies' addresses.

So everybody, drivers that look for the primary included, comes through a proxy.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.database import NOT_YET_INITIATED, Database
from deploy.local.processes import Processes
from deploy.local.waiting import StartFailedError, until
from tests.harness.proxy import Proxy

START_SECONDS = 60.0
ELECTION_MILLISECONDS = 2000
"""After so long without a primary the others elect one; ten seconds would be MongoDB's own choice."""


class ReplicaSet:
    """One mongod or three, each behind a proxy of its own."""

    def __init__(self, folder: Path, processes: Processes, members: int) -> None:
        self.proxies = [Proxy() for _ in range(members)]
        self.members = [
            Database(folder / f"mongod-{number}", processes, name=f"mongod-{number}")
            for number in range(members)
        ]

    @property
    def url(self) -> str:
        """The URL that leads through the proxies."""
        return f"mongodb://{','.join(proxy.address for proxy in self.proxies)}/?replicaSet=rs0"

    async def start(self) -> None:
        """Start all members and their proxies; return when there is a primary."""
        for proxy, member in zip(self.proxies, self.members, strict=True):
            member.launch()
            await proxy.start(member.url)
        if not await until(self._is_initiated, within=START_SECONDS):
            raise StartFailedError(f"MongoDB did not start; see {self.members[0].log}")
        await self.primary()

    async def stop(self) -> None:
        """Stop all members, then their proxies."""
        await asyncio.gather(*(member.stop() for member in self.members))
        for proxy in self.proxies:
            await proxy.stop()

    async def primary(self, within: float = START_SECONDS) -> int:
        """Return which member is the primary, as soon as one is; StartFailedError when none gets to be."""
        found: list[int] = []

        async def look() -> bool:
            answers = await asyncio.gather(*(self._hello(one) for one in self.members))
            found[:] = [number for number, answer in enumerate(answers) if answer.get("isWritablePrimary")]
            return bool(found)

        if not await until(look, within=within):
            raise StartFailedError("no member of the replica set becomes its primary")
        return found[0]

    async def kill(self, number: int) -> None:
        """End a member with SIGKILL."""
        await self.members[number].kill()

    async def revive(self, number: int) -> None:
        """Start a member that was killed; return when there is a primary and this one is back in the set."""
        self.members[number].launch()

        async def is_back() -> bool:
            answer = await self._hello(self.members[number])
            return bool(answer.get("isWritablePrimary") or answer.get("secondary"))

        if not await until(is_back, within=START_SECONDS):
            raise StartFailedError(
                f"a member of the replica set did not come back; see {self.members[number].log}"
            )
        await self.primary()

    async def step_down(self) -> int:
        """Have the primary step down, and return which it was; the others elect a new one."""
        number = await self.primary()
        with suppress(PyMongoError):  # some close the connection instead of answering
            await self._ask(self.members[number], {"replSetStepDown": 10, "secondaryCatchUpPeriodSecs": 5})
        return number

    async def _is_initiated(self) -> bool:
        try:
            await self._ask(self.members[0], {"replSetGetConfig": 1})
        except OperationFailure as failure:
            if failure.code == NOT_YET_INITIATED:
                await self._initiate()
            return False
        except PyMongoError:
            return False
        return True

    async def _initiate(self) -> None:
        members = [{"_id": number, "host": proxy.address} for number, proxy in enumerate(self.proxies)]
        settings = {"electionTimeoutMillis": ELECTION_MILLISECONDS, "heartbeatIntervalMillis": 500}
        config = {"_id": "rs0", "members": members, "settings": settings}
        try:
            await self._ask(self.members[0], {"replSetInitiate": config})
        except PyMongoError:
            return  # another member is not up yet: tried again

    async def _hello(self, member: Database) -> dict[str, Any]:
        try:
            return await self._ask(member, {"hello": 1})
        except PyMongoError:
            return {}

    async def _ask(self, member: Database, command: dict[str, Any]) -> dict[str, Any]:
        """Run a command on one member, past its proxy."""
        async with AsyncMongoClient[dict[str, Any]](
            f"mongodb://{member.address}/?directConnection=true",
            serverSelectionTimeoutMS=1000,
            socketTimeoutMS=15_000,
        ) as client:
            return await client.admin.command(command)
