"""The outbox: what a service has decided to publish, written in the transaction that decided it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pymongo import ASCENDING, UpdateMany

from shared.events.envelope import Envelope
from shared.storage.client import Client, Database
from shared.storage.collection import Index

OUTBOX = "outbox"
WAITING = "waiting"
PUBLISHED = "published"

OUTBOX_INDEXES = (
    # The relay selects by state: a slow transaction commits behind a fast one.
    Index(("stamp",), where={"state": WAITING}),
    Index(("subject", "sequence")),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message for the broker: a public event (with its envelope), or a private one (sealed)."""

    id: str
    exchange: str
    routing_key: str
    subject: str
    stamp: int
    body: bytes
    envelope: Envelope | None

    def stored(self) -> dict[str, Any]:
        """Return the entry as the outbox holds it."""
        public = {} if self.envelope is None else _stored_envelope(self.envelope)
        return {
            "_id": self.id,
            "state": WAITING,
            "exchange": self.exchange,
            "routing_key": self.routing_key,
            "subject": self.subject,
            "stamp": self.stamp,
            "body": self.body,
            "created_at": datetime.now(UTC),
            **public,
        }


class Outbox:
    """What a service has still to publish, and what it has published."""

    def __init__(self, client: Client, store: Database) -> None:
        self._client = client.delegate
        self._entries = store.delegate[OUTBOX]
        self._store = store

    async def waiting(self, most: int, among: Mapping[str, object]) -> list[Entry]:
        """Return entries that wait and match, those decided first."""
        return await asyncio.to_thread(self._waiting, {"state": WAITING, **among}, most)

    def _waiting(self, where: Mapping[str, object], most: int) -> list[Entry]:
        # One snapshot for the whole page, or an entry could be seen whose predecessor was not there yet.
        with self._client.start_session(snapshot=True) as session:
            found = self._entries.find(where, session=session).sort("stamp", ASCENDING).limit(most)
            return [read_entry(stored) for stored in found]

    async def mark(self, entries: Sequence[Entry]) -> None:
        """Say that these are published; nothing personal stays behind of what was private, sealed or not.

        What a majority has not marked yet, the next page's snapshot would show as waiting still.
        """
        marked = {"state": PUBLISHED, "published_at": datetime.now(UTC)}
        public = [entry.id for entry in entries if entry.envelope is not None]
        private = [entry.id for entry in entries if entry.envelope is None]
        updates = [
            UpdateMany({"_id": {"$in": ids}}, update)
            for ids, update in (
                (public, {"$set": marked}),
                (private, {"$set": marked, "$unset": {"body": ""}}),
            )
            if ids
        ]
        await self._store[OUTBOX].bulk_write(updates, ordered=False)


def _stored_envelope(envelope: Envelope) -> dict[str, Any]:
    return {
        "source": envelope.source,
        "type": envelope.type,
        "time": envelope.time,
        "dataschema": envelope.dataschema,
        "sequence": envelope.sequence,
        "traceparent": envelope.traceparent,
    }


def read_entry(stored: dict[str, Any]) -> Entry:
    """Make an entry of what the outbox holds."""
    return Entry(
        id=stored["_id"],
        exchange=stored["exchange"],
        routing_key=stored["routing_key"],
        subject=stored["subject"],
        stamp=stored["stamp"],
        body=stored["body"],
        envelope=_read_envelope(stored) if "source" in stored else None,
    )


def _read_envelope(stored: dict[str, Any]) -> Envelope:
    return Envelope(
        id=stored["_id"],
        source=stored["source"],
        type=stored["type"],
        subject=stored["subject"],
        time=stored["time"],
        dataschema=stored["dataschema"],
        sequence=stored["sequence"],
        traceparent=stored["traceparent"],
    )
