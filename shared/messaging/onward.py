"""A message that is published again: what goes with it, and what does not."""

import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pamqp.commands import Basic
from pamqp.common import FieldTable
from pamqp.encode import encode_table_value

NEVER_PASSED_ON = frozenset({"CC", "BCC"})
"""To the broker these headers are more addresses: a message that names its own queue would come back for ever."""


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

    The broker's own count of deaths must go, or the message may stick in a retry queue for good.
    """
    return {
        key: value  # type: ignore[misc]  # whatever arrived, and can be written
        for key, value in headers.items()
        if not key.startswith("x-") and key not in NEVER_PASSED_ON and _can_be_written(value)
    }


def _can_be_written(value: object) -> bool:
    """Say whether our client can write what another one did: it has no room for a number such as 1e300."""
    try:
        encode_table_value(value)  # type: ignore[arg-type]  # which kinds it takes is the question
    except (OverflowError, TypeError, ValueError, struct.error):
        return False
    return True
