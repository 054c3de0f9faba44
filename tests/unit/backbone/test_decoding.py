"""What the AMQP library cannot decode is read as far as it goes, and the message with it."""

import struct
from datetime import UTC, datetime

import pytest
from pamqp.header import ContentHeader

from shared.messaging.decoding import DEEPEST

MESSAGE_ID, CONTENT_TYPE, HEADERS, TIMESTAMP = 1 << 7, 1 << 15, 1 << 13, 1 << 6


def read(flags: int, written: bytes) -> ContentHeader:
    """Read a message's properties as the client does that a broker sends them to."""
    header = ContentHeader()
    header.unmarshal(struct.pack(">HHQH", 60, 0, 2, flags) + written)
    return header


def short(text: bytes) -> bytes:
    return bytes([len(text)]) + text


def long(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def headers(*pairs: tuple[bytes, bytes]) -> dict[str, object]:
    table = long(b"".join(short(name) + value for name, value in pairs))
    return dict(read(HEADERS, table).properties.headers or {})


def tower(levels: int) -> bytes:
    value = b"V"
    for _ in range(levels):
        value = b"A" + long(value)
    return value


@pytest.mark.parametrize("seconds", [2**63 - 1, 2**64 - 1, 253_402_300_800_000])
def test_a_time_that_no_calendar_has_is_none_and_as_a_header_its_number(seconds: int) -> None:
    written = struct.pack(">Q", seconds)
    assert read(TIMESTAMP, written).properties.timestamp is None
    assert headers((b"when", b"T" + written), (b"next", b"t\x01")) == {"when": seconds, "next": True}


def test_a_time_is_a_time() -> None:
    written = struct.pack(">Q", 1_800_000_000)
    assert read(TIMESTAMP, written).properties.timestamp == datetime.fromtimestamp(1_800_000_000, UTC)


def test_what_is_not_utf_8_becomes_legible_and_no_longer() -> None:
    header = read(CONTENT_TYPE | MESSAGE_ID, short(b"a\xff\xfeb") + short(b"\xc3" * 255))
    assert (header.properties.content_type, header.properties.message_id) == ("a??b", "?" * 255)


def test_a_header_whose_name_is_not_utf_8_takes_nothing_from_the_others() -> None:
    inner = b"F" + long(short(b"\xfe") + b"S" + long("é".encode()))
    assert headers((b"\xff", b"t\x00"), (b"in", inner), (b"end", b"b\x05")) == {
        "?": False,
        "in": {"?": "é"},
        "end": 5,
    }


def test_a_tower_is_read_up_to_some_floor() -> None:
    read_headers = headers((b"tower", tower(5000)), (b"end", b"b\x05"))
    floors, floor = 0, read_headers["tower"]
    while isinstance(floor, list):
        floors, (floor,) = floors + 1, floor
    assert (floors, floor, read_headers["end"]) == (DEEPEST - 1, None, 5)  # the headers themselves are one
