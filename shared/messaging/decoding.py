"""What the AMQP library cannot decode, though the broker passes it on: read as far as it goes.

Anybody may publish a header with a time in the year 200,000, a name that is not UTF-8, or tables in tables without end.
The library raises where it meets one, which ends the whole connection: at each delivery to a consumer, and for good
for whoever reads the history. Here such a part becomes something harmless, and the message is parked for what it lacks.
"""

import struct
from typing import Final

from pamqp import decode
from pamqp.common import FieldTable, FieldValue

DEEPEST: Final = 20
"""Tables within tables that are read; what lies deeper is left out."""
_LENGTH: Final = struct.Struct(">I")
_SECONDS: Final = struct.Struct(">Q")
_read_time, _read_short, _read_table = decode.timestamp, decode.short_str, decode.field_table


def be_tolerant() -> None:
    """Have the library's decoders read whatever the broker passes on."""
    decode.METHODS["timestamp"] = _time_or_nothing
    decode.METHODS["shortstr"] = _short_string
    decode.METHODS["table"] = _table
    decode.TABLE_MAPPING[b"T"] = _time_or_number


def _time_or_nothing(value: bytes) -> tuple[int, FieldValue]:
    """Read a time, or nothing where no calendar has it."""
    try:
        return _read_time(value)
    except (ValueError, OverflowError, OSError):
        return _SECONDS.size, None


def _time_or_number(value: bytes) -> tuple[int, FieldValue]:
    """Read a header's time, or its number where no calendar has it: so it is there, and wrong."""
    try:
        return _read_time(value)
    except (ValueError, OverflowError, OSError):
        return _SECONDS.size, _SECONDS.unpack_from(value)[0]


def _short_string(value: bytes) -> tuple[int, FieldValue]:
    try:
        return _read_short(value)
    except UnicodeDecodeError:
        end = 1 + value[0]
        return end, _legible(value[1:end])


def _table(value: bytes) -> tuple[int, FieldValue]:
    try:
        return _read_table(value)
    except (ValueError, RecursionError):
        end = _end(value)
        return end, _tolerant_table(value[_LENGTH.size : end], 1)


def _tolerant_table(rest: bytes, depth: int) -> FieldTable:
    found: FieldTable = {}
    while rest:
        end = 1 + rest[0]
        name = _legible(rest[1:end])
        used, found[name] = _value(rest[end:], depth)
        rest = rest[end + used :]
    return found


def _tolerant_array(rest: bytes, depth: int) -> list[FieldValue]:
    found: list[FieldValue] = []
    while rest:
        used, one = _value(rest, depth)
        found.append(one)
        rest = rest[used:]
    return found


def _value(value: bytes, depth: int) -> tuple[int, FieldValue]:
    kind, rest = value[:1], value[1:]
    if kind not in {b"A", b"F"}:
        used, found = decode.TABLE_MAPPING[kind](rest)
        return 1 + used, found
    end = _end(rest)
    if depth == DEEPEST:
        return 1 + end, None
    within = _tolerant_array if kind == b"A" else _tolerant_table
    return 1 + end, within(rest[_LENGTH.size : end], depth + 1)


def _end(value: bytes) -> int:
    length: int = _LENGTH.unpack_from(value)[0]
    return _LENGTH.size + length


def _legible(text: bytes) -> str:
    """Read what should be UTF-8; what is not becomes question marks, so that it is no longer than before."""
    return text.decode("utf-8", errors="replace").replace("\N{REPLACEMENT CHARACTER}", "?")
