"""A lease: one process at a time does a piece of standing work."""

import time
from contextlib import suppress
from datetime import UTC, datetime

from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from shared.storage.client import Database

LEASES = "leases"
_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Lease:
    """The right to do something for some seconds, by the database server's clock.

    The holder counts down by its own monotonic clock, from before it asked, so it stops no later than the
    server lets another one begin, whatever the wall clocks do. A process that is frozen between a look at
    the lease and what it does next can still overlap with the next holder: a lease makes two holders rare,
    not impossible, and nothing that must be right may rest on it.
    """

    def __init__(self, store: Database, name: str, owner: str, seconds: float) -> None:
        self._leases = store[LEASES]
        self._name = name
        self._owner = owner
        self._seconds = seconds
        self._until = 0.0

    @property
    def held(self) -> bool:
        """Whether this process may go on."""
        return time.monotonic() < self._until

    async def hold(self) -> bool:
        """Take or renew the lease; say whether this process has it. Asks the server at most every third of it."""
        if time.monotonic() < self._until - self._seconds * 2 / 3:
            return True
        asked = time.monotonic()
        if await self._take():
            self._until = asked + self._seconds
            return True
        self._until = 0.0
        return False

    async def _take(self) -> bool:
        mine = {"$eq": ["$owner", self._owner]}
        free = {"$or": [mine, {"$lt": [{"$ifNull": ["$until", _LONG_AGO]}, "$$NOW"]}]}
        until = {"$add": ["$$NOW", int(self._seconds * 1000)]}
        fence = {"$add": [{"$ifNull": ["$fence", 0]}, {"$cond": [mine, 0, 1]}]}
        update = {
            "$set": {
                "owner": {"$cond": [free, self._owner, "$owner"]},
                "until": {"$cond": [free, until, "$until"]},
                "fence": {"$cond": [free, fence, "$fence"]},
            }
        }
        taken = await self._leases.find_one_and_update(
            {"_id": self._name}, [update], upsert=True, return_document=ReturnDocument.AFTER
        )
        return bool(taken["owner"] == self._owner)

    async def release(self) -> None:
        """Give the lease back, so that the next holder need not wait for it to run out.

        Where the database is away it runs out by itself.
        """
        self._until = 0.0
        with suppress(PyMongoError):
            await self._leases.update_one(
                {"_id": self._name, "owner": self._owner}, {"$set": {"until": _LONG_AGO}}
            )
