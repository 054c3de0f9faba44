"""A message that is published again: what goes with it, and what does not."""

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Protocol

from pamqp.commands import Basic
from pamqp.common import FieldTable
from pamqp.encode import encode_table_value

NEVER_PASSED_ON = frozenset({"CC", "BCC"})
"""To the broker these headers are more addresses: a message that names its own queue would come back for ever."""
MOST = 64 * 1024
"""Bytes of headers that go on as they came. Headers must fit one frame (128 KiB), with what we add to them."""
ROOM = 16 * 1024
"""Bytes of those that go on where there were more than ``MOST``."""
KNOWN = ("enmusubi-", "cloudEvents_", "cloudEvents:")
"""What headers begin with that mean something to us, the most important first."""
UNWRITABLE = (OverflowError, TypeError, ValueError, struct.error)
"""What our client raises where it cannot write what another client could, such as 1e300."""
LONGEST_NAME = 128
"""Bytes of a header's name: our client cuts a longer one off, and writes it into the log."""
DEEPEST = 20
"""Tables within tables that go on: our client follows them by calling itself, and would fall from a tower."""
LEFT_OUT = "enmusubi-left-out"
"""How many headers did not go on, since there were too many, or too long ones."""


class Received(Protocol):
    """A message as it came, from a consumer of ours or from aio-pika's own."""

    @property
    def content_type(self) -> str | None:
        """What its publisher says the body is."""
        ...

    @property
    def content_encoding(self) -> str | None:
        """How its publisher says the body is encoded."""
        ...

    @property
    def message_id(self) -> str | None:
        """What the publisher named it."""
        ...

    @property
    def timestamp(self) -> datetime | None:
        """When its publisher says it was published."""
        ...


def onward(message: Received, headers: FieldTable) -> Basic.Properties:
    """Return what travels beside the body when a message is published again, with these headers."""
    return Basic.Properties(
        headers=headers,
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        message_id=message.message_id,
        timestamp=message.timestamp,
    )


def passed_on(headers: Mapping[str, object]) -> FieldTable:
    """Return the headers that go with a message which is published again.

    The broker's own count of deaths must go, or the message may stick in a retry queue for good. Of headers that
    fill a frame the known ones go on, or the link would break at each try to move the message.
    """
    sizes = {
        key: size
        for key, value in headers.items()
        if not key.startswith("x-") and key not in NEVER_PASSED_ON and (size := _size(key, value)) is not None
    }
    kept = sizes if sum(sizes.values()) <= MOST else _known(sizes)
    going: FieldTable = {key: headers[key] for key in kept}  # type: ignore[misc]  # whatever can be written
    return going if len(kept) == len(sizes) else going | {LEFT_OUT: len(sizes) - len(kept)}


def _known(sizes: Mapping[str, int]) -> Sequence[str]:
    """Return the headers that mean something to us, as many as there is room for, the short ones first."""
    ranked = sorted(
        (rank, size, key)
        for key, size in sizes.items()
        for rank, beginning in enumerate(KNOWN)
        if key.startswith(beginning)
    )
    upto = accumulate(size for _, size, _ in ranked)
    return [key for (_, _, key), filled in zip(ranked, upto, strict=True) if filled <= ROOM]


def _size(key: str, value: object) -> int | None:
    """Return how many bytes a header takes; None for one that our client cannot write."""
    if len(key.encode()) > LONGEST_NAME or not _is_flat(value, DEEPEST):
        return None
    try:
        return 1 + len(key.encode()) + len(encode_table_value(value))  # type: ignore[arg-type]  # that is the question
    except UNWRITABLE:
        return None


def _is_flat(value: object, levels: int) -> bool:
    """Say whether a header has no more than so many tables within each other."""
    within = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels >= 0 and all(_is_flat(one, levels - 1) for one in within)
