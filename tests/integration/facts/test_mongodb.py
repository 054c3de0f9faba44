"""What MongoDB really does in and around transactions; units of work, relay and leases are built on it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import AsyncMongoClient
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure
from pymongo.read_concern import ReadConcern

from deploy.local.finder import Parts as Nodes
from shared.storage.client import MAJORITY, Client, Database
from tests.harness.parameters import parameter
from tests.harness.waiting import eventually
from tests.harness.wire import Wire

TRANSIENT = "TransientTransactionError"
Begin = Callable[[], AbstractAsyncContextManager[AsyncIOMotorClientSession]]


@pytest.fixture
def begin(client: Client) -> Begin:
    """Begin a transaction as our own begin."""

    @asynccontextmanager
    async def transaction() -> AsyncIterator[AsyncIOMotorClientSession]:
        async with await client.start_session() as session:
            session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)
            yield session

    return transaction


@pytest.mark.parametrize("ordered", [True, False])
async def test_a_duplicate_key_spoils_the_transaction_and_says_so_without_a_label(
    store: Database, begin: Begin, *, ordered: bool
) -> None:
    things = store["things"]
    await things.insert_one({"_id": "known"})
    async with begin() as session:
        with pytest.raises(BulkWriteError) as refused:
            await things.insert_many(
                [{"_id": one} for one in ("new", "known", "newer")], ordered=ordered, session=session
            )
        assert refused.value.code == 65
        assert [one["code"] for one in refused.value.details["writeErrors"]] == [11000]
        assert not refused.value.has_error_label(TRANSIENT)
        with pytest.raises(OperationFailure) as gone:
            await things.find_one({"_id": "new"}, session=session)
    assert gone.value.code == 251
    assert gone.value.has_error_label(TRANSIENT), "who goes by this label begins again for ever"


async def test_a_single_duplicate_has_no_label_either(store: Database, begin: Begin) -> None:
    await store["things"].insert_one({"_id": "known"})
    async with begin() as session:
        with pytest.raises(DuplicateKeyError) as refused:
            await store["things"].insert_one({"_id": "known"}, session=session)
    assert not refused.value.has_error_label(TRANSIENT)


async def test_two_open_transactions_that_insert_the_same_conflict_at_once(
    store: Database, begin: Begin
) -> None:
    await store.create_collection("things")
    async with begin() as first, begin() as second:
        await store["things"].insert_one({"_id": "same"}, session=first)
        with pytest.raises(OperationFailure) as refused:
            await store["things"].insert_one({"_id": "same"}, session=second)
    assert refused.value.code == 112
    assert refused.value.has_error_label(TRANSIENT)


async def test_two_transactions_that_read_what_the_other_writes_both_commit(
    store: Database, begin: Begin
) -> None:
    things = store["things"]
    await things.insert_many([{"_id": one, "free": True} for one in ("left", "right")])
    async with begin() as first, begin() as second:
        for session, mine, other in ((first, "left", "right"), (second, "right", "left")):
            found = await things.find_one({"_id": other}, session=session)
            assert found is not None
            assert found["free"]
            await things.update_one({"_id": mine}, {"$set": {"free": False}}, session=session)
        await first.commit_transaction()
        await second.commit_transaction()
    assert await things.count_documents({"free": True}) == 0, "though each saw that the other was free"


async def test_to_write_a_document_as_it_is_does_not_count_as_writing_it(
    store: Database, begin: Begin
) -> None:
    pool = store["pool"]
    await pool.insert_one({"_id": "all", "version": 1})
    async with begin() as first, begin() as second:
        for session in (first, second):
            await pool.update_one({"_id": "all"}, {"$set": {"version": 1}}, session=session)
        await first.commit_transaction()
        await second.commit_transaction()
    async with begin() as first, begin() as second:
        await pool.replace_one({"_id": "all"}, {"version": 2}, session=first)
        with pytest.raises(OperationFailure) as refused:
            await pool.replace_one({"_id": "all"}, {"version": 2}, session=second)
    assert refused.value.code == 112


@pytest.fixture
async def short_lifetime(client: Client) -> AsyncIterator[None]:
    """Have the server end transactions after a second that nobody has ended."""
    async with parameter(client, "transactionLifetimeLimitSeconds", 1):
        yield


@pytest.mark.usefixtures("short_lifetime")
async def test_what_a_dead_client_has_written_stays_locked_until_the_server_ends_its_transaction(
    nodes: Nodes, store: Database, begin: Begin
) -> None:
    things = store["things"]
    await things.insert_one({"_id": "one", "by": "nobody"})
    async with Wire.to(urlunsplit(urlsplit(nodes.mongo_url)._replace(query="directConnection=true"))) as wire:
        dying: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(wire.url)
        session = dying.start_session()
        await session.start_transaction()
        await dying[store.name]["things"].update_one(
            {"_id": "one"}, {"$set": {"by": "the dead"}}, session=session
        )
        wire.cut()  # as it ends who is killed: without a word
        async with begin() as heir:
            with pytest.raises(OperationFailure) as refused:
                await things.update_one({"_id": "one"}, {"$set": {"by": "its heir"}}, session=heir)
        assert refused.value.code == 112

        async def inherited() -> bool:
            async with begin() as heir:
                try:
                    await things.update_one({"_id": "one"}, {"$set": {"by": "its heir"}}, session=heir)
                except OperationFailure:
                    return False
                await heir.commit_transaction()
                return True

        await eventually(inherited, "the lock to be gone")
    wire.freeze()
    await dying.close()
    found = await things.find_one({})
    assert found is not None
    assert found["by"] == "its heir"


async def test_a_snapshot_session_does_not_see_what_comes_while_it_reads(
    store: Database, client: Client
) -> None:
    things = store["things"]
    await things.insert_many([{"_id": n} for n in range(10)])
    seen = []
    async with await client.start_session(snapshot=True) as session:
        async for thing in things.find(session=session, batch_size=2).sort("_id", 1):
            seen.append(thing["_id"])
            await things.insert_one({"_id": 100 + thing["_id"]})
    assert seen == list(range(10))


async def test_the_server_has_a_clock_of_its_own_to_measure_by(store: Database) -> None:
    await store["things"].insert_one({"_id": "one"})
    await store["things"].update_one({"_id": "one"}, [{"$set": {"at": "$$NOW"}}])
    found = await store["things"].find_one({"at": {"$type": "date"}})
    assert found is not None
