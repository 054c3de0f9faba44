"""Whether headers are an envelope: what the contract says of CloudEvents in AMQP headers, written down a second time."""

import re
from dataclasses import dataclass
from datetime import datetime

from tests.contract.fuzzing.amqp import Message, Timestamp, Value

SOURCE = re.compile(r"/(?:[a-z]+|external/[A-Za-z0-9][A-Za-z0-9._-]{0,62})")
TYPE = re.compile(r"[a-z]+(?:-[a-z]+)*\.v[1-9][0-9]{0,2}")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999, in milliseconds since 1970."""
MILLISECONDS_FROM = 0xFFFFFFFF
"""AMQP's timestamps that are greater are read as milliseconds."""
NOTED_KEY = "enmusubi-routing-key"
MISSING, BAD = "missing-header", "bad-header"


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is known of an event without its body."""

    id: str
    source: str
    type: str
    subject: str

    @property
    def publisher(self) -> str:
        """The name of somebody outside."""
        return self.source.rpartition("/")[2]

    @property
    def routing_key(self) -> str:
        """The key that it should have been published by."""
        return f"{self.source.split('/')[1]}.{self.type}"

    @property
    def inbox_key(self) -> str:
        """What it is done once for."""
        return f"{self.source}:{self.id}"


class Headers:
    """The headers of a message, as far as they are an envelope; gathers what is wrong with them."""

    def __init__(self, message: Message) -> None:
        self.faults: set[str] = set()
        self._found = {_legible(name): _legible(value) for name, value in message.headers or ()}

    def envelope(self) -> Envelope:
        """Read all of it; what is wrong lies in ``faults`` afterwards."""
        read = Envelope(
            id=self._text("id", r"[0-9a-f]{32}"),
            source=self._text("source", SOURCE),
            type=self._text("type", r"(?s:.*)"),
            subject=self._text("subject", r"(?s:.*)"),
        )
        if read.source == "/external":
            self.faults.add(BAD)
        self._text("specversion", r"1\.0")
        self._text("dataschema", r"(?s:.*)", needed=False)
        self._time()
        self._sequence(needed=not read.source.startswith("/external/"))
        return read

    def noted_key(self) -> str | None:
        """Return the key that a message claims to have come by."""
        noted = self._found.get(NOTED_KEY)
        return noted if isinstance(noted, str) else None

    def _value(self, name: str) -> Value:
        value = self._found.get(f"cloudEvents_{name}")
        return self._found.get(f"cloudEvents:{name}") if value is None else value

    def _text(self, name: str, pattern: str | re.Pattern[str], *, needed: bool = True) -> str:
        value = self._value(name)
        if value is None:
            self.faults |= {MISSING} if needed else set()
        elif not isinstance(value, str) or not 1 <= len(value) <= 255 or not re.fullmatch(pattern, value):
            self.faults.add(BAD)
        else:
            return value
        return ""

    def _time(self) -> None:
        value = self._value("time")
        if value is None:
            self.faults.add(MISSING)
        elif not _is_time(value):
            self.faults.add(BAD)

    def _sequence(self, *, needed: bool) -> None:
        value = self._value("sequence")
        if value is None:
            self.faults |= {MISSING} if needed else set()
        elif not (_is_whole(value) and int(value) >= 0) and not (  # type: ignore[arg-type]  # it is an int
            isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value)
        ):
            self.faults.add(BAD)


def _legible(value: Value) -> Value:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_time(value: Value) -> bool:
    match value:
        case Timestamp(seconds):
            return seconds <= MILLISECONDS_FROM or seconds <= LAST
        case bool():
            return False
        case int():
            return FIRST <= value <= LAST
        case str():
            return _is_iso(value)
    return False


def _is_iso(value: str) -> bool:
    if not RFC_3339.fullmatch(value):
        return False
    try:
        found = datetime.fromisoformat(value)
        return (
            found.utcoffset() is not None and 1 < found.year < 9999
        ) or FIRST <= found.timestamp() * 1000 <= LAST
    except (ValueError, OverflowError):
        return False
