"""JSON Schemas of events as a *reader* needs them.

They differ from pydantic's own: what is absent is left out and never null, a part may gain fields within a major version, and
a list of codes that has `other` may gain codes.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from shared.events import EVENTS, Event, body
from shared.events.examples import EXAMPLES

Document = dict[str, Any]
"""JSON that is on its way to a file."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DEFINITIONS: Final = "#/$defs/"
CODE_PATTERN: Final = "^[a-z0-9]+(-[a-z0-9]+)*$"


def event_schemas() -> dict[str, Document]:
    """Return the JSON Schema (2020-12) of each event, by routing key; its `$id` is the envelope's `dataschema`."""
    parts = definitions(EVENTS.values(), DEFINITIONS)
    return {routing_key: _event_schema(event, parts) for routing_key, event in sorted(EVENTS.items())}


def _event_schema(event: type[Event], parts: dict[str, Document]) -> Document:
    schema = parts[event.__name__]
    needed = reached(schema, parts)
    described = {
        "$schema": DIALECT,
        "$id": event.dataschema,
        **schema,
        "x-subject": list(event.subject_fields),
        "examples": [example(event)],
    }
    return described | ({"$defs": {name: parts[name] for name in needed}} if needed else {})


def example(event: type[Event]) -> Document:
    """Return the data of an event's example, as it is on the wire."""
    data: Document = json.loads(body(EXAMPLES[event]))
    return data


def definitions(events: Iterable[type[Event]], place: str) -> dict[str, Document]:
    """Return the schema of each event and of each part of one, by its name; they refer to each other at `place`."""
    models = [(event, "validation") for event in events]
    _, made = models_json_schema(models, ref_template=place + "{model}")  # type: ignore[arg-type]
    return {name: _as_read(schema) for name, schema in sorted(made["$defs"].items())}


def reached(schema: object, parts: dict[str, Document]) -> list[str]:
    """Name the parts that a schema refers to, and that those refer to, in the order of their names."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        for name in references(waiting.pop()) - found:
            found.add(name)
            waiting.append(parts[name])
    return sorted(found)


def references(schema: object) -> set[str]:
    """Name the parts that a schema refers to itself."""
    match schema:
        case {"$ref": str(place), **rest}:
            return {place.rpartition("/")[2]} | references(rest)
        case dict():
            return set().union(*map(references, schema.values()))
        case list():
            return set().union(*map(references, schema))
    return set()


def _as_read(schema: Document) -> Document:
    return rewritten(as_written(schema), _open_to_codes)


def as_written(schema: Document) -> Document:
    """Return the schema of what we write, an event or an answer: without null, and with room for fields to come."""
    return rewritten(rewritten(schema, _never_null), _open_to_fields)


def _rewritten_within(key: str, value: object, rewrite: Callable[[Document], Document]) -> object:
    match key, value:
        case "properties" | "$defs", dict():
            return {name: rewritten(inner, rewrite) for name, inner in value.items()}
        case "items" | "additionalProperties", dict():
            return rewritten(value, rewrite)
        case "anyOf" | "allOf" | "oneOf" | "prefixItems", list():
            return [rewritten(inner, rewrite) for inner in value]
    return value


def rewritten(schema: Document, rewrite: Callable[[Document], Document]) -> Document:
    """Apply a rule to a schema and to all that is inside of it, innermost first."""
    return rewrite({key: _rewritten_within(key, value, rewrite) for key, value in schema.items()})


def _never_null(schema: Document) -> Document:
    """What is absent is left out: null is no choice, and no default."""
    choices: list[Document] = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(choices) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    return choices[0] | rest


def _open_to_fields(schema: Document) -> Document:
    """A reader ignores fields that it does not know; and a field's title says no more than its name."""
    kept = {key: value for key, value in schema.items() if (key, value) != ("additionalProperties", False)}
    for name, inner in kept.get("properties", {}).items():
        kept["properties"][name] = {key: value for key, value in inner.items() if key != "title"}
    return kept


def _open_to_codes(schema: Document) -> Document:
    """Where a list of codes has `other`, a newer publisher may know more of them."""
    if "other" not in schema.get("enum", []):
        return schema
    known = {"type": "string", "enum": schema["enum"]}
    newer = {
        "type": "string",
        "pattern": CODE_PATTERN,
        "description": "A code that a newer publisher knows: take it as `other`.",
    }
    rest = {key: value for key, value in schema.items() if key not in {"type", "enum"}}
    return rest | {"anyOf": [known, newer]}
