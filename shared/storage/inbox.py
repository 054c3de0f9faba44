"""The inbox: which messages have had their effect in a service, or are to have none, and a hash of each one's body."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from pymongo.errors import DuplicateKeyError

from shared.storage.client import Database
from shared.storage.transaction import Content

INBOX = "inbox"


def key_of(source: str, id: str) -> str:  # noqa: A002  the word of CloudEvents
    """Return what a message is known by: ids are unique for each source."""
    return f"{source}:{id}"


def entry(key: str, body_hash: str) -> Content:
    """Return what is stored of a message that has its effect now."""
    return {"_id": key, "hash": body_hash, "arrived_at": datetime.now(UTC)}


async def known(store: Database, keys: Sequence[str]) -> dict[str, str]:
    """Return which of these messages are known, and the hash of each one's body."""
    found = store[INBOX].find({"_id": {"$in": list(keys)}}, projection={"hash": 1})
    return {one["_id"]: one["hash"] async for one in found}


async def settle(store: Database, key: str, body_hash: str) -> None:
    """Remember a message that is to have no effect, unless it had one: whenever it comes again, it is a repeat."""
    with suppress(DuplicateKeyError):
        await store[INBOX].insert_one(entry(key, body_hash) | {"settled": True})


async def is_there(store: Database) -> bool:
    """Say whether a service has ever been started with this database."""
    return INBOX in await store.list_collection_names()


async def knows_nothing(store: Database) -> bool:
    """Say whether no message has ever had its effect."""
    return await store[INBOX].find_one({"settled": {"$exists": False}}) is None
