"""The envelope of an event: CloudEvents 1.0 in AMQP binary mode, and the body as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from pydantic import ValidationError

from shared.events.attributes import EPOCH, MILLISECOND, SPECVERSION, Attributes, missing
from shared.events.errors import Undecodable, refuse_what_only_looks_like_json
from shared.events.event import EVENTS, Event
from shared.events.ids import EventId
from shared.events.value import READING

__all__ = ["CONTENT_TYPE", "Envelope", "Undecodable", "body", "headers", "read", "read_headers"]

CONTENT_TYPE: Final = "application/json"
_EXTERNAL: Final = "external"


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What is known of an event without its body."""

    id: EventId
    """The event's id; also the AMQP `message-id`. Repeats are dropped by it and the source."""
    source: str
    """Who published it: `/intake`; somebody outside: `/external/<name>`."""
    type: str
    """Its name and major version: `candidate-applied.v1`."""
    subject: str
    """The id of the thing that it is about."""
    time: datetime
    """When it happened: programme time, aware, UTC, to the millisecond."""
    dataschema: str | None = None
    """The name of its schema; absent where somebody outside gave none."""
    sequence: int | None = None
    """One more for each event of one subject from one source; absent where somebody outside gave none."""
    traceparent: str | None = None
    """W3C trace context; absent where the event belongs to no trace."""

    @property
    def publisher(self) -> str:
        """The first word of the routing key: a service, or `external`."""
        return self.source.split("/", 2)[1]

    @property
    def routing_key(self) -> str:
        """The key under which the event is published: `intake.candidate-applied.v1`."""
        return f"{self.publisher}.{self.type}"

    @classmethod
    def of(
        cls,
        event: Event,
        *,
        id: EventId,  # noqa: A002  the word of CloudEvents
        time: datetime,
        sequence: int | None,
        traceparent: str | None = None,
        publisher: str | None = None,
    ) -> Self:
        """Return the envelope of an event; somebody outside gives its own name as `publisher`."""
        source = f"/{event.source}" if publisher is None else f"/{event.source}/{publisher}"
        return cls(
            id=id,
            source=source,
            type=event.versioned_type,
            subject=event.subject,
            time=_to_the_millisecond(time),
            dataschema=event.dataschema,
            sequence=sequence,
            traceparent=traceparent,
        )


def _to_the_millisecond(time: datetime) -> datetime:
    utc = time.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def headers(envelope: Envelope) -> dict[str, str | int]:
    """Return the AMQP headers of an envelope; what is absent has no header."""
    written: dict[str, str | int] = {
        "cloudEvents_id": str(envelope.id),
        "cloudEvents_source": envelope.source,
        "cloudEvents_type": envelope.type,
        "cloudEvents_subject": envelope.subject,
        "cloudEvents_time": (envelope.time - EPOCH) // MILLISECOND,
        "cloudEvents_specversion": SPECVERSION,
    }
    if envelope.dataschema is not None:
        written["cloudEvents_dataschema"] = envelope.dataschema
    if envelope.sequence is not None:
        written["cloudEvents_sequence"] = f"{envelope.sequence:010d}"
    if envelope.traceparent is not None:
        written["cloudEvents_traceparent"] = envelope.traceparent
    return written


def read_headers(found: Mapping[str, object], routing_key: str | None = None) -> Envelope:
    """Return the envelope that AMQP headers are, or raise `Undecodable` with the first header that is wrong.

    Takes both prefixes, and the time as milliseconds, as ISO 8601 or as AMQP's own timestamp. With the
    `routing_key` under which it was first published, that must be the one of its source and type.
    """
    attributes = Attributes(found)
    attributes.check_specversion()
    envelope = Envelope(
        id=attributes.id(),
        source=attributes.source(),
        type=attributes.type(),
        subject=attributes.text("subject"),
        time=attributes.time(),
        dataschema=attributes.optional_text("dataschema"),
        sequence=attributes.sequence(),
        traceparent=attributes.traceparent(),
    )
    if envelope.sequence is None and envelope.publisher != _EXTERNAL:
        raise missing("sequence")
    if routing_key is not None and routing_key != envelope.routing_key:
        raise Undecodable(
            "bad-header", "routing key: should be <source>.<type>.v<major>, as the headers have them"
        )
    return envelope


def body(event: Event) -> bytes:
    """Return the data of an event as JSON: UTF-8, fields in the order of its class, absent ones left out.

    The same event always gives the same bytes.
    """
    return event.model_dump_json(exclude_none=True).encode()


def read(envelope: Envelope, body: bytes) -> Event:
    """Return the event that an envelope and a body are, or raise `Undecodable`.

    Fields that are not known are ignored, and an unknown code becomes `other` where its list has that.
    """
    event_class = EVENTS.get(envelope.routing_key)
    if event_class is None:
        raise Undecodable("unknown-type", f"there is no event {envelope.routing_key}")
    refuse_what_only_looks_like_json(body)
    try:
        event = event_class.model_validate_json(body, context=READING, extra="ignore")
    except ValidationError as error:
        raise Undecodable.of(error) from None
    if event.subject != envelope.subject:
        fields = ".".join(event.subject_fields)
        raise Undecodable("invalid-data", f"{fields}: the envelope's subject should be its value")
    return event
