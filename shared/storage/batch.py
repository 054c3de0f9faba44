"""One transaction's identity map: what a batch of work has loaded, and what it will write."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from pymongo import DeleteOne, InsertOne, ReplaceOne

from shared.storage.claims import Claim, Taker, claimed
from shared.storage.collection import Collection, Key, matches, query
from shared.storage.outbox import OUTBOX, Entry
from shared.storage.transaction import Content, Transaction, Write

DocumentT = TypeVar("DocumentT")


@dataclass(frozen=True, slots=True)
class Record(Generic[DocumentT]):
    """A document with what is kept beside it; ``document`` is None where there is none."""

    document: DocumentT | None
    version: int = 0
    sequence: int = 0
    stamp: int = 0


@dataclass(slots=True)
class Changes:
    """What a piece of work wants written. Merged into its batch's only when the piece has succeeded."""

    records: dict[Key, tuple[Collection[Any], Record[Any]]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    plain: dict[Key, Content | None] = field(default_factory=dict)
    """Timers and outgoing work: the content to put there, or None to take it away."""

    def merge(self, other: "Changes") -> None:
        """Add the changes of a piece that has succeeded."""
        self.records.update(other.records)
        self.entries.extend(other.entries)
        self.plain.update(other.plain)


class Batch:
    """Everything that one transaction reads and writes, each document once."""

    def __init__(self, transaction: Transaction, collections: Mapping[str, Collection[Any]]) -> None:
        self.changes = Changes()
        self._transaction = transaction
        self._collections = collections
        self.claims: dict[Key, tuple[Taker, Claim]] = {}
        """Whoever begins with a piece of outgoing work as soon as it is committed."""
        self._loaded: dict[Key, Record[Any]] = {}
        self._plain: dict[Key, Content | None] = {}

    async def load(self, keys: Iterable[Key]) -> None:
        """Read these documents together, in one query for each collection, unless they are here already.

        Timers, outgoing work and the inbox, which hold no documents of a service, may be among them.
        """
        missing: dict[str, set[str]] = {}
        for key in keys:
            if key not in self._loaded and key not in self._plain:
                missing.setdefault(key.collection, set()).add(key.id)
        if not missing:
            return
        found = await self._transaction.read(
            [(name, {"_id": {"$in": list(ids)}}) for name, ids in missing.items()]
        )
        for (name, ids), stored in zip(missing.items(), found, strict=True):
            if name in self._collections:
                self._keep_loaded(self._collections[name], ids, stored)
            else:
                by_id = {one["_id"]: one for one in stored}
                self._plain.update({Key(name, one): by_id.get(one) for one in ids})

    def _keep_loaded(self, collection: Collection[Any], ids: set[str], found: Sequence[Content]) -> None:
        for stored in found:
            self._keep(collection, stored)
        for one in ids:
            self._loaded.setdefault(collection.key(one), Record(None))

    def _keep(self, collection: Collection[Any], stored: Content) -> None:
        key = collection.key(stored["_id"])
        if key not in self._loaded:
            self._loaded[key] = Record(
                collection.read(stored), stored["version"], stored["sequence"], stored["stamp"]
            )

    async def record(self, collection: Collection[DocumentT], id: str) -> Record[DocumentT]:  # noqa: A002
        """Return a document as this batch has it, with what is kept beside it."""
        key = collection.key(id)
        if key in self.changes.records:
            return self.changes.records[key][1]
        await self.load([key])
        return self._loaded[key]

    def known(self, key: Key) -> Record[Any]:
        """Return what this batch has of a document without asking the database; a new one has nothing yet."""
        if key in self.changes.records:
            return self.changes.records[key][1]
        return self._loaded.get(key, Record(None))

    async def find(
        self, collection: Collection[DocumentT], where: Mapping[str, object], own: Changes
    ) -> list[DocumentT]:
        """Return the documents that match, by id, as this batch and the piece at work have changed them."""
        where = collection.stored_names(where)
        keys = []
        [found] = await self._transaction.read([(collection.name, query(where))])
        for stored in found:
            self._keep(collection, stored)
            keys.append(collection.key(stored["_id"]))
        return self._as_changed(collection, where, keys, own)

    def _as_changed(
        self, collection: Collection[DocumentT], where: Mapping[str, object], keys: list[Key], own: Changes
    ) -> list[DocumentT]:
        documents: dict[str, DocumentT] = {
            key.id: cast("DocumentT", self._loaded[key].document) for key in keys
        }
        for changes in (self.changes, own):
            for key, (_, record) in changes.records.items():
                if key.collection != collection.name:
                    continue
                documents.pop(key.id, None)
                if record.document is not None and matches(
                    collection.write(record.document) | {"_id": key.id}, where
                ):
                    documents[key.id] = record.document
        return [documents[one] for one in sorted(documents)]

    async def plain(self, key: Key) -> Content | None:
        """Return a timer, a piece of outgoing work or an inbox entry as this batch has it."""
        if key in self.changes.plain:
            return self.changes.plain[key]
        await self.load([key])
        return self._plain[key]

    def writes(self) -> dict[str, list[Write]]:
        """Return all that is to be written, by collection."""
        now = datetime.now(UTC)
        writes: dict[str, list[Write]] = {}
        for key, (collection, record) in self.changes.records.items():
            write = self._document_write(key, collection, record, now)
            if write is not None:
                writes.setdefault(key.collection, []).append(write)
        for key, content in self.changes.plain.items():
            claim = self.claims.get(key)
            write = (
                _plain_write(key.id, content) if claim is None else claimed(claim[1], claim[0].claim_seconds)
            )
            writes.setdefault(key.collection, []).append(write)
        if self.changes.entries:
            writes[OUTBOX] = [InsertOne(entry.stored()) for entry in self.changes.entries]
        return writes

    def _document_write(
        self, key: Key, collection: Collection[Any], record: Record[Any], now: datetime
    ) -> Write | None:
        before = self._loaded.get(key, Record(None))
        if record.version != before.version:
            raise LookupError(f"a document of {key.collection} was changed without having been read")
        if record.document is None:
            return None if before.document is None else DeleteOne({"_id": key.id, "version": before.version})
        if record == before:
            return None
        content = collection.write(record.document) | {
            "_id": key.id,
            "version": before.version + 1,
            "schema": collection.schema,
            "sequence": record.sequence,
            "stamp": record.stamp,
            "changed_at": now,
        }
        if before.document is None:
            return InsertOne(content)
        return ReplaceOne({"_id": key.id, "version": before.version}, content)


def _plain_write(id: str, content: Content | None) -> Write:  # noqa: A002
    if content is None:
        return DeleteOne({"_id": id})
    return ReplaceOne({"_id": id}, content, upsert=True)


def next_stamp(previous: int, clock: Callable[[], int] = time.time_ns) -> int:
    """Return a stamp later than the previous one of this document, whatever the wall clock does.

    Stamps order the outbox. Two entries about one document get theirs in the order of their transactions,
    since both write the document; between documents they follow the wall clock, nearly.
    """
    return max(clock(), previous + 1)
