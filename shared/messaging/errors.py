"""What can go wrong between us and the broker, and with what it brings."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class ConnectionLost(ConnectionError):  # noqa: N818  a state of the world, not a mistake
    """The connection, a channel or a consumer is gone: everything on it is to be built anew."""


class Refused(Exception):  # noqa: N818
    """The broker does not take this message, or it cannot even be written; the connection is as it was."""


class Unreadable(Exception):  # noqa: N818
    """A message that no retry can mend; ``reason`` is stable, the text never quotes the message."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason


@contextmanager
def lost_unless_cancelled(what: str) -> Iterator[None]:
    """Raise ConnectionLost where a dying connection cancels what waits on it, though nobody cancelled this task."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise ConnectionLost(what) from error
