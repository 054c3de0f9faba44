"""Two processes at the same moment: transactions that do not see each other's work."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.matching.domain.candidates import informed, moved
from services.matching.domain.pool import with_position
from services.matching.domain.positions import Position, opened
from services.matching.domain.rules import Rules
from services.matching.endings import close
from services.matching.proposals import propose_candidates
from services.matching.reactions import reactions
from services.matching.store import COLLECTIONS, candidates, matches, positions, the_candidate, the_pool
from shared.clock import Clock
from shared.events import CandidateShortlisted, Envelope
from shared.events.ids import EventId
from shared.ids import new
from shared.storage.client import Client, Database, create_collection, prepare
from shared.storage.outbox import OUTBOX
from shared.storage.transactions import Done, Piece, Transactions
from shared.storage.unit import TIMERS, Tools, UnitOfWork
from shared.web.pages import Reader
from tests.integration.matching.programme import Applicant, applicant
from tests.unit.matching.builders import must, position, profile

Work = Callable[[UnitOfWork], Awaitable[None]]


@pytest.fixture
async def two_processes(client: Client, store: Database) -> tuple[Transactions, Transactions]:
    await prepare(store, COLLECTIONS)
    for name in (OUTBOX, TIMERS):
        await create_collection(store, name)
    tools = Tools(Rules())
    return tuple(  # type: ignore[return-value]
        Transactions(
            client, store, COLLECTIONS, Clock(), zone=ZoneInfo("Asia/Tokyo"), tools=tools, patience=10
        )
        for _ in range(2)
    )


async def do(process: Transactions, work: Work, event: CandidateShortlisted | None = None) -> None:
    envelope = None
    if event is not None:
        envelope = Envelope.of(event, id=new(EventId), time=datetime.now(UTC), sequence=2)
    (outcome,) = await process.run([Piece(work, envelope=envelope)])
    assert isinstance(outcome, Done), outcome


async def open_position(process: Transactions, wanted: Position) -> None:
    async def work(unit: UnitOfWork) -> None:
        unit.save(positions, wanted, opened(wanted))
        await propose_candidates(unit, wanted, with_position(await the_pool(unit), wanted.position_id))

    await do(process, work)


async def close_position(process: Transactions, wanted: Position) -> None:
    async def work(unit: UnitOfWork) -> None:
        found = await unit.get(positions, wanted.position_id)
        assert found is not None
        await close(unit, found, "firm")

    await do(process, work)


async def apply(process: Transactions, one: Applicant) -> None:
    async def work(unit: UnitOfWork) -> None:
        candidate = informed(await the_candidate(unit, one.candidate_id), profile("Go"), 1)
        unit.save(candidates, moved(candidate, one.application_id, "applied"))

    await do(process, work)


async def shortlist(process: Transactions, one: Applicant) -> None:
    event = one.shortlisted()
    reaction = reactions.to(CandidateShortlisted)
    assert reaction is not None
    await do(process, lambda unit: reaction.do(event, unit), event)


@pytest.mark.parametrize("_", range(10))
async def test_who_is_shortlisted_while_a_position_opens_is_matched_with_it_once(
    two_processes: tuple[Transactions, Transactions], store: Database, _: int
) -> None:
    one, wanted = applicant(), position(must("Go"))
    first, second = two_processes
    await apply(first, one)
    await open_position(first, position(must("Haskell")))  # there is a pool already
    await asyncio.gather(shortlist(first, one), open_position(second, wanted))
    (match,) = await Reader(store).find(matches)
    assert (match.candidate_id, match.position_id) == (one.candidate_id, wanted.position_id)


@pytest.mark.parametrize("_", range(10))
async def test_nothing_stays_open_with_a_position_that_closes_while_it_is_proposed(
    two_processes: tuple[Transactions, Transactions], store: Database, _: int
) -> None:
    one, wanted = applicant(), position(must("Go"))
    first, second = two_processes
    await apply(first, one)
    await open_position(first, wanted)
    await asyncio.gather(shortlist(first, one), close_position(second, wanted))
    assert all(not match.is_open for match in await Reader(store).find(matches))
