"""The headers of an event as JSON Schemas: what all have in common, and what is an event's own."""

import re
from typing import Final

from shared.contract.schemas import Document
from shared.events import Event
from shared.events.ids import ID_PATTERN

EXTERNAL: Final = "external"
_ID: Final = ID_PATTERN.strip("^$")
_ALWAYS: Final = ("id", "source", "type", "subject", "time", "specversion")
_OF_OURS: Final = ("dataschema", "sequence")

ENVELOPE: Final[Document] = {
    "title": "Envelope",
    "type": "object",
    "description": "The attributes of CloudEvents 1.0 as AMQP headers (binary mode).",
    "properties": {
        "cloudEvents_id": {
            "type": "string",
            "pattern": ID_PATTERN,
            "description": "The event's id; also the AMQP `message-id`. Drop what you know by source and id.",
        },
        "cloudEvents_source": {"type": "string", "description": "Who published it."},
        "cloudEvents_type": {"type": "string", "description": "Its name and major version."},
        "cloudEvents_subject": {"type": "string", "description": "The id of the thing that it is about."},
        "cloudEvents_time": {
            "description": "When it happened, in the programme's time: milliseconds since 1970 (UTC). From outside an ISO 8601 "
            "string with an offset is taken as well.",
        },
        "cloudEvents_specversion": {"const": "1.0", "description": "The version of CloudEvents."},
        "cloudEvents_dataschema": {"type": "string", "description": "The `$id` of its data's JSON Schema."},
        "cloudEvents_sequence": {
            "type": "string",
            "pattern": "^[0-9]{1,18}$",
            "description": "Its place among the events of one subject from one source, counted without gaps; as a string it sorts.",
        },
        "cloudEvents_traceparent": {
            "type": "string",
            "description": "W3C trace context; absent where the event belongs to no trace.",
        },
    },
    "required": [f"cloudEvents_{name}" for name in _ALWAYS],
}


def headers_of(event: type[Event], envelope: str) -> Document:
    """Return the schema of an event's headers; `envelope` is the place of what all have in common."""
    own: Document = {
        "source": _source(event),
        "type": {"const": event.versioned_type},
        "subject": {
            "pattern": f"^{'[.]'.join([_ID] * len(event.subject_fields))}$",
            "description": _subject(event),
        },
        "time": {"type": ["integer", "string"] if event.source == EXTERNAL else "integer"},
        "dataschema": {"const": event.dataschema},
    }
    made: Document = {
        "type": "object",
        "allOf": [{"$ref": envelope}],
        "properties": {f"cloudEvents_{name}": {"type": "string", **schema} for name, schema in own.items()},
    }
    if event.source != EXTERNAL:
        made["required"] = [f"cloudEvents_{name}" for name in _OF_OURS]
    return made


def _source(event: type[Event]) -> Document:
    if event.source != EXTERNAL:
        return {"const": f"/{event.source}"}
    return {
        "pattern": f"^/{re.escape(EXTERNAL)}/[A-Za-z0-9][A-Za-z0-9._-]{{0,62}}$",
        "description": "Who publishes it: `/external/<its name>`.",
    }


def _subject(event: type[Event]) -> str:
    return ".".join(f"<{field}>" for field in event.subject_fields)
