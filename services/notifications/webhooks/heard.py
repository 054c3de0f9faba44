"""An event of the history as a webhook gets it: the CloudEvent, in structured JSON mode."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from shared.events.envelope import Envelope, Undecodable, read
from shared.messaging.history import Passed

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """An event that a webhook wants, and where in the history it lies."""

    offset: int
    source: str
    event_id: str
    subject: str
    published_at: datetime
    body: str = field(repr=False)


def hear(event: Passed) -> Heard | None:
    """Return an event as webhooks get it; None for what is none of the contract's, and is parked elsewhere."""
    envelope = event.envelope
    try:
        read(envelope, event.message.body)
        body = structured(envelope, event.message.body)
    except (Undecodable, ValueError, RecursionError):
        return None
    return Heard(
        offset=event.offset,
        source=envelope.source,
        event_id=envelope.id,
        subject=envelope.subject,
        published_at=_published_at(event),
        body=body,
    )


def structured(envelope: Envelope, data: bytes) -> str:
    """Write an event as CloudEvents' JSON format has it; raises ValueError where its data is not strictly JSON."""
    attributes = {
        "specversion": "1.0",
        "id": str(envelope.id),
        "source": envelope.source,
        "type": envelope.type,
        "subject": envelope.subject,
        "time": envelope.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "dataschema": envelope.dataschema,
        "sequence": None if envelope.sequence is None else f"{envelope.sequence:010d}",
        "traceparent": envelope.traceparent,
    }
    present = {name: value for name, value in attributes.items() if value is not None}
    whole = json.dumps({**present, "data": json.loads(data)}, ensure_ascii=False, allow_nan=False)
    whole.encode()  # half a surrogate pair cannot be
    return whole


def _published_at(event: Passed) -> datetime:
    """Return the real time of publishing; publishers outside need not say it."""
    stated = event.message.timestamp
    return datetime.now(UTC) if stated is None else stated.astimezone(UTC)
