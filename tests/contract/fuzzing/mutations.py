"""Mutations: what is done to a good event's data, to its bytes, its headers and its way.

A recipe does not know which event it will be used on: places are numbers, counted round among those that there are.
"""

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.contract.fuzzing.amqp import Headers, Value
from tests.contract.fuzzing.edges import FORGED, SEQUENCES, TIMES

Json = Any
Change = Literal["drop", "rename", "put", "add", "swap", "many", "deep", "null"]
Spoiling = Literal[
    "cut",
    "spoil",
    "utf-16",
    "bom",
    "nan",
    "twice",
    "more",
    "space",
    "empty",
    "array",
    "half",
    "deep",
    "control",
    "big",
]
Heading = Literal["drop", "set", "void", "colon", "both", "twice", "rename", "extra", "forge"]
Company = Literal["none", "repeat", "other-body", "other-type", "too-soon", "stale", "far-ahead"]
Way = Literal["own", "other", "queue"]
DEEP = 1500
"""More levels than any reader of JSON follows."""
ATTRIBUTES = (
    "id",
    "source",
    "type",
    "subject",
    "time",
    "specversion",
    "dataschema",
    "sequence",
    "traceparent",
)


@dataclass(frozen=True)
class OfData:
    """Something done to the data, as JSON."""

    what: Change
    place: int
    junk: Json

    def __call__(self, data: Json) -> Json:
        """Return the data, changed."""
        data = copy.deepcopy(data)
        places = list(_places(data))
        if places:
            within, key = places[self.place % len(places)]
            self._at(within, key, places)
        return data

    def _at(self, within: Json, key: Json, places: Sequence[tuple[Json, Json]]) -> None:
        other, other_key = places[(self.place * 7 + 1) % len(places)]
        instead = {
            "put": self.junk,
            "null": None,
            "swap": copy.deepcopy(other[other_key]),
            "many": [copy.deepcopy(within[key])] * (self.place % 130),
        }
        if self.what in instead:
            within[key] = instead[self.what]
        elif self.what == "drop":
            del within[key]
        elif isinstance(within, dict):
            more = {"rename": str(self.junk)[:40], "add": str(self.place), "deep": "deep"}[self.what]
            found = {"rename": within[key], "add": self.junk, "deep": _deep(60)}[self.what]
            if self.what == "rename":
                del within[key]
            within[more] = found


@dataclass(frozen=True)
class OfBytes:
    """Something done to the body, as bytes."""

    what: Spoiling
    place: int

    def __call__(self, body: bytes) -> bytes:
        """Return the body, changed."""
        if self.what in WHOLE:
            return WHOLE[self.what](body, self.place)
        begins, brace, rest = body.partition(b"{")
        if len(rest) < 10:
            return body
        return begins + brace + b'"more": ' + INSIDE[self.what](self.place) + b"," + rest


def _cut(body: bytes, place: int) -> bytes:
    return body[: place % (len(body) + 1)]


def _spoil(body: bytes, place: int) -> bytes:
    at = place % (len(body) + 1)
    return body[:at] + bytes([0xC0 | place & 0x3F]) + body[at:]


def _twice(body: bytes, _: int) -> bytes:
    begins, brace, rest = body.partition(b"{")
    return begins + brace + rest.rpartition(b"}")[0] + b"," + rest


WHOLE: Mapping[str, Callable[[bytes, int], bytes]] = {
    "cut": _cut,
    "spoil": _spoil,
    "twice": _twice,
    "utf-16": lambda body, _: body.decode(errors="replace").encode("utf-16"),
    "bom": lambda body, _: b"\xef\xbb\xbf" + body,
    "more": lambda body, place: body + (b"}", b" x", b"\x00", b"{}")[place % 4],
    "space": lambda body, place: b"\r\n\t " + body + b" " * (place % 5000),
    "empty": lambda _, place: (b"", b" ", b"null", b'""', b"0")[place % 5],
    "array": lambda body, _: b"[" + body + b"]",
}
INSIDE: Mapping[str, Callable[[int], bytes]] = {
    "nan": lambda place: (b"NaN", b"-Infinity", b"Infinity")[place % 3],
    "half": lambda _: rb'"\ud83d"',
    "control": lambda _: b'"\x01"',
    "big": lambda place: b"1" + b"0" * (place % 4000),
    "deep": lambda _: b"[" * DEEP + b"]" * DEEP,
}
"""What is put into the body, in a field that nobody knows."""


@dataclass(frozen=True)
class OfHeaders:
    """Something done to one attribute of the envelope, or beside it."""

    what: Heading
    place: int
    name: str
    value: Value

    def __call__(self, headers: Headers) -> Headers:
        """Return the headers, changed."""
        attribute = ATTRIBUTES[self.place % len(ATTRIBUTES)]
        key, value = f"cloudEvents_{attribute}", self._fitting(attribute)
        usual = tuple(pair for pair in headers if pair[0] != key)
        own = tuple(pair for pair in headers if pair[0] == key)
        changed: Mapping[Heading, Headers] = {
            "drop": usual,
            "set": (*usual, (key, value)),
            "void": (*usual, (key, None)),
            "colon": (*usual, *((f"cloudEvents:{attribute}", one) for _, one in own)),
            "both": (*headers, (f"cloudEvents:{attribute}", value)),
            "twice": (*headers, *own),
            "rename": (*usual, *((f"ce-{attribute}", one) for _, one in own)),
            "extra": (*headers, (f"x{self.name}", value)),
            "forge": (*headers, (FORGED[self.place % len(FORGED)], value)),
        }
        return changed[self.what]

    def _fitting(self, attribute: str) -> Value:
        some = {"time": TIMES, "sequence": SEQUENCES}.get(attribute)
        return self.value if some is None or self.place % 3 == 0 else some[self.place % len(some)]


@dataclass(frozen=True)
class Recipe:
    """All that is done to one event."""

    data: tuple[OfData, ...]
    body: OfBytes | None
    headers: tuple[OfHeaders, ...]
    way: Way
    key: int
    strangers: bool
    """Whether it is about things that nobody knows."""
    company: Company
    properties: dict[str, Any]


def _places(data: Json) -> Iterator[tuple[Any, Any]]:
    """Give every place in the data: what it is in, and under which name or number."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield data, key
        yield from _places(value)


def _deep(levels: int) -> Json:
    return json.loads("[" * levels + "]" * levels)
