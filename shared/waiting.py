"""Waiting for whichever comes first, and for what cannot be broken off."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")
BACK_OFF = (0.2, 1.0, 5.0, 30.0, 300.0)
"""Real seconds before what failed is tried again; the last one from then on."""


def back_off(failures: int) -> float:
    """Return for how many seconds that is left alone which has failed so often."""
    return BACK_OFF[min(failures, len(BACK_OFF)) - 1]


async def first_of(*events: asyncio.Event, timeout: float) -> None:  # noqa: ASYNC109  running out of time is no error here
    """Return when one of the events is set, or after ``timeout`` seconds."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def whole(work: Awaitable[T]) -> T:
    """Wait for the end of what goes on although nobody waits for it; whoever is cancelled meanwhile is so then.

    A call of the database's driver runs in a thread. One that wrote after its transaction was aborted, because its
    caller was cancelled, would write outside any.
    """
    future = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not future.cancelled():
            future.exception()  # so that it counts as seen
        raise cancelled
    return future.result()
