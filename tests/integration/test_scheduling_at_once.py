"""Two processes at the same moment: what one decides while the other has not committed yet."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.candidates import Candidate, Firm, Match, Position, moved_on
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.visits import closed, seat_id
from services.scheduling.endings import end
from services.scheduling.interviewing import plan_visit
from services.scheduling.seating import decline, invite
from services.scheduling.store import (
    COLLECTIONS,
    candidates,
    firms,
    interviews,
    matches,
    positions,
    seats,
    the_seat,
    the_visit,
    visits,
)
from shared.clock import Clock
from shared.events.ids import ApplicationId, CandidateId, FirmId, MatchId, PositionId
from shared.ids import new
from shared.storage.client import Client, Database, create_collection, prepare
from shared.storage.outbox import OUTBOX
from shared.storage.transactions import Done, Piece, Transactions
from shared.storage.unit import TIMERS, Tools, UnitOfWork
from shared.web.pages import Reader
from tests.unit.scheduling.builders import seat, visit

Work = Callable[[UnitOfWork], Awaitable[object]]
Processes = tuple[Transactions, Transactions]
APPLICATION = new(ApplicationId)


@pytest.fixture
async def processes(client: Client, store: Database) -> Processes:
    await prepare(store, COLLECTIONS)
    for name in (OUTBOX, TIMERS):
        await create_collection(store, name)
    zone, tools = ZoneInfo("Asia/Tokyo"), Tools(Rules())
    first, second = (
        Transactions(client, store, COLLECTIONS, Clock(), zone=zone, tools=tools, patience=10)
        for _ in range(2)
    )
    return first, second


async def do(process: Transactions, work: Work) -> None:
    (outcome,) = await process.run([Piece(work)])
    assert isinstance(outcome, Done), outcome


async def do_while(processes: Processes, work: Work, meanwhile: Work) -> None:
    """Do something in one process, and something else in the other, wholly, just before the first commits."""
    first, second = processes
    waiting = [meanwhile]

    async def both(unit: UnitOfWork) -> None:
        await work(unit)
        if waiting:
            await do(second, waiting.pop())

    await do(first, both)


def shortlisted() -> Candidate:
    return moved_on(Candidate(candidate_id=new(CandidateId)), APPLICATION, "shortlisted")


async def test_no_seat_is_held_for_who_leaves_while_being_invited_again(
    processes: Processes, store: Database
) -> None:
    one, today = shortlisted(), Clock().now().date()
    ahead = visit(starts_on=today + timedelta(days=60), ends_on=today + timedelta(days=70))

    async def invite_and_decline(unit: UnitOfWork) -> None:
        unit.save(candidates, one)
        unit.save(visits, ahead)
        await invite(unit, ahead, [(one, False)])
        await decline(unit, await the_seat(unit, seat_id(ahead.visit_id, one.candidate_id)), "own-wish")

    async def invite_again(unit: UnitOfWork) -> None:
        known = await unit.get(candidates, one.candidate_id)
        assert known is not None
        if known.is_shortlisted:
            await invite(unit, await the_visit(unit, ahead.visit_id), [(known, False)])

    async def leave(unit: UnitOfWork) -> None:
        known = await unit.get(candidates, one.candidate_id)
        assert known is not None
        await end(unit, known, moved_on(known, APPLICATION, "ended"), "withdrawn")

    await do(processes[0], invite_and_decline)
    await do_while(processes, invite_again, leave)
    (stored,) = await Reader(store).find(visits)
    assert stored.held == 0
    assert [one.state for one in await Reader(store).find(seats)] == ["declined"]


async def test_no_interview_is_planned_on_a_visit_that_closes_meanwhile(
    processes: Processes, store: Database
) -> None:
    one, today = shortlisted(), Clock().now().date()
    begun = visit(starts_on=today - timedelta(days=2), ends_on=today + timedelta(days=14))
    firm_id, position_id = new(FirmId), new(PositionId)
    firm = Firm(firm_id=firm_id, name="A", record_sequence=1)
    position = Position(position_id=position_id, firm_id=firm_id, title="B", is_open=True, record_sequence=1)
    match = Match(
        match_id=new(MatchId),
        candidate_id=one.candidate_id,
        position_id=position_id,
        firm_id=firm_id,
        state="complete",
    )

    async def prepare_visit(unit: UnitOfWork) -> None:
        unit.save(candidates, one)
        unit.save(firms, firm)
        unit.save(positions, position)
        unit.save(matches, match)
        unit.save(visits, begun)
        unit.save(
            seats, replace(seat(), candidate_id=one.candidate_id, visit_id=begun.visit_id, state="booked")
        )

    async def plan(unit: UnitOfWork) -> None:
        known = await the_visit(unit, begun.visit_id)
        if known.state == "open":
            await plan_visit(unit, known)

    async def close(unit: UnitOfWork) -> None:
        unit.save(visits, *closed(await the_visit(unit, begun.visit_id)))

    async def reopen(unit: UnitOfWork) -> None:
        unit.save(visits, replace(await the_visit(unit, begun.visit_id), state="open"))

    await do(processes[0], prepare_visit)
    await do_while(processes, plan, close)
    assert await Reader(store).find(interviews) == []
    await do(processes[0], reopen)
    await do(processes[0], plan)
    assert len(await Reader(store).find(interviews)) == 1, (
        "it was the closing that kept it from being planned"
    )
