"""Whether a body is what its published schema says: a reader of its own, which knows docs/contract and nothing of ours.

Beside what JSON Schema has words for it knows the rules that stand in the contract's prose: the years that days lie in, names that
hold letters of any script and few digits, zones that exist, an end that is not before its beginning. A null where a field may be
left out counts as left out.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

Json = Any
Schema = dict[str, Any]
SCHEMAS = Path(__file__).parents[3] / "docs" / "contract" / "schemas"
PAIRS = (
    ("starts_on", "ends_on"),
    ("starts_at", "ends_at"),
    ("salary_min", "salary_max"),
    ("available_from", "available_until"),
)
PUBLIC_NAME = "^([^0-9"
"""How the pattern of what an applicant types begins."""
SYMBOLS = " +#./-()&'"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(:[0-9]{2})?(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class NotJsonError(ValueError):
    """A body that no reader of JSON should take."""


@cache
def schema_of(routing_key: str) -> Schema | None:
    """Return an event's published schema; None where there is no such event."""
    file = SCHEMAS / f"{routing_key}.json"
    known = "/" not in routing_key and "\x00" not in routing_key and len(routing_key) < 100 and file.exists()
    return dict(json.loads(file.read_text(encoding="utf-8"))) if known else None


def parsed(body: bytes) -> Json:
    """Read a body as RFC 8259 says; raises NotJsonError."""
    try:
        found = json.loads(body.decode("utf-8"), parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise NotJsonError from error
    return found


def _refuse(name: str) -> None:
    raise NotJsonError(name)


def fits(value: Json, schema: Schema, parts: Schema | None = None) -> bool:
    """Say whether a value is what a schema says."""
    parts = schema.get("$defs", {}) if parts is None else parts
    if "$ref" in schema:
        return fits(value, parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return any(fits(value, one, parts) for one in schema["anyOf"])
    if "enum" in schema:
        return isinstance(value, str) and value in schema["enum"]
    if schema["type"] == "object":
        return _object(value, schema, parts)
    if schema["type"] == "array":
        return _array(value, schema, parts)
    return _PLAIN[schema["type"]](value, schema)


def _array(value: Json, schema: Schema, parts: Schema) -> bool:
    if not isinstance(value, list) or len(value) > schema.get("maxItems", len(value)):
        return False
    return all(fits(one, schema["items"], parts) for one in value)


def as_read(value: Json, schema: Schema, parts: Schema | None = None) -> Json:
    """Return what a good value says: without what is not known, with what it leaves unsaid, names composed."""
    parts = schema.get("$defs", {}) if parts is None else parts
    if "$ref" in schema:
        return as_read(value, parts[schema["$ref"].rpartition("/")[2]], parts)
    match schema.get("type"), value:
        case "object", dict():
            unsaid = {name: one["default"] for name, one in schema["properties"].items() if "default" in one}
            said = {name: one for name, one in value.items() if one is not None}
            return {
                name: as_read((unsaid | said)[name], one, parts)
                for name, one in schema["properties"].items()
                if name in unsaid | said
            }
        case "array", list():
            return [as_read(one, schema["items"], parts) for one in value]
        case "string", str() if schema.get("pattern", "").startswith(PUBLIC_NAME):
            return unicodedata.normalize("NFC", value).strip(" ")
    return value


def _object(value: Json, schema: Schema, parts: Schema) -> bool:
    if not isinstance(value, dict):
        return False
    given = {name: one for name, one in value.items() if not _left_out(name, one, schema)}
    return (
        all(name in given for name in schema.get("required", ()))
        and all(fits(given[name], one, parts) for name, one in schema["properties"].items() if name in given)
        and all(_in_order(given, *pair) for pair in PAIRS if set(pair) <= schema["properties"].keys())
        and ("time_zone" not in schema["properties"] or given.get("time_zone") in _zones())
    )


def _left_out(name: str, value: Json, schema: Schema) -> bool:
    """Say whether null stands for what may be left out and is nothing then."""
    optional = name not in schema.get("required", ()) and "default" not in schema["properties"].get(name, {})
    return value is None and optional


def _in_order(given: Json, first: str, last: str) -> bool:
    if first not in given or last not in given:
        return True
    begins, ends = given[first], given[last]
    if first.endswith("_at"):
        return moment(begins) <= moment(ends)  # type: ignore[operator]  # both were read already
    return bool(begins <= ends)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _number(value: Json, schema: Schema) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and (isinstance(value, int) or math.isfinite(value))
        and schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
    )


def _integer(value: Json, schema: Schema) -> bool:
    return _number(value, schema) and value == int(value)


def _text(value: Json, schema: Schema) -> bool:
    if not isinstance(value, str):
        return False
    pattern = schema.get("pattern", "")
    if pattern.startswith(PUBLIC_NAME):
        return is_public_name(value)
    written = {"date": day, "date-time": moment}.get(schema.get("format", ""))
    return (
        schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        and (not pattern or re.fullmatch(pattern.removeprefix("^").removesuffix("$"), value) is not None)
        and (written is None or written(value) is not None)
    )


def is_public_name(value: str) -> bool:
    """Say whether what an applicant typed may be read by everybody (CONTRACT: events)."""
    text = unicodedata.normalize("NFC", value).strip(" ")
    kinds = [unicodedata.category(character) for character in text]
    return (
        1 <= len(text) <= 60
        and kinds.count("Nd") <= 5
        and all(
            kind[0] in "LM" or kind == "Nd" or character in SYMBOLS
            for character, kind in zip(text, kinds, strict=True)
        )
    )


def day(value: str) -> date | None:
    """Read a day from the year 2000 to 2100."""
    if not DAY.fullmatch(value):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def moment(value: str) -> datetime | None:
    """Read a moment with its offset, from the year 2000 to 2100."""
    written = MOMENT.fullmatch(value)
    if written is None or (written[3] and not written[2]):
        return None
    to_the_minute, seconds, parts, offset = written.groups()
    text = f"{to_the_minute}{seconds or ''}{(parts or '')[:7].ljust(7, '0') if parts else ''}{offset}"
    try:
        found = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if 2000 <= found.year <= 2100 else None


_PLAIN: Mapping[str, Callable[[Json, Schema], bool]] = {
    "string": _text,
    "number": _number,
    "integer": _integer,
    "boolean": lambda value, _: isinstance(value, bool),
}
