"""What cannot be broken off is waited for."""

import asyncio

import pytest

from shared.waiting import whole


async def test_what_cannot_be_broken_off_has_ended_when_its_caller_is_cancelled() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    caller = asyncio.create_task(whole(work()))
    await begun.wait()
    caller.cancel()
    asyncio.get_running_loop().call_soon(go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert ended.is_set()


async def test_what_it_returns_or_raises_is_passed_on() -> None:
    async def fail() -> None:
        raise LookupError("as the test wants")

    assert await whole(asyncio.sleep(0, result=3)) == 3
    with pytest.raises(LookupError):
        await whole(fail())
