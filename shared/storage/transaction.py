"""One transaction of the database: its reads and its writes, many calls to the driver at one go."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

import structlog
from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.storage.client import MAJORITY, Client, Database
from shared.storage.errors import StorageUnavailable
from shared.waiting import whole

Content = dict[str, Any]
Query = tuple[str, Content]
"""A collection's name, and what is looked for in it."""
Write = InsertOne[Content] | ReplaceOne[Content] | UpdateOne | DeleteOne
WRITE_CONFLICT = 112
ResultT = TypeVar("ResultT")
log = structlog.get_logger(__name__)


class Transaction:
    """A transaction that has begun, on a session of its own.

    Motor has each call to the driver run in a thread. To go there and back costs about as much as the call does, so
    what is to be asked or written goes there together (docs/decisions/0009).
    """

    def __init__(self, client: Client, store: Database, thread: Executor) -> None:
        self._thread = thread
        self._store = store.delegate
        self._session = client.delegate.start_session()
        self._session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=MAJORITY)

    async def read(self, queries: Sequence[Query]) -> list[list[Content]]:
        """Return what each query finds, as the transaction's snapshot has it."""
        return await self._there(lambda: [self._find(name, where) for name, where in queries])

    async def commit(self, writes: Mapping[str, Sequence[Write]], patience: float) -> None:
        """Write this to these collections, and commit.

        Raises StorageUnavailable where nobody could say for ``patience`` seconds whether the commit took place, and
        what the driver raises where it did not.
        """
        deadline = time.monotonic() + patience
        try:
            return await self._there(lambda: self._write_and_commit(writes))
        except PyMongoError as error:
            _raise_unless_unknown(error, deadline)
        while True:
            try:
                return await self._there(self._session.commit_transaction)
            except PyMongoError as error:
                _raise_unless_unknown(error, deadline)

    async def end(self) -> None:
        """Abort what was not committed."""
        if not self._session.in_transaction:
            self._session.end_session()
            return
        try:
            await self._there(self._session.end_session)
        except PyMongoError:  # it is gone with the connection
            log.debug("abort failed")

    async def _there(self, work: Callable[[], ResultT]) -> ResultT:
        return await whole(asyncio.get_running_loop().run_in_executor(self._thread, work))

    def _find(self, name: str, where: Content) -> list[Content]:
        return list(self._store[name].find(where, session=self._session))

    def _write_and_commit(self, writes: Mapping[str, Sequence[Write]]) -> None:
        for name, some in writes.items():
            self._write(name, some)
        self._session.commit_transaction()

    def _write(self, name: str, writes: Sequence[Write]) -> None:
        done = self._store[name].bulk_write(writes, ordered=False, session=self._session)
        expected = sum(1 for write in writes if isinstance(write, ReplaceOne) and not write._upsert)  # noqa: SLF001
        if done.matched_count < expected:
            raise OperationFailure(f"a document of {name} was changed by somebody else", code=WRITE_CONFLICT)


def _raise_unless_unknown(error: PyMongoError, deadline: float) -> None:
    """Pass an error on, unless it says that the commit may have taken place, and there is time to ask again."""
    if not error.has_error_label("UnknownTransactionCommitResult"):
        raise error
    if time.monotonic() > deadline:
        raise StorageUnavailable("whether the commit took place is not known") from error
