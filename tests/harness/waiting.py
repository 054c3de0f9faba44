"""Waiting for a condition, with a deadline: tests never sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, TypeVar, overload

ResultT = TypeVar("ResultT")


@overload
async def eventually(
    look: Callable[[], Awaitable[ResultT | None]], what: str, deadline: float = ...
) -> ResultT: ...


@overload
async def eventually(look: Callable[[], bool], what: str, deadline: float = ...) -> bool: ...


async def eventually(look: Callable[[], Any], what: str, deadline: float = 15.0) -> Any:
    """Return what ``look`` returns as soon as it is something; fail, saying what was waited for."""
    until = time.monotonic() + deadline
    while True:
        found = look()
        if isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"waited {deadline:g} s in vain for {what}; last seen: {found!r}")
        await asyncio.sleep(0.02)
