"""What an endpoint asks its service for.

FastAPI calls a dependency that is not a coroutine in a thread: ours are coroutines, since a thread costs more than
all that they do.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, Request

from shared.clock import Clock
from shared.storage.collection import Key
from shared.storage.commands import Commands
from shared.storage.pieces import Piece
from shared.storage.unit import Tools, UnitOfWork
from shared.web.idempotency import Once
from shared.web.pages import Reader

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, kw_only=True, slots=True)
class HttpParts:
    """The parts of a service that its endpoints work with."""

    commands: Commands
    once: Once
    documents: Reader
    clock: Clock
    zone: ZoneInfo
    tools: Tools


def _parts(request: Request) -> HttpParts:
    parts: HttpParts = request.app.state.parts
    return parts


@dataclass(frozen=True, slots=True)
class TimeAndPlace:
    """The programme's clock and zone, for answers that need no unit of work."""

    clock: Clock
    zone: ZoneInfo


class Run:
    """Runs a command: a piece of work in a unit of its own, exactly once, its events with it."""

    def __init__(self, commands: Commands, traceparent: str) -> None:
        self._commands = commands
        self._traceparent = traceparent

    async def __call__(
        self, command: Callable[[UnitOfWork], Awaitable[ResultT]], reads: Sequence[Key] = ()
    ) -> ResultT:
        """Return what the command returns; raise what it raises."""
        return await self._commands.run(Piece(command, reads, traceparent=self._traceparent))


def using(kind: type[Any]) -> Any:
    """Return a dependency on one of the service's tools, by its type."""

    async def find(request: Request) -> object:
        return _parts(request).tools.get(kind)

    return Depends(find)


async def _run(request: Request) -> Run:
    return Run(_parts(request).commands, request.state.traceparent)


async def _once(request: Request) -> Once:
    return _parts(request).once


async def _documents(request: Request) -> Reader:
    return _parts(request).documents


async def _time_and_place(request: Request) -> TimeAndPlace:
    parts = _parts(request)
    return TimeAndPlace(parts.clock, parts.zone)


Programme = Annotated[TimeAndPlace, Depends(_time_and_place)]
Command = Annotated[Run, Depends(_run)]
OnlyOnce = Annotated[Once, Depends(_once)]
Documents = Annotated[Reader, Depends(_documents)]
