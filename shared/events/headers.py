"""The envelope on the wire: AMQP headers, as the official CloudEvents SDK writes and reads them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.events.envelope import EXTERNAL, Envelope
from shared.events.errors import Undecodable
from shared.events.ids import EventId

PREFIX: Final = "cloudEvents_"
OTHER_PREFIX: Final = "cloudEvents:"
"""Read as well, never written."""
SPECVERSION: Final = "1.0"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_LONGEST: Final = 255

_is_source: Final = re.compile(r"/(?!external\b)[a-z]+|/external/[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch
_is_type: Final = re.compile(r"[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,2}").fullmatch
_is_sequence: Final = re.compile(r"[0-9]{1,18}").fullmatch
_is_traceparent: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


def headers(envelope: Envelope) -> dict[str, str | int]:
    """Return the AMQP headers of an envelope; what is absent has no header."""
    written: dict[str, str | int] = {
        "cloudEvents_id": str(envelope.id),
        "cloudEvents_source": envelope.source,
        "cloudEvents_type": envelope.type,
        "cloudEvents_subject": envelope.subject,
        "cloudEvents_time": (envelope.time - _EPOCH) // _MILLISECOND,
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
    _check_specversion(found)
    envelope = Envelope(
        id=_id(found),
        source=_shaped(found, "source", _is_source, "/<service> or /external/<name>"),
        type=_shaped(found, "type", _is_type, "<type>.v<major>"),
        subject=_text(found, "subject"),
        time=_time(found),
        dataschema=_optional_text(found, "dataschema"),
        sequence=_sequence(found),
        traceparent=_traceparent(found),
    )
    if envelope.sequence is None and envelope.publisher != EXTERNAL:
        raise _missing("sequence")
    if routing_key is not None and routing_key != envelope.routing_key:
        raise Undecodable(
            "bad-header", "routing key: should be <source>.<type>.v<major>, as the headers have them"
        )
    return envelope


def _attribute(found: Mapping[str, object], name: str) -> object:
    value = found.get(PREFIX + name)
    return found.get(OTHER_PREFIX + name) if value is None else value


def _missing(name: str) -> Undecodable:
    return Undecodable("missing-header", PREFIX + name)


def _bad(name: str, should: str) -> Undecodable:
    return Undecodable("bad-header", f"{PREFIX}{name}: should be {should}")


def _optional_text(found: Mapping[str, object], name: str) -> str | None:
    value = _attribute(found, name)
    if value is None:
        return None
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST:
        raise _bad(name, f"a string of 1 to {_LONGEST} characters")
    return value


def _text(found: Mapping[str, object], name: str) -> str:
    value = _optional_text(found, name)
    if value is None:
        raise _missing(name)
    return value


def _shaped(found: Mapping[str, object], name: str, fits: Callable[[str], object], should: str) -> str:
    value = _text(found, name)
    if not fits(value):
        raise _bad(name, should)
    return value


def _check_specversion(found: Mapping[str, object]) -> None:
    if _text(found, "specversion") != SPECVERSION:
        raise _bad("specversion", SPECVERSION)


def _id(found: Mapping[str, object]) -> EventId:
    try:
        return EventId(_text(found, "id"))
    except ValueError:
        raise _bad("id", "32 lower-case hex digits") from None


def _time(found: Mapping[str, object]) -> datetime:
    value = _attribute(found, "time")
    if value is None:
        raise _missing("time")
    try:
        time = _as_time(value)
        if time is not None and time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _bad("time", "milliseconds since 1970, or ISO 8601 with an offset")


def _as_time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _EPOCH + value * _MILLISECOND
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _sequence(found: Mapping[str, object]) -> int | None:
    value = _attribute(found, "sequence")
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if not isinstance(value, str) or not _is_sequence(value):
        raise _bad("sequence", "a number in digits, such as 0000000042")
    return int(value)


def _traceparent(found: Mapping[str, object]) -> str | None:
    """Return the trace context; a broken one is none, as W3C asks for."""
    value = _attribute(found, "traceparent")
    return value if isinstance(value, str) and _is_traceparent(value) else None
