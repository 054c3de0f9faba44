"""Timers: what is due is done once, in order, in the transaction that removes the timer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from shared.events.ids import CandidateId
from shared.ids import new
from shared.service import Process
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from tests.harness.waiting import eventually
from tests.integration.backbone.toy import Toy, tallies

MakeProcess = Callable[..., Awaitable[Process]]


@asynccontextmanager
async def ticking(*processes: Process) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run processes' timers alone."""
    tasks = [asyncio.create_task(one.timers.run(one.broker.stopping, 10)) for one in processes]
    try:
        yield tasks
    finally:
        for one in processes:
            one.broker.stopping.set()
        await asyncio.wait(tasks, timeout=10)


def keyed(candidate_id: CandidateId, text: str) -> str:
    return f"{candidate_id}/{text}"


async def set_timers(process: Process, candidate_id: CandidateId, **dues: float) -> None:
    """Set timers, due so many seconds from now."""

    async def work(unit: UnitOfWork) -> None:
        for text, seconds in dues.items():
            unit.set_timer("note", keyed(candidate_id, text), unit.now + timedelta(seconds=seconds))

    await process.commands.run(Piece(work))


async def notes_of(process: Process, candidate_id: CandidateId) -> tuple[str, ...]:
    tally = await process.documents.get(tallies, candidate_id)
    return () if tally is None else tally.notes


async def timers_left(process: Process) -> int:
    return int(await process.store["timers"].count_documents({}))


async def timers_left_are(process: Process, wanted: int) -> bool:
    return await timers_left(process) == wanted


async def all_gone(process: Process) -> None:
    await eventually(partial(timers_left_are, process, 0), "no timer left")


async def test_due_timers_fall_once_in_the_order_of_their_times(quiet: Process, toy: Toy) -> None:
    candidate_id = new(CandidateId)
    await set_timers(
        quiet, candidate_id, third=-1, first=-3, second=-2, **{f"n{n:02}": n for n in range(-40, -10)}
    )
    async with ticking(quiet):
        await all_gone(quiet)
    expected = (*(f"n{n:02}" for n in range(-40, -10)), "first", "second", "third")
    assert await notes_of(quiet, candidate_id) == expected
    assert tuple(toy.tried) == expected
    assert await quiet.store["outbox"].count_documents({}) == 33


async def test_two_processes_let_each_timer_fall_once(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other, candidate_id = await make_process(toy), new(CandidateId)
    for process in (quiet, other):
        process.timers._lease._until = time.monotonic() + 60  # both think that they hold the lease
    async with ticking(quiet, other):
        await set_timers(quiet, candidate_id, **{f"n{n}": n / 100 for n in range(40)})
        await all_gone(quiet)
    assert sorted(await notes_of(quiet, candidate_id)) == sorted(f"n{n}" for n in range(40))


async def test_a_cancelled_timer_never_falls(quiet: Process) -> None:
    candidate_id = new(CandidateId)

    async def cancel(unit: UnitOfWork) -> None:
        unit.set_timer("note", keyed(candidate_id, "set-and-cancelled"), unit.now)
        unit.cancel_timer("note", keyed(candidate_id, "set-and-cancelled"))
        unit.cancel_timer("note", keyed(candidate_id, "before"))
        unit.cancel_timer("note", keyed(candidate_id, "never-set"))

    await set_timers(quiet, candidate_id, before=-1, stays=-1)
    await quiet.commands.run(Piece(cancel))
    async with ticking(quiet):
        await all_gone(quiet)
    assert await notes_of(quiet, candidate_id) == ("stays",)


async def test_a_timer_cancelled_by_one_before_it_in_the_same_batch_does_not_fall(
    quiet: Process, toy: Toy
) -> None:
    candidate_id = new(CandidateId)
    await set_timers(quiet, candidate_id, first=-2, second=-1)
    fall = quiet.parts.timers.of("note")

    async def cancelling(key: str, unit: UnitOfWork) -> None:
        await fall(key, unit)
        unit.cancel_timer("note", keyed(candidate_id, "second"))

    quiet.parts.timers.due("note")(cancelling)
    async with ticking(quiet):
        await all_gone(quiet)
    assert toy.tried == ["first"]


async def test_a_timer_set_again_falls_at_its_new_time_alone(quiet: Process) -> None:
    candidate_id = new(CandidateId)
    await set_timers(quiet, candidate_id, one=-1)
    await set_timers(quiet, candidate_id, one=3600)
    async with ticking(quiet):
        await set_timers(quiet, candidate_id, other=0)
        await eventually(lambda: notes_of(quiet, candidate_id), "the other timer")
    assert await notes_of(quiet, candidate_id) == ("other",)
    assert await timers_left(quiet) == 1


async def test_a_timer_set_again_while_it_fails_is_not_put_off(
    quiet: Process, make_process: MakeProcess
) -> None:
    failing, candidate_id = Toy(gate=asyncio.Event(), failing={"one"}), new(CandidateId)
    assert failing.gate is not None
    process = await make_process(failing)
    await set_timers(quiet, candidate_id, one=-1)
    async with ticking(process):
        await failing.reached.wait()
        await set_timers(quiet, candidate_id, one=3600)
        process.broker.stopping.set()
        failing.gate.set()
    assert failing.tried == ["one"]
    stored = await quiet.store["timers"].find_one({})
    assert stored is not None
    assert (stored["attempts"], "retry_at" in stored) == (0, False)


async def test_one_that_fails_backs_off_and_holds_nobody_up(quiet: Process, toy: Toy) -> None:
    candidate_id = new(CandidateId)
    toy.failing.add("bad")
    await set_timers(quiet, candidate_id, bad=-9, good=-1)
    async with ticking(quiet):
        await eventually(lambda: notes_of(quiet, candidate_id), "the good one")
        put_off = {"attempts": {"$gte": 1}}
        await eventually(lambda: quiet.store["timers"].find_one(put_off), "the bad one to be put off")
        await set_timers(quiet, candidate_id, later=0)
        await eventually(lambda: toy.tried.count("bad") == 2, "a second try")
        toy.failing.clear()
        await all_gone(quiet)
    assert set(await notes_of(quiet, candidate_id)) == {"good", "later", "bad"}
    assert toy.tried.count("bad") <= 3


async def test_what_is_too_much_for_one_transaction_falls_in_parts(
    quiet: Process, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate_id, run = new(CandidateId), quiet.transactions.run
    toy.failing.add("n-6")
    await set_timers(quiet, candidate_id, **{f"n{n}": n for n in range(-10, 0)})

    async def slow(pieces: Sequence[Piece[None]], **named: bool) -> object:
        if len(pieces) > 3:
            raise StorageUnavailable("NetworkTimeout")
        return await run(pieces, **named)

    monkeypatch.setattr(quiet.transactions, "run", slow)
    async with ticking(quiet):
        await eventually(partial(timers_left_are, quiet, 1), "all but the one that fails")
    assert await notes_of(quiet, candidate_id) == tuple(f"n{n}" for n in range(-10, 0) if n != -6)


async def test_a_failing_timer_does_not_make_the_loop_ask_all_the_time(quiet: Process, toy: Toy) -> None:
    candidate_id = new(CandidateId)
    toy.failing.add("bad")
    await set_timers(quiet, candidate_id, bad=-9)
    asked = 0
    due = quiet.timers._due

    async def counted(batch: int) -> object:
        nonlocal asked
        asked += 1
        return await due(batch)

    quiet.timers._due = counted  # type: ignore[method-assign,assignment]
    async with ticking(quiet):
        started = time.monotonic()
        await eventually(lambda: toy.tried.count("bad") == 3, "three tries, in about 1.2 s")
        seconds = time.monotonic() - started
    assert asked <= 6 + seconds / quiet.parts.settings.poll_seconds


async def test_a_process_without_the_lease_does_not_ask_all_the_time(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other, candidate_id = await make_process(toy), new(CandidateId)
    asked = 0
    hold = other.timers._lease.hold

    async def counted() -> bool:
        nonlocal asked
        asked += 1
        return await hold()

    other.timers._lease.hold = counted  # type: ignore[method-assign]
    toy.gate = asyncio.Event()
    await set_timers(quiet, candidate_id, slow=-1)
    async with ticking(quiet):
        await eventually(lambda: toy.tried == ["slow"], "the slow one to have begun")
        async with ticking(other):
            started = time.monotonic()
            await eventually(lambda: asked >= 4, "some looks")
            seconds = time.monotonic() - started
            toy.gate.set()
            await all_gone(quiet)
    assert seconds > 2 * quiet.parts.settings.poll_seconds


async def test_timers_fall_at_once_when_the_clock_moves(make_process: MakeProcess, toy: Toy) -> None:
    process, candidate_id = await make_process(toy, poll_seconds=30), new(CandidateId)
    await set_timers(process, candidate_id, in_a_week=7 * 86400, in_a_month=30 * 86400)
    async with ticking(process):
        await eventually(lambda: process.timers._lease.held, "the loop to be at work")
        assert await notes_of(process, candidate_id) == ()
        moved = time.monotonic()
        process.clock.move(timedelta(days=8))
        await eventually(lambda: notes_of(process, candidate_id), "the timer that is due now")
        assert time.monotonic() - moved < 1
        assert await notes_of(process, candidate_id) == ("in_a_week",)


async def test_a_timer_set_by_this_process_is_noticed_without_a_poll(
    make_process: MakeProcess, toy: Toy
) -> None:
    process, candidate_id = await make_process(toy, poll_seconds=30), new(CandidateId)
    async with ticking(process):
        await eventually(lambda: process.timers._lease.held, "the loop to be at work")
        await set_timers(process, candidate_id, soon=0.3)
        await eventually(lambda: notes_of(process, candidate_id), "the timer", deadline=3)
