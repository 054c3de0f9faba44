"""Whoever asks while a transaction is at work shares the next one, and is not harmed by who it is shared with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
from pymongo.errors import OperationFailure

from shared.events.ids import CandidateId
from shared.ids import new
from shared.service import Process
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Arrival, Done, Piece
from shared.storage.portions import in_portions
from shared.storage.transaction import Transaction
from shared.storage.unit import UnitOfWork
from tests.integration.backbone.toy import Tally, Toy, add_one, tallies, totals

MakeProcess = Callable[..., Awaitable[Process]]


@asynccontextmanager
async def gathering(process: Process) -> AsyncIterator[None]:
    """Hold a transaction up: what is asked for meanwhile gathers."""
    begun, end = asyncio.Event(), asyncio.Event()

    async def hold_up(_: UnitOfWork) -> None:
        begun.set()
        await end.wait()

    holding = process.transactions.begin([Piece(hold_up)])
    await begun.wait()
    yield
    end.set()
    await holding


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Say how many documents of totals each commit wrote."""
    commit, seen = Transaction.commit, list[int]()

    async def counted(transaction: Transaction, writes: dict[str, list[object]], patience: float) -> None:
        await commit(transaction, writes, patience)  # type: ignore[arg-type]
        seen.append(len(writes.get(totals.name, ())))

    monkeypatch.setattr(Transaction, "commit", counted)
    return seen


def counting(name: str, n: int = 0) -> Piece[int]:
    return Piece(partial(add_one, name=name), arrival=Arrival("/intake", f"{name}{n}", "hash"))


def never_ending() -> tuple[Piece[int], asyncio.Event]:
    """Make a piece of work that hangs after it has written, and what is set when it does."""
    hanging = asyncio.Event()

    async def hang(unit: UnitOfWork) -> int:
        await add_one(unit, "hanging")
        hanging.set()
        await asyncio.Event().wait()
        return 0

    return Piece(hang), hanging


async def count(process: Process, name: str) -> int:
    total = await process.documents.get(totals, name)
    return 0 if total is None else total.count


async def test_consumers_commands_and_timers_share_a_transaction(quiet: Process, commits: list[int]) -> None:
    async with gathering(quiet):
        queues = [quiet.transactions.begin([counting(f"queue{n}", m) for m in range(3)]) for n in range(2)]
        command = asyncio.create_task(quiet.commands.run(Piece(partial(add_one, name="command"))))
        await asyncio.sleep(0)  # it has asked
    assert await asyncio.gather(*queues) == [[Done(1), Done(2), Done(3)]] * 2
    assert await command == 1
    assert commits == [0, 3]


async def test_no_more_share_a_transaction_than_the_batch_may_hold(
    make_process: MakeProcess, toy: Toy, commits: list[int]
) -> None:
    process = await make_process(toy, batch_size=4)
    async with gathering(process):
        asked = [process.transactions.begin([counting(f"{n}{m}") for m in range(3)]) for n in range(2)]
        asked += [process.transactions.begin([counting(f"one{n}")]) for n in range(5)]
    await asyncio.gather(*asked)
    assert commits == [0, 3, 4, 4], "in the order in which they asked"


async def test_what_cannot_be_committed_harms_nobody_that_it_was_done_with(
    quiet: Process, commits: list[int]
) -> None:
    async def take_the_place(unit: UnitOfWork, n: int) -> None:
        unit.save(tallies, Tally(candidate_id=CandidateId(f"{n:032x}"), place=1))

    async with gathering(quiet):
        good = quiet.transactions.begin([counting("good", n) for n in range(3)])
        places = [quiet.transactions.begin([Piece(partial(take_the_place, n=n))]) for n in range(2)]
    assert await good == [Done(1), Done(2), Done(3)]
    assert [type(outcome).__name__ for [outcome] in await asyncio.gather(*places)] == ["Done", "Failed"]
    assert commits[-2:] == [1, 0], "each by itself, and those who asked for several not torn apart"


async def test_who_goes_before_it_is_committed_takes_his_work_along_and_nobody_elses(quiet: Process) -> None:
    hang, hanging = never_ending()
    async with gathering(quiet):
        before = quiet.transactions.begin([counting("before")])
        connection = asyncio.create_task(quiet.transactions.run([counting("mine"), hang]))
        await asyncio.sleep(0)  # it has asked
        after = quiet.transactions.begin([counting("after")])
    await hanging.wait()
    connection.cancel()
    assert [await before, await after] == [[Done(1)], [Done(1)]]
    assert [await count(quiet, name) for name in ("mine", "hanging")] == [0, 0]
    with pytest.raises(asyncio.CancelledError):
        await connection


async def test_all_who_came_by_a_connection_go_with_it(quiet: Process) -> None:
    hang, hanging = never_ending()
    async with gathering(quiet):
        queues = [asyncio.create_task(quiet.transactions.run([hang])) for _ in range(3)]
        await asyncio.sleep(0)  # they have asked
        command = asyncio.create_task(quiet.commands.run(Piece(partial(add_one, name="command"))))
    await hanging.wait()
    for queue in queues:
        queue.cancel()
        await asyncio.sleep(0)  # not all at the same moment
    await asyncio.wait(queues)
    assert all(queue.cancelled() for queue in queues)
    assert await command == 1


async def test_who_goes_while_it_is_committed_leaves_it_done_once_for_all(
    quiet: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, committing, go_on = Transaction.commit, asyncio.Event(), asyncio.Event()

    async def held(transaction: Transaction, writes: dict[str, list[object]], patience: float) -> None:
        await commit(transaction, writes, patience)  # type: ignore[arg-type]
        if writes:
            committing.set()
            await go_on.wait()

    monkeypatch.setattr(Transaction, "commit", held)
    async with gathering(quiet):
        connection = asyncio.create_task(quiet.transactions.run([counting("mine")]))
        await asyncio.sleep(0)  # it has asked
        command = asyncio.create_task(quiet.commands.run(Piece(partial(add_one, name="command"))))
        await asyncio.sleep(0)
    await committing.wait()
    connection.cancel()
    go_on.set()
    assert await command == 1
    assert [await count(quiet, name) for name in ("mine", "command")] == [1, 1]
    assert await quiet.transactions.run([counting("mine")]) == [Done(None, repeat=True)]


async def test_what_was_too_much_with_others_is_tried_again_apart_from_them(
    quiet: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, writes_of = Transaction.commit, list[int]()

    async def slow(transaction: Transaction, writes: dict[str, list[object]], patience: float) -> None:
        writes_of.append(len(writes.get(totals.name, ())))
        if writes_of[-1] > 2:
            raise OperationFailure("took too long", 50)
        await commit(transaction, writes, patience)  # type: ignore[arg-type]

    monkeypatch.setattr(Transaction, "commit", slow)
    told = asyncio.Event()

    async def hold_out(_: Exception) -> None:
        told.set()

    async with gathering(quiet):
        portions = asyncio.create_task(
            in_portions(quiet.transactions, [counting(f"n{n}") for n in range(4)], hold_out)
        )
        await asyncio.sleep(0)
        command = asyncio.create_task(quiet.commands.run(Piece(partial(add_one, name="command"))))
        await asyncio.sleep(0)
    with pytest.raises(StorageUnavailable):
        await command
    assert told.is_set()
    again = asyncio.create_task(quiet.commands.run(Piece(partial(add_one, name="command"))))
    assert await portions == [Done(1)] * 4
    assert await again == 1
    assert writes_of[0:2] == [0, 5]
    assert sorted(writes_of[2:]) == [1, 2, 2]


async def test_an_end_tells_those_too_who_are_to_be_served_by_themselves(
    quiet: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = asyncio.Event()

    async def fails_together(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=new(CandidateId), place=1))

    async def hang(_: Transaction, writes: dict[str, list[object]], __: float) -> None:
        if len(writes.get(tallies.name, ())) > 1:
            raise OperationFailure("these two do not go together", 2)
        alone.set()
        await asyncio.Event().wait()

    async with gathering(quiet):
        asked = [quiet.transactions.begin([Piece(fails_together)]) for _ in range(2)]
    monkeypatch.setattr(Transaction, "commit", hang)
    await alone.wait()
    await quiet.transactions.break_off()
    assert all(one.cancelled() for one in asked)


async def test_an_end_breaks_off_what_is_at_work_and_tells_all_who_wait(quiet: Process) -> None:
    hang, hanging = never_ending()
    asked = [asyncio.create_task(quiet.commands.run(hang))]
    await hanging.wait()
    asked += [asyncio.create_task(quiet.commands.run(Piece(add_one))) for _ in range(3)]
    await asyncio.sleep(0)  # they have asked
    await quiet.transactions.break_off()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 4
    assert await quiet.commands.run(Piece(add_one)) == 1


async def test_what_has_only_been_asked_for_is_broken_off_too(quiet: Process) -> None:
    asked = quiet.transactions.begin([counting("asked")])
    await quiet.transactions.break_off()
    assert asked.cancelled()
    assert await quiet.commands.run(Piece(partial(add_one, name="asked"))) == 1


async def test_what_is_asked_for_during_an_end_is_done_by_one_alone(quiet: Process) -> None:
    hang, hanging = never_ending()
    first = quiet.transactions.begin([hang])
    await hanging.wait()
    ending = asyncio.create_task(quiet.transactions.break_off())
    await asyncio.sleep(0)  # it has begun
    late = quiet.transactions.begin([counting("late")])
    await ending
    assert first.cancelled()
    working = quiet.transactions._at_work
    later = quiet.transactions.begin([counting("later")])
    assert quiet.transactions._at_work is working is not None
    assert (await late, await later) == ([Done(1)], [Done(1)])
