"""Two replicas of a service over one database, made to do something at the very same moment.

They are whole processes' parts (the API, reactions, timers), each with a client and a turn of its own, in one
event loop: so that a test can hold both up when they have read and decided and nothing is committed, and let
them go in the order that it wants. Whoever goes second has decided on what is no longer so.
"""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from math import ceil
from typing import Any, Literal, TypeVar, cast

import httpx

from shared.service import Process
from shared.storage.collection import Collection
from shared.storage.outbox import OUTBOX
from shared.storage.pieces import Done, Outcome, Piece
from shared.storage.unit import TIMERS, UnitOfWork

OFTEN = 30
"""How often those pairs meet on which most depends."""
ROUNDS = int(os.environ.get("RACES", "12"))
"""How often every other pair does: a third in one order, a third in the other, a third as it comes."""
SEED = 287
DEADLINE = 20.0
Order = Literal["first", "second", "both"]
SceneT = TypeVar("SceneT")
DocumentT = TypeVar("DocumentT")
Scene = Callable[[UnitOfWork], Awaitable[SceneT]]


class Meeting:
    """Where two pieces of work wait for each other, with everything read and nothing committed."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._there = (asyncio.Event(), asyncio.Event())
        self._done = (asyncio.Event(), asyncio.Event())

    async def wait(self, side: int) -> None:
        """Wait for the other one to be there too, and for one's turn."""
        self._there[side].set()
        async with asyncio.timeout(DEADLINE):
            await self._there[1 - side].wait()
            if self._order != "both" and side != ("first", "second").index(self._order):
                await self._done[1 - side].wait()

    def leave(self, side: int) -> None:
        """Say that one's work is done, whatever came of it."""
        self._there[side].set()
        self._done[side].set()


class Replica:
    """One process of a service, without its loops: it does what a test gives it to do."""

    def __init__(self, process: Process, token: Callable[..., str]) -> None:
        self.process = process
        self.token = token
        self.held_at: Callable[[], Awaitable[None]] | None = None
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=process.app), base_url="http://replica", timeout=DEADLINE
        )
        self._begin = process.transactions.begin
        process.transactions.begin = self._held  # type: ignore[method-assign]

    def _held(self, pieces: Sequence[Piece[Any]], **named: Any) -> asyncio.Future[list[Outcome[Any]]]:
        return self._begin([replace(piece, do=partial(self._do, piece.do)) for piece in pieces], **named)

    async def _do(self, do: Callable[[UnitOfWork], Awaitable[Any]], unit: UnitOfWork) -> Any:
        held_at, self.held_at = self.held_at, None  # only a first try is held up
        try:
            return await do(unit)
        finally:
            if held_at is not None:
                await held_at()

    async def do(self, piece: Piece[Any]) -> Outcome[Any]:
        """Do a piece of work in a transaction of its own."""
        (outcome,) = await self.process.transactions.run([piece])
        return outcome

    async def do_all(self, *acts: "Act") -> None:
        """Do several things, one after the other."""
        for act in acts:
            await act(self)

    async def close(self) -> None:
        """Close its connections."""
        await self.http.aclose()
        self.process.client.close()


Act = Callable[[Replica], Awaitable[str]]
"""Something that a replica does; what came of it: ``done``, or why it was not."""
Meet = Callable[[Act, Act], Awaitable[tuple[str, str]]]
"""Lets the first replica do one thing and the second the other, decided at the same moment."""


@dataclass(frozen=True)
class Replicas:
    """Two replicas, and what they have left behind."""

    first: Replica
    second: Replica
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311

    async def rounds(
        self, scene: Scene[SceneT], *, among: int = 1, times: int = ROUNDS
    ) -> AsyncIterator[tuple[Meet, SceneT]]:
        """Set a scene so many times, each time for a pair to meet in; in every order, shuffled by the seed.

        ``among``: of how many tests of the same pair this is one; together they have all the rounds, and more.
        """
        orders: list[Order] = ["first", "second", "both"] * ceil(max(times, ROUNDS) / 3 / among)
        self.chance.shuffle(orders)
        for order in orders:
            yield partial(self._at_once, order), await self.set_up(scene)

    async def set_up(self, scene: Scene[SceneT]) -> SceneT:
        """Put documents where they are wanted."""
        outcome = await self.first.do(Piece(scene))
        assert isinstance(outcome, Done), outcome
        return cast("SceneT", outcome.result)

    async def _at_once(self, order: Order, one: Act, other: Act) -> tuple[str, str]:
        meeting = Meeting(order)
        said, other_said = await asyncio.gather(
            self._take_part(meeting, 0, self.first, one), self._take_part(meeting, 1, self.second, other)
        )
        return said, other_said

    async def _take_part(self, meeting: Meeting, side: int, replica: Replica, act: Act) -> str:
        replica.held_at = partial(meeting.wait, side)
        try:
            return await act(replica)
        finally:
            replica.held_at = None
            meeting.leave(side)

    async def get(self, collection: Collection[DocumentT], id: str) -> DocumentT:  # noqa: A002
        """Return a document that must be there."""
        found = await self.first.process.documents.get(collection, id)
        assert found is not None
        return found

    async def find(self, collection: Collection[DocumentT], **where: object) -> list[DocumentT]:
        """Return documents."""
        return await self.first.process.documents.find(collection, **where)

    async def told(self, subject: str) -> list[str]:
        """Return the types of the events about a subject; their sequence has no gap and no repeat."""
        entries = [entry for entry in await self.sent(subject) if "type" in entry]
        assert [entry["sequence"] for entry in entries] == list(range(1, len(entries) + 1))
        return [str(entry["type"]).partition(".")[0] for entry in entries]

    async def sent(self, subject: str) -> list[dict[str, Any]]:
        """Return what lies in the outbox about a subject, private messages too, in order."""
        found = self.first.process.store[OUTBOX].find({"subject": subject})
        return await found.sort("stamp", 1).to_list(None)

    async def timers(self, key: str) -> int:
        """Count the timers that are set with a key, or with one that begins with it."""
        timers = self.first.process.store[TIMERS]
        return await timers.count_documents({"key": {"$regex": f"^{key}"}})

    async def empty(self) -> None:
        """Forget everything, and put the clocks back."""
        store = self.first.process.store
        names = await store.list_collection_names()
        await asyncio.gather(*(store[name].delete_many({}) for name in names))
        for replica in (self.first, self.second):
            replica.process.clock.offset = timedelta(0)
