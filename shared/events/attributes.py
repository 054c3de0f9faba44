"""The attributes of an envelope as they arrive: AMQP headers that anybody may have written."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeGuard

from shared.events.errors import Undecodable
from shared.events.ids import EventId

PREFIX: Final = "cloudEvents_"
OTHER_PREFIX: Final = "cloudEvents:"
"""Read as well, never written."""
SPECVERSION: Final = "1.0"

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
_LONGEST: Final = 255

_is_source: Final = re.compile(r"/(?!external$)[a-z]+|/external/[A-Za-z0-9][A-Za-z0-9._-]{0,62}").fullmatch
_is_type: Final = re.compile(r"[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,2}").fullmatch
_is_sequence: Final = re.compile(r"[0-9]{1,18}").fullmatch
_is_traceparent: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


def missing(name: str) -> Undecodable:
    """Return the error that says that an attribute is not there."""
    return Undecodable("missing-header", PREFIX + name)


def bad(name: str, should: str) -> Undecodable:
    """Return the error that says what an attribute should be."""
    return Undecodable("bad-header", f"{PREFIX}{name}: should be {should}")


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes in some AMQP headers; each is checked when it is asked for, or is `Undecodable`."""

    found: Mapping[str, object]

    def check_specversion(self) -> None:
        """Refuse another version of CloudEvents."""
        if self.text("specversion") != SPECVERSION:
            raise bad("specversion", SPECVERSION)

    def id(self) -> EventId:
        """Return the event's id."""
        try:
            return EventId(self.text("id"))
        except ValueError:
            raise bad("id", "32 lower-case hex digits") from None

    def source(self) -> str:
        """Return who published it."""
        return self._shaped("source", _is_source, "/<service> or /external/<name>")

    def type(self) -> str:
        """Return its name and major version."""
        return self._shaped("type", _is_type, "<type>.v<major>")

    def time(self) -> datetime:
        """Return when it happened, in UTC; written in milliseconds, ISO 8601 or AMQP's own timestamp."""
        value = self._value("time")
        if value is None:
            raise missing("time")
        try:
            time = _as_time(value)
        except (ValueError, OverflowError):
            time = None
        if time is None:
            raise bad("time", "milliseconds since 1970, or ISO 8601 with an offset")
        return time

    def sequence(self) -> int | None:
        """Return its place among the events of its subject, where there is one."""
        value = self._value("sequence")
        if value is None:
            return None
        if _is_whole(value) and value >= 0:
            return value
        if not isinstance(value, str) or not _is_sequence(value):
            raise bad("sequence", "a number in digits, such as 0000000042")
        return int(value)

    def traceparent(self) -> str | None:
        """Return the trace context; a broken one is none, as W3C asks for."""
        value = self._value("traceparent")
        return value if isinstance(value, str) and _is_traceparent(value) else None

    def text(self, name: str) -> str:
        """Return an attribute that has to be there and may be any short string."""
        value = self.optional_text(name)
        if value is None:
            raise missing(name)
        return value

    def optional_text(self, name: str) -> str | None:
        """Return an attribute that may be any short string, where it is there."""
        value = self._value(name)
        if value is None:
            return None
        if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST:
            raise bad(name, f"a string of 1 to {_LONGEST} characters")
        return value

    def _shaped(self, name: str, fits: Callable[[str], object], should: str) -> str:
        value = self.text(name)
        if not fits(value):
            raise bad(name, should)
        return value

    def _value(self, name: str) -> object:
        value = self.found.get(PREFIX + name)
        return self.found.get(OTHER_PREFIX + name) if value is None else value


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _as_time(value: object) -> datetime | None:
    if _is_whole(value):
        return EPOCH + value * MILLISECOND
    time = datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(time, datetime) or time.tzinfo is None:
        return None
    return time.astimezone(UTC)
