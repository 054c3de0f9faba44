"""A toy service of a few documents, whose work a test can make fail, wait or count."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from shared.events import (
    CandidateDeclined,
    CandidateErased,
    CandidatePromoted,
    CandidateShortlisted,
    CandidateWithdrawn,
    Event,
)
from shared.events.examples import EXAMPLES
from shared.events.examples.people import ROUND
from shared.events.ids import ApplicationId, CandidateId
from shared.ids import new
from shared.messaging.reactions import NotYet, Reactions
from shared.outgoing import Record
from shared.service import Parts, Process, run
from shared.settings import Settings
from shared.storage.collection import Collection, Index, Key
from shared.storage.unit import UnitOfWork
from shared.timers import Timers

NAME = "matching"
"""The toy reads matching's queue, since the topology is the programme's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What the toy has noted about one candidate, in the order in which it came."""

    candidate_id: CandidateId
    notes: tuple[str, ...] = ()
    state: str = "open"
    place: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """One document that everybody writes."""

    name: str
    count: int = 0


tallies = Collection(
    Tally, "tallies", id="candidate_id", indexes=[Index(("place",), unique=True, where={"place": {"$gt": 0}})]
)
totals = Collection(Total, "totals", id="name")


@dataclass
class Toy:
    """What the toy was asked to do, and what a test wants to go wrong."""

    tried: list[str] = field(default_factory=list)
    done_outside: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    stumbling: set[str] = field(default_factory=set)
    """What fails the first time alone."""
    gate: asyncio.Event | None = None
    """Closed, it holds up whoever comes by."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_by(self, name: str) -> None:
        """Note a try; wait at the gate; fail if a test wants it."""
        self.tried.append(name)
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        if name in self.failing or name in self.stumbling:
            self.stumbling.discard(name)
            raise RuntimeError("as the test wants")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold up whoever comes by, and let them go on afterwards."""
        self.gate = gate = asyncio.Event()
        try:
            yield
        finally:
            self.gate = None
            gate.set()

    def reactions(self) -> Reactions:
        """Make its reactions."""
        reactions = Reactions()

        @reactions.on(CandidateShortlisted, reads=lambda event: [tallies.key(event.candidate_id)])
        async def note(event: CandidateShortlisted, unit: UnitOfWork) -> None:
            await add_note(unit, event.candidate_id, event.application_id)
            await self.pass_by(event.application_id)

        @reactions.on(CandidateDeclined)
        async def close(event: CandidateDeclined, unit: UnitOfWork) -> None:
            await self.pass_by(event.application_id)
            tally = await unit.get(tallies, event.candidate_id)
            if tally is None:
                raise NotYet("candidate")
            unit.save(tallies, replace(tally, state="closed"))

        @reactions.on(CandidateWithdrawn)
        async def count(event: CandidateWithdrawn, unit: UnitOfWork) -> None:
            await self.pass_by(event.application_id)
            await add_one(unit)

        return reactions

    def timers(self) -> Timers:
        """Make its timers: ``note`` notes its own key (``<candidate>/<note>``) in the candidate's tally."""
        timers = Timers()

        @timers.due("note")
        async def note(key: str, unit: UnitOfWork) -> None:
            candidate_id, _, text = key.partition("/")
            await self.pass_by(text)
            await add_note(unit, CandidateId(candidate_id), text)

        return timers

    def reads(self, _: str) -> Sequence[Key]:
        """Name what its record reads."""
        return [totals.key("done")]

    async def run(self, key: str) -> Record:
        """Do an errand outside."""
        await self.pass_by(key)
        self.done_outside.append(key)
        return partial(count_one, "done")

    async def give_up(self, key: str, error: Exception) -> Record:
        """Note that an errand was given up."""
        self.given_up.append(f"{key}: {type(error).__name__}")
        return partial(count_one, "given-up")


async def add_note(unit: UnitOfWork, candidate_id: CandidateId, text: str) -> None:
    """Note something about a candidate, and say so to the world."""
    tally = await unit.get(tallies, candidate_id) or Tally(candidate_id=candidate_id)
    told = CandidatePromoted(candidate_id=candidate_id, application_id=new(ApplicationId), round_id=ROUND)
    unit.save(tallies, replace(tally, notes=(*tally.notes, text)), told)


async def add_one(unit: UnitOfWork, name: str = "all") -> int:
    """Count in a document that everybody writes; return how many there are now."""
    total = await unit.get(totals, name) or Total(name=name)
    unit.save(totals, replace(total, count=total.count + 1))
    return total.count + 1


async def count_one(name: str, unit: UnitOfWork) -> None:
    """Count, for who wants no answer."""
    await add_one(unit, name)


def shortlisted(candidate_id: CandidateId | None = None) -> CandidateShortlisted:
    """Make an event that the toy notes."""
    return CandidateShortlisted(
        candidate_id=candidate_id or new(CandidateId), application_id=new(ApplicationId)
    )


def declined(candidate_id: CandidateId) -> CandidateDeclined:
    """Make an event that depends on the candidate's having been noted."""
    return CandidateDeclined(candidate_id=candidate_id, application_id=new(ApplicationId), reason="other")


def withdrawn() -> CandidateWithdrawn:
    """Make an event that is counted in a document that everybody writes."""
    return CandidateWithdrawn(
        candidate_id=new(CandidateId), application_id=new(ApplicationId), reason="own-wish"
    )


def unheeded() -> Event:
    """Make an event that the toy reads, and has no reaction to."""
    return EXAMPLES[CandidateErased]


def settings_of(amqp_url: str, mongo_url: str, database: str, **others: Any) -> Settings:
    """Make settings with delays that a test can wait for."""
    return Settings.model_validate(
        {
            "amqp_url": amqp_url,
            "mongo_url": mongo_url,
            "database": database,
            "port": 0,
            "auth_issuer": "http://issuer.local",
            "auth_jwks_url": "file:///nowhere",
            "candidate_jwks_url": "file:///nowhere",
            "retry_delays": (0.05, 0.1, 0.2),
            "not_yet_delays": (0.05, 0.1, 0.1),
            "outgoing_delays": (0.05, 0.1),
            "lease_seconds": 1.0,
            "poll_seconds": 0.1,
            "shutdown_seconds": 5,
            **others,
        }
    )


def parts_of(settings: Settings, toy: Toy, **others: Any) -> Parts:
    """Put the toy together as an ``app.py`` would."""
    return Parts(
        **{
            "name": NAME,
            "description": "A toy",
            "settings": settings,
            "collections": [tallies, totals],
            "routers": [],
            "reactions": toy.reactions(),
            "timers": toy.timers(),
            "errands": lambda _: {"letter": toy},
            **others,
        }
    )


@asynccontextmanager
async def at_work(process: Process) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run a process's loops, without its HTTP side; end them in good order."""
    stopping, draining = process.broker.stopping, process.broker.draining
    loops = [
        asyncio.create_task(process.broker.run()),
        asyncio.create_task(process.timers.run(stopping, process.parts.settings.batch_size)),
        asyncio.create_task(process.outgoing.run(stopping)),
    ]
    try:
        yield loops
    finally:
        stopping.set()
        draining.set()
        _, left = await asyncio.wait(loops, timeout=10)
        for loop in left:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
    assert not left, "a loop does not end"


def build() -> Parts:
    """Put the toy together for a process of its own."""
    return parts_of(ToySettings(), Toy())


class ToySettings(Settings):
    """What a process of the toy reads from its environment."""

    database: str = "toy"
    port: int = 0


if __name__ == "__main__":
    run(build)
