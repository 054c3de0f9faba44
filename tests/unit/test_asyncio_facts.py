"""What asyncio really does with a cancellation that comes together with a result."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

OURS = ("shared", "services")


async def cancelled_in_the_moment_of_its_result(how: str) -> bool:
    """Wait for something with a time-out, be cancelled just as it comes, and say whether that was noticed."""
    came: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait() -> None:
        if how == "wait_for":
            await asyncio.wait_for(came, timeout=60)  # noqa: TID251  which is the fact
        else:
            async with asyncio.timeout(60):
                await came
        await asyncio.sleep(0)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)  # it waits
    came.set_result(None)
    waiting.cancel()
    (outcome,) = await asyncio.gather(waiting, return_exceptions=True)
    return isinstance(outcome, asyncio.CancelledError)


async def test_a_timeout_never_swallows_a_cancellation() -> None:
    assert await cancelled_in_the_moment_of_its_result("timeout")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="mended there")
async def test_wait_for_swallows_a_cancellation() -> None:
    assert not await cancelled_in_the_moment_of_its_result("wait_for")


@pytest.mark.parametrize("package", OURS)
def test_nothing_of_ours_waits_in_the_way_that_swallows_cancellations(package: str) -> None:
    root = Path(__file__).parents[2] / package
    assert [file for file in root.rglob("*.py") if re.search(r"\bwait_for\(", file.read_text())] == []
