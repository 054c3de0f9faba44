"""A side of a ratio: a process of its own, told what to do on its command line, that leaves its figures in a file."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvloop
from pydantic import BaseModel, ConfigDict

from deploy.local.processes import ROOT, end_with_me
from tests.harness.nodes import new_name

TaskT = TypeVar("TaskT", bound=BaseModel)
ResultT = TypeVar("ResultT", bound=BaseModel)
LONGEST = 300.0
"""Seconds after which a side is taken to hang."""


class Measured(BaseModel):
    """What came of it: how many were done in how many seconds."""

    model_config = ConfigDict(frozen=True)

    count: int
    seconds: float

    @property
    def per_second(self) -> float:
        """The rate."""
        return self.count / self.seconds


class Stopwatch:
    """Counts what is done, and takes the time from the last one of the warm-up to the last of all."""

    def __init__(self, count: int, warm_up: int) -> None:
        self.done = 0
        self._count, self._warm_up = count, warm_up
        self._begun = self._ended = 0.0
        self._finished = asyncio.Event()

    def tick(self) -> None:
        """Count one more."""
        self.done += 1
        if self.done == self._warm_up:
            self._begun = time.perf_counter()
        if self.done == self._count:
            self._ended = time.perf_counter()
            self._finished.set()

    async def finished(self) -> Measured:
        """Wait for the last one, and return what was measured."""
        await self._finished.wait()
        return Measured(count=self._count - self._warm_up, seconds=self._ended - self._begun)


async def run_side(module: str, what: str, task: BaseModel, folder: Path, kind: type[ResultT]) -> ResultT:
    """Run a side in a process of its own; RuntimeError with the end of its log where it fails or hangs."""
    result, log = folder / f"{new_name()}.json", folder / f"{module.rpartition('.')[2]}-{what}.log"
    command = [sys.executable, "-m", module, what, task.model_dump_json(), str(result)]
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *end_with_me(command), cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
        try:
            async with asyncio.timeout(LONGEST):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode or not result.exists():
        raise RuntimeError(f"{module} {what} failed: {log.read_text(errors='replace')[-3000:]}")
    return kind.model_validate_json(result.read_bytes())


def serve(kind: type[TaskT], **sides: Callable[[TaskT], Awaitable[BaseModel]]) -> None:
    """Be a side: what a side's module does when it is run."""
    what, task, result = sys.argv[1:]

    async def measure() -> BaseModel:
        return await sides[what](kind.model_validate_json(task))

    Path(result).write_text(uvloop.run(measure()).model_dump_json())
