"""Waiting for a condition, with a deadline: nothing here sleeps for a time that somebody guessed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

PAUSE = 0.02
"""Seconds between two looks."""


class StartFailedError(Exception):
    """Something that was started did not get ready; the message is for a person."""


async def until(condition: Callable[[], Awaitable[bool]], *, within: float, pause: float = PAUSE) -> bool:
    """Look until `condition` holds; False when it still does not after that many seconds."""
    deadline = time.monotonic() + within
    while not await condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(pause)
    return True


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, for an error message; says so when there is none."""
    if not log.exists():
        return f"    ({log} does not exist)"
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
    return "\n".join(f"    {line}" for line in text) or f"    ({log} is empty)"
