"""The one place that imports Motor, the driver that its successor will replace."""

from typing import Any

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo import ASCENDING, IndexModel, ReadPreference
from pymongo.errors import CollectionInvalid, OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from shared.storage.collection import Collection, Index
from shared.storage.errors import StandaloneDatabase

Client = AsyncIOMotorClient[dict[str, Any]]
Database = AsyncIOMotorDatabase[dict[str, Any]]

MAJORITY = WriteConcern(w="majority", j=True)
DEAD_AFTER = 2
"""Times the storage timeout: what has not been answered by then never will be, its connection is dead."""
NAMESPACE_EXISTS = 48
INDEX_EXISTS_OTHERWISE = 85


def connect(url: str, timeout: float, *, patient: bool = False) -> Client:
    """Make a client whose operations fail after ``timeout`` seconds without a server; nothing is sent yet.

    An operation that a server has taken and does not answer fails after :data:`DEAD_AFTER` times as long, unless
    the client is ``patient``: an index of a large collection takes as long as it takes.
    """
    milliseconds = int(timeout * 1000)
    return AsyncIOMotorClient(
        url,
        serverSelectionTimeoutMS=milliseconds,
        connectTimeoutMS=milliseconds,
        socketTimeoutMS=None if patient else milliseconds * DEAD_AFTER,
        tz_aware=True,
        retryWrites=True,
    )


def database(client: Client, name: str) -> Database:
    """Return a database whose reads and writes are of the majority."""
    return client.get_database(
        name,
        codec_options=CodecOptions(tz_aware=True),
        read_preference=ReadPreference.PRIMARY,
        write_concern=MAJORITY,
        read_concern=ReadConcern("majority"),
    )


async def require_replica_set(client: Client) -> None:
    """Raise StandaloneDatabase unless transactions are possible here."""
    hello = await client.admin.command("hello")
    if "setName" not in hello:
        raise StandaloneDatabase(
            "MONGO_URL leads to a standalone MongoDB, which has no transactions. "
            "Start mongod with --replSet rs0 and initiate the set (one member is enough)."
        )


async def prepare(store: Database, collections: list[Collection[Any]]) -> None:
    """Create what is not there yet: the collections and their indexes."""
    existing = set(await store.list_collection_names())
    for collection in collections:
        if collection.name not in existing:
            await create_collection(store, collection.name)
        lifetime = collection.keep_for
        if lifetime is not None:
            await expire_after(store, collection.name, "changed_at", int(lifetime.total_seconds()))
        await create_indexes(store, collection.name, collection.indexes)


async def create_collection(store: Database, name: str) -> None:
    """Create a collection before a transaction needs it; another process may be doing the same."""
    try:
        await store.create_collection(name)
    except (CollectionInvalid, OperationFailure) as error:
        if isinstance(error, OperationFailure) and error.code != NAMESPACE_EXISTS:
            raise


async def create_indexes(store: Database, name: str, indexes: tuple[Index, ...]) -> None:
    """Create the indexes that are declared."""
    models = [
        IndexModel(
            [(field, ASCENDING) for field in index.fields],
            unique=index.unique,
            **({"partialFilterExpression": dict(index.where)} if index.where else {}),
        )
        for index in indexes
    ]
    if models:
        await store[name].create_indexes(models)


async def expire_after(store: Database, name: str, field: str, seconds: int) -> None:
    """Have MongoDB remove documents this long after the time in ``field``; one without it stays."""
    try:
        await store[name].create_index(field, expireAfterSeconds=seconds)
    except OperationFailure as error:
        if error.code != INDEX_EXISTS_OTHERWISE:
            raise
        await store.command("collMod", name, index={"keyPattern": {field: 1}, "expireAfterSeconds": seconds})
