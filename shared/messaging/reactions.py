"""Reactions: which function does what when which event comes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.events.event import Event
from shared.storage.collection import Key
from shared.storage.unit import UnitOfWork

MessageT = TypeVar("MessageT", bound=BaseModel)
React = Callable[[MessageT, UnitOfWork], Awaitable[None]]
Reads = Callable[[MessageT], Sequence[Key]]


class NotYet(Exception):  # noqa: N818  it is about time, not about a mistake
    """What this event depends on has not come; it is tried again when it may have."""


def _nothing(_: BaseModel) -> Sequence[Key]:
    return ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """One function for one kind of message, with the documents that it reads by id."""

    do: React[Any]
    reads: Reads[Any]

    @property
    def place(self) -> str:
        """Where it stands, for whoever looks at what failed."""
        return f"{self.do.__module__}.{self.do.__name__}"


class Reactions:
    """A service's reactions, one for each public event or private message that it reads."""

    def __init__(self) -> None:
        self._by_kind: dict[type[BaseModel], Reaction] = {}

    def on(
        self, *kinds: type[MessageT], reads: Reads[MessageT] = _nothing
    ) -> Callable[[React[MessageT]], React[MessageT]]:
        """Have the function called for these kinds of message.

        ``reads`` names the documents it will ask for by id, so that a batch loads them all in one query.
        """

        def register(do: React[MessageT]) -> React[MessageT]:
            for kind in kinds:
                if kind in self._by_kind:
                    raise ValueError(f"{kind.__name__} has a reaction already")
                self._by_kind[kind] = Reaction(do, reads)
            return do

        return register

    def to(self, kind: type[BaseModel]) -> Reaction | None:
        """Return the reaction to a kind of message, if there is one."""
        return self._by_kind.get(kind)

    @property
    def events(self) -> frozenset[type[Event]]:
        """The public events that are reacted to."""
        return frozenset(kind for kind in self._by_kind if issubclass(kind, Event))
