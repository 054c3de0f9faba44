"""Transactions: what is asked for while one is at work is done together in the next, each piece exactly once."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Generic, TypeVar

import structlog

from shared.storage.attempts import Attempts, BrokenOff
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Failed, Outcome, Piece

ResultT = TypeVar("ResultT")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[ResultT]):
    """Pieces that somebody wants done, and waits for."""

    pieces: Sequence[Piece[ResultT]]
    outcomes: asyncio.Future[list[Outcome[ResultT]]]
    apart: bool

    def tell(self, outcomes: list[Outcome[ResultT]]) -> None:
        if not self.outcomes.done():  # whoever asked may have gone
            self.outcomes.set_result(outcomes)

    def disappoint(self, error: StorageUnavailable) -> None:
        if not self.outcomes.done():
            self.outcomes.set_exception(error)


class Transactions:
    """Does work in transactions, one at a time: two of one process would only conflict.

    What is asked for while one is at work gathers, whoever asks (consumers, commands, timers); the next one does it
    together, up to ``most`` pieces.
    """

    def __init__(self, attempts: Attempts, most: int) -> None:
        self.signals = attempts.signals
        self.takers = attempts.takers
        self._attempts = attempts
        self._most = most
        self._asked: deque[_Asked[Any]] = deque()
        self._together: Sequence[_Asked[Any]] = ()
        self._at_work: asyncio.Task[None] | None = None
        self._variables = copy_context()  # the process's own, not those of whoever asks first

    async def run(self, pieces: Sequence[Piece[ResultT]], *, apart: bool = False) -> list[Outcome[ResultT]]:
        """Do the pieces in order in one transaction; return what became of each.

        A piece that raises has no effect and takes no other with it. Where the transaction as a whole cannot
        be committed for a reason of its content, the pieces are done one by one. Raises StorageUnavailable
        where the database is away; then nothing is known to have had an effect, and all may be done again:
        ``apart`` from what others ask for, whom it may have been too much for.
        """
        outcomes = self.begin(pieces, apart=apart)
        try:
            return await outcomes
        except asyncio.CancelledError:
            # So what hangs ends with the connection that it came by, and is done anew for the others.
            if any(one.outcomes is outcomes for one in self._together):
                self._attempts.break_off()
            raise

    def begin(
        self, pieces: Sequence[Piece[ResultT]], *, apart: bool = False
    ) -> asyncio.Future[list[Outcome[ResultT]]]:
        """Do the same for who may not wait for the end: what was not begun when the future is cancelled never is."""
        asked = _Asked(pieces, asyncio.get_running_loop().create_future(), apart)
        self._asked.append(asked)
        if self._at_work is None:
            self._go_to_work()
        return asked.outcomes

    def _go_to_work(self) -> None:
        self._at_work = asyncio.create_task(self._work(), context=self._variables.copy())
        self._at_work.add_done_callback(self._rest)

    def _rest(self, _: asyncio.Task[None]) -> None:
        self._at_work = None
        if self._asked:
            self._go_to_work()

    async def probe(self) -> bool:
        """Say whether the database commits what is as small as can be."""
        return await self._attempts.probe()

    async def break_off(self) -> None:
        """Break off what is at work, wholly, and begin nothing that waits; whoever asked for it is cancelled."""
        while self._asked:
            self._asked.popleft().outcomes.cancel()
        if self._at_work is not None:
            self._at_work.cancel()
            await asyncio.wait([self._at_work])

    async def _work(self) -> None:
        while together := self._next():
            try:
                await self._serve(together)
            finally:
                for one in together:
                    one.outcomes.cancel()  # unless it has been told

    def _next(self) -> Sequence[_Asked[Any]]:
        """Take those who have waited longest, as many as go together."""
        together: list[_Asked[Any]] = []
        pieces = 0
        while self._asked:
            one = self._asked[0]
            pieces += len(one.pieces)
            if together and (pieces > self._most or one.apart or together[0].apart):
                break
            self._asked.popleft()
            if one.outcomes.done():
                pieces -= len(one.pieces)
            else:
                together.append(one)
        return together

    async def _serve(self, together: Sequence[_Asked[Any]]) -> None:
        self._together = together
        try:
            outcomes = await self._attempts.run(
                [piece for one in together for piece in one.pieces], partial(_wanted, together)
            )
        except StorageUnavailable as error:
            for one in together:
                one.disappoint(error)
        except BrokenOff:
            if others := [one for one in together if not one.outcomes.done()]:
                await self._serve(others)
        except Exception as error:
            await self._split(together, error)
        else:
            left = iter(outcomes)
            for one in together:
                one.tell(list(islice(left, len(one.pieces))))

    async def _split(self, together: Sequence[_Asked[Any]], error: Exception) -> None:
        """Do what failed together for each who asked, and in the end piece by piece."""
        first, *others = together
        if not others and len(first.pieces) == 1:
            first.tell([Failed(error)])
            return
        log.warning(
            "batch split", pieces=sum(len(one.pieces) for one in together), error=type(error).__name__
        )
        if others:
            for one in together:
                await self._serve([one])
            return
        try:
            first.tell([await self._alone(piece, first) for piece in first.pieces])
        except StorageUnavailable as away:
            first.disappoint(away)
        except BrokenOff:  # nobody else waits for it
            return

    async def _alone(self, piece: Piece[ResultT], asked: _Asked[ResultT]) -> Outcome[ResultT]:
        try:
            return (await self._attempts.run([piece], partial(_wanted, [asked])))[0]
        except (StorageUnavailable, BrokenOff):
            raise
        except Exception as error:
            return Failed(error)


def _wanted(together: Sequence[_Asked[Any]]) -> bool:
    """Say whether all who asked still wait."""
    return not any(one.outcomes.cancelled() for one in together)
