"""The outbox: what a service has decided to publish, written in the transaction that decided it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.events.envelope import Envelope
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
