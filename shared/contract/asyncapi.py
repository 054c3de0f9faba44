"""The AsyncAPI document of all events: who sends them, who receives them, and how to get at them."""

import hashlib
import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from shared.contract.headers import ENVELOPE, EXTERNAL, headers_of
from shared.contract.schemas import Document, definitions, example, rewritten
from shared.events import EVENTS, Envelope, Event, __version__, headers
from shared.events.envelope import CONTENT_TYPE
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId
from shared.events.readers import READERS
from shared.events.told import TOLD_BY_EVENT, Told

SCHEMAS: Final = "#/components/schemas/"
MESSAGES: Final = "#/components/messages/"
HISTORY: Final = "events.history"
EXCHANGE: Final = {"name": "events", "type": "topic", "durable": True, "autoDelete": False, "vhost": "/"}
BINDING_VERSION: Final = "0.3.0"
PERSISTENT: Final = 2

_ABOUT: Final = """\
Every event of the programme that brings engineers to the firms of a city.

**Envelope.** CloudEvents 1.0 in AMQP binary mode: attributes are AMQP headers `cloudEvents_<name>`, the body is the data as JSON in
UTF-8. All events go through the durable topic exchange `events`; a channel's address is its routing key, `<source>.<type>.v<major>`.

**Subscribing.** Bind a queue of your own to the routing keys that you want. You see an event **at least once**: drop what you know by
`cloudEvents_source` and `cloudEvents_id`. The first appearances of one subject come in the order of its `cloudEvents_sequence`; between
subjects there is no order. About a year of events lies in the stream `events.history` (`x-stream-offset: first` starts at the oldest).

**Publishing.** Services outside publish the channels `external.*` under a source of their own, `/external/<name>`, persistent and with
confirms. What cannot be used is parked with its reason, and nobody else is held up.

**Versions.** Within one major version fields are only added, and are optional: ignore what you do not know. Where a list of codes has
`other`, take an unknown code as `other`. A breaking change is a new major version, published beside the old one.

**Privacy.** No event has a name, address, e-mail, phone number, birth date, nationality or free text of a person.

Dates are days in the programme's zone (Asia/Tokyo), last days included; times are ISO 8601 with an offset; salaries are yen, gross, a
year; languages BCP 47; levels CEFR (JLPT: N5 is A1, N4 A2, N3 B1, N2 B2, N1 C1); countries ISO 3166-1 alpha-2; time zones IANA."""

_SOURCES: Final = {
    "intake": "Rounds, applications, and what becomes of a candidate.",
    "matching": "Firms, positions, matches, offers, and the end of a hire.",
    "scheduling": "Visits, interviews, showcases, lessons, relocations.",
    "notifications": "That a message was sent, or was not.",
    EXTERNAL: "What services outside publish to us.",
}


def document() -> Document:
    """Return the AsyncAPI 3.0 document: the same one as long as the classes are the same."""
    events = [event for _, event in sorted(EVENTS.items())]
    return {
        "asyncapi": "3.0.0",
        "id": "urn:enmusubi:events",
        "info": {
            "title": "Enmusubi events",
            "version": __version__,
            "description": _ABOUT,
            "tags": [{"name": name, "description": about} for name, about in _SOURCES.items()],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"broker": _server()},
        "channels": {event.routing_key: _channel(event) for event in events} | {HISTORY: _history(events)},
        "operations": dict(operation for event in events for operation in _operations(event))
        | {"history.sends": _history_operation(events)},
        "components": {
            "schemas": {"Envelope": ENVELOPE} | _schemas(events),
            "messages": {event.routing_key: _message(event) for event in events},
            "messageTraits": {"event": _trait()},
            "securitySchemes": {"user": {"type": "userPassword", "description": "A user of the broker."}},
        },
    }


def _server() -> Document:
    return {
        "host": "{broker}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "RabbitMQ.",
        "variables": {
            "broker": {"default": "localhost:5672", "description": "Host and port, as the operator says."}
        },
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }


def _channel(event: type[Event]) -> Document:
    return {
        "address": event.routing_key,
        "title": event.__name__,
        "summary": _summary(event),
        "messages": {event.routing_key: {"$ref": MESSAGES + event.routing_key}},
        "tags": [{"name": event.source}],
        "bindings": {"amqp": {"is": "routingKey", "exchange": EXCHANGE, "bindingVersion": BINDING_VERSION}},
    }


def _history(events: list[type[Event]]) -> Document:
    queue = {"name": HISTORY, "durable": True, "exclusive": False, "autoDelete": False, "vhost": "/"}
    return {
        "address": HISTORY,
        "title": "History",
        "summary": "The stream of all events of about a year, for whoever comes later.",
        "description": "A RabbitMQ stream, read over AMQP 0-9-1: set a prefetch count, acknowledge what you read, and consume with the "
        "argument `x-stream-offset`: `first`, a time, or one more than the `x-stream-offset` header of the last that you had.",
        "messages": {event.routing_key: {"$ref": MESSAGES + event.routing_key} for event in events},
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": BINDING_VERSION}},
    }


def _operations(event: type[Event]) -> Iterator[tuple[str, Document]]:
    """Say who sends an event, where one of ours does, and who receives it."""
    if event.source != EXTERNAL:
        yield f"{event.source}.sends.{event.versioned_type}", _operation("send", event.source, event)
    for reader, read in sorted(READERS.items()):
        if event in read:
            yield f"{reader}.receives.{event.versioned_type}", _operation("receive", reader, event)


def _operation(action: str, service: str, event: type[Event]) -> Document:
    sent = {
        "deliveryMode": PERSISTENT,
        "mandatory": True,
        "timestamp": True,
        "bindingVersion": BINDING_VERSION,
    }
    received = {"ack": True, "bindingVersion": BINDING_VERSION}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{event.routing_key}"},
        "summary": f"{service} {'publishes' if action == 'send' else 'reads'} {event.versioned_type}",
        "tags": [{"name": service}],
        "bindings": {"amqp": sent if action == "send" else received},
        "messages": [{"$ref": f"#/channels/{event.routing_key}/messages/{event.routing_key}"}],
    }


def _history_operation(events: list[type[Event]]) -> Document:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{HISTORY}"},
        "summary": "Every event, from whomever, is in the history",
        "messages": [{"$ref": f"#/channels/{HISTORY}/messages/{event.routing_key}"} for event in events],
    }


def _message(event: type[Event]) -> Document:
    return {
        "name": event.versioned_type,
        "title": event.__name__,
        "summary": _summary(event),
        "description": f"{inspect.getdoc(event)}\n\n{_parties(event)}",
        "headers": headers_of(event, SCHEMAS + "Envelope"),
        "payload": {"$ref": SCHEMAS + event.__name__},
        "tags": [{"name": event.source}],
        "traits": [{"$ref": "#/components/messageTraits/event"}],
        "examples": [_example(event)],
        "x-subject": list(event.subject_fields),
    }


def _summary(event: type[Event]) -> str:
    return (inspect.getdoc(event) or "").partition("\n\n")[0].replace("\n", " ")


def _parties(event: type[Event]) -> str:
    publisher = (
        "a service outside, under `/external/<its name>`" if event.source == EXTERNAL else event.source
    )
    readers = [reader for reader, read in sorted(READERS.items()) if event in read]
    subject = ".".join(f"<{field}>" for field in event.subject_fields)
    told = ", ".join(_told(row) for row in TOLD_BY_EVENT.get(event, ()))
    return (
        f"Published by {publisher}. Read by {', '.join([*readers, 'whoever reads the history'])}. "
        f"Subject: `{subject}`. Messages that it sends: {told or 'none'}."
    )


def _told(row: Told) -> str:
    when = f" when {row.when}" if row.when else ""
    gathered = " (gathered, at 18:00)" if row.gathered else ""
    return f"`{row.template}` to the {row.recipient}{when}{gathered}"


def _trait() -> Document:
    return {"contentType": CONTENT_TYPE, "bindings": {"amqp": {"bindingVersion": BINDING_VERSION}}}


def _example(event: type[Event]) -> Document:
    return {
        "name": event.versioned_type,
        "summary": _summary(event),
        "headers": headers(example_envelope(event)),
        "payload": example(event),
    }


def example_envelope(event: type[Event]) -> Envelope:
    """Return the envelope of an event's example; its id is made from the routing key."""
    return Envelope.of(
        EXAMPLES[event],
        id=EventId(hashlib.sha256(event.routing_key.encode()).hexdigest()[:32]),
        time=datetime(2027, 5, 14, 1, 2, 3, 456000, tzinfo=UTC),
        sequence=1,
        publisher="some-service" if event.source == EXTERNAL else None,
    )


def _schemas(events: list[type[Event]]) -> dict[str, Document]:
    return {
        name: rewritten(schema, _described_reference) for name, schema in definitions(events, SCHEMAS).items()
    }


def _described_reference(schema: Document) -> Document:
    """A reference stands alone: what is beside it would be overlooked."""
    if "$ref" not in schema or len(schema) == 1:
        return schema
    return {key: value for key, value in schema.items() if key != "$ref"} | {
        "allOf": [{"$ref": schema["$ref"]}]
    }
