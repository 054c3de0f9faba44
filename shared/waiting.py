"""Waiting for whichever comes first."""

import asyncio


async def first_of(*events: asyncio.Event, timeout: float) -> None:  # noqa: ASYNC109  running out of time is no error here
    """Return when one of the events is set, or after ``timeout`` seconds."""
    tasks = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
