"""Pieces of work, which share transactions, and what became of each."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.events.envelope import Envelope
from shared.storage.collection import Key
from shared.storage.inbox import key_of
from shared.storage.unit import UnitOfWork

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the inbox remembers of a message: who sent it, under which id, and a hash of its body."""

    source: str
    id: str
    body_hash: str

    @property
    def key(self) -> str:
        """The inbox entry's id."""
        return key_of(self.source, self.id)


@dataclass(frozen=True, slots=True)
class Piece(Generic[ResultT]):
    """A piece of work: what to do, what it reads, and (for a message) what to do it once for."""

    do: Callable[[UnitOfWork], Awaitable[ResultT]]
    reads: Sequence[Key] = ()
    arrival: Arrival | None = None
    envelope: Envelope | None = None
    stamp: int = 0
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Done(Generic[ResultT]):
    """The piece has had its effect, now or (``repeat``) when it first arrived."""

    result: ResultT | None
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The piece has had no effect, for this reason."""

    error: Exception


Outcome = Done[ResultT] | Failed
