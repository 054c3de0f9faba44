"""Which headers of a message go with it when it is published again."""

import struct
from collections.abc import Mapping

from aio_pika.abc import HeadersType
from pamqp.encode import encode_table_value

NEVER_PASSED_ON = frozenset({"CC", "BCC"})
"""To the broker these headers are more addresses: a message that names its own queue would come back for ever."""


def passed_on(headers: Mapping[str, object]) -> HeadersType:
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
