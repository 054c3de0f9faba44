"""Units of work and the transactions that they share, on a real database and without a broker."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import AutoReconnect, BulkWriteError

from shared.events.ids import CandidateId
from shared.ids import new
from shared.service import Process
from shared.storage.collection import In
from shared.storage.commands import Commands
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Arrival, Done, Failed, Piece
from shared.storage.unit import UnitClosed, UnitOfWork
from tests.harness.waiting import eventually
from tests.integration.backbone.toy import Tally, Toy, add_note, add_one, shortlisted, tallies, totals

MakeProcess = Callable[..., Awaitable[Process]]
Work = Callable[[UnitOfWork], Awaitable[object]]


def unsaid(work: Work) -> Piece[object]:
    return Piece(work)


async def together(process: Process, *works: Work) -> list[object]:
    """Run works in one batch; return each one's result, or its error."""
    outcomes = await process.transactions.run([unsaid(work) for work in works])
    return [outcome.error if isinstance(outcome, Failed) else outcome.result for outcome in outcomes]


async def count_transactions(process: Process) -> int:
    status = await process.store.client.admin.command("serverStatus")
    return int(status["transactions"]["totalCommitted"])


def saving(tally: Tally) -> Work:
    async def save(unit: UnitOfWork) -> None:
        unit.save(tallies, tally)

    return save


def finding(**where: object) -> Work:
    async def find(unit: UnitOfWork) -> list[CandidateId]:
        return [tally.candidate_id for tally in await unit.find(tallies, **where)]

    return find


def person(n: int) -> CandidateId:
    return CandidateId(f"{n:032x}")


async def test_find_sees_what_the_batch_has_added_changed_and_deleted(quiet: Process) -> None:
    await together(quiet, *(saving(Tally(candidate_id=person(n))) for n in range(4)))

    async def change(unit: UnitOfWork) -> None:
        closed = await unit.get(tallies, person(1))
        assert closed is not None
        unit.save(tallies, replace(closed, state="closed"))
        await unit.get(tallies, person(2))
        unit.delete(tallies, person(2))
        unit.save(tallies, Tally(candidate_id=person(9)))
        assert [one.candidate_id for one in await unit.find(tallies, state="open")] == [
            person(0),
            person(3),
            person(9),
        ]

    async def fail(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=person(5)))
        raise RuntimeError

    results = await together(quiet, change, fail, finding(state="open"), finding(state=In(["closed"])))
    assert results[2:] == [[person(0), person(3), person(9)], [person(1)]]


async def test_find_takes_the_id_like_any_other_field(quiet: Process) -> None:
    await together(quiet, *(saving(Tally(candidate_id=person(n))) for n in range(3)))
    wanted = In([person(1), person(9)])
    found = await together(
        quiet, saving(Tally(candidate_id=person(9))), finding(candidate_id=wanted), finding(_id=wanted)
    )
    assert found[1:] == [[person(1), person(9)]] * 2


async def test_what_a_failed_piece_saved_unread_does_not_hide_what_is_stored(quiet: Process) -> None:
    stored = Tally(candidate_id=person(1), notes=("kept",))
    await together(quiet, saving(stored))

    async def fail(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=person(1)))
        raise RuntimeError

    async def read(unit: UnitOfWork) -> Tally | None:
        return await unit.get(tallies, person(1))

    assert (await together(quiet, fail, read))[1] == stored


async def test_saving_unread_what_is_stored_fails_alone_and_overwrites_nothing(quiet: Process) -> None:
    stored = Tally(candidate_id=person(1), notes=("kept",))
    await together(quiet, saving(stored))

    async def save_then_find(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=person(1), state="lost"))
        await unit.find(tallies, state="open")

    unread, found, neighbour = await together(
        quiet, saving(Tally(candidate_id=person(1))), save_then_find, saving(Tally(candidate_id=person(2)))
    )
    assert isinstance(unread, BulkWriteError)
    assert isinstance(found, LookupError)
    assert neighbour is None
    assert await quiet.documents.get(tallies, person(1)) == stored
    assert await quiet.documents.get(tallies, person(2)) is not None


async def test_conflicting_changes_of_two_processes_both_take_effect(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other = await make_process(toy)

    async def many(process: Process) -> None:
        for _ in range(20):
            await process.commands.run(Piece(add_one))

    await asyncio.gather(many(quiet), many(other))
    total = await quiet.documents.get(totals, "all")
    assert total is not None
    assert total.count == 40


async def test_a_unique_place_taken_by_another_process_meanwhile_is_seen_when_it_begins_again(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other = await make_process(toy)

    async def take_place(unit: UnitOfWork) -> int:
        taken = {tally.place for tally in await unit.find(tallies)}
        place = next(place for place in range(1, 100) if place not in taken)
        unit.save(tallies, Tally(candidate_id=new(CandidateId), place=place))
        return place

    places = await asyncio.gather(
        *(process.commands.run(Piece(take_place)) for _ in range(10) for process in (quiet, other))
    )
    assert sorted(places) == list(range(1, 21))


async def test_one_that_breaks_a_unique_index_fails_alone(quiet: Process) -> None:
    await together(quiet, saving(Tally(candidate_id=person(1), place=1)))
    first, twice, last = await together(
        quiet,
        saving(Tally(candidate_id=person(2), place=2)),
        saving(Tally(candidate_id=person(3), place=1)),
        saving(Tally(candidate_id=person(4), place=3)),
    )
    assert (first, last) == (None, None)
    assert isinstance(twice, BulkWriteError)
    assert await quiet.store["tallies"].count_documents({}) == 3


async def test_what_cannot_be_stored_fails_alone(quiet: Process) -> None:
    huge, neighbour = await together(
        quiet,
        saving(Tally(candidate_id=person(1), notes=("x" * 17_000_000,))),
        saving(Tally(candidate_id=person(2))),
    )
    assert isinstance(huge, Exception)
    assert neighbour is None
    assert [one["_id"] for one in await quiet.store["tallies"].find().to_list(None)] == [person(2)]


async def test_a_stored_document_that_no_longer_fits_fails_only_who_reads_it(quiet: Process) -> None:
    await together(quiet, saving(Tally(candidate_id=person(1))), saving(Tally(candidate_id=person(2))))
    await quiet.store["tallies"].update_one({"_id": person(1)}, {"$set": {"state": 7}})
    outcomes = await quiet.transactions.run(
        [
            Piece(partial(add_note, candidate_id=person(n), text="later"), reads=[tallies.key(person(n))])
            for n in (1, 2)
        ]
    )
    assert isinstance(outcomes[0], Failed)
    assert isinstance(outcomes[1], Done)
    stored = await quiet.documents.get(tallies, person(2))
    assert stored is not None
    assert stored.notes == ("later",)


async def test_the_same_arrival_at_two_processes_at_once_has_one_effect(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other = await make_process(toy)
    arrivals = [Arrival("/intake", f"{n:032x}", "same") for n in range(20)]
    pieces = [Piece(add_one, arrival=arrival) for arrival in arrivals]
    outcomes = await asyncio.gather(quiet.transactions.run(pieces), other.transactions.run(pieces))
    assert sorted(outcome.repeat for one in outcomes for outcome in one if isinstance(outcome, Done)) == (
        [False] * 20 + [True] * 20
    )
    total = await quiet.documents.get(totals, "all")
    assert total is not None
    assert total.count == 20


async def test_many_commands_at_once_share_few_transactions_and_one_that_raises_harms_nobody(
    quiet: Process,
) -> None:
    async def command(unit: UnitOfWork, n: int) -> int:
        count = await add_one(unit)
        if n == 17:
            raise RuntimeError
        return count

    before = await count_transactions(quiet)
    results = await asyncio.gather(
        *(quiet.commands.run(Piece(partial(command, n=n))) for n in range(50)),
        return_exceptions=True,
    )
    assert isinstance(results.pop(17), RuntimeError)
    assert results == list(range(1, 50))
    assert await count_transactions(quiet) - before <= 3


async def test_a_caller_who_has_gone_does_not_disturb_the_others(quiet: Process) -> None:
    callers = [asyncio.create_task(quiet.commands.run(Piece(add_one))) for _ in range(10)]
    await asyncio.sleep(0)  # they have asked, and nothing is committed yet
    callers[0].cancel()
    callers[5].cancel()
    results = await asyncio.gather(*callers, return_exceptions=True)
    assert [type(result) for result in results].count(int) == 8
    assert await quiet.commands.run(Piece(add_one)) == 11


LATE: list[Callable[[UnitOfWork], None]] = [
    lambda unit: unit.save(tallies, Tally(candidate_id=person(1))),
    lambda unit: unit.delete(tallies, person(1)),
    lambda unit: unit.send_private(tallies, person(1), "sealed"),
    lambda unit: unit.set_timer("note", "key", datetime.now(UTC)),
    lambda unit: unit.cancel_timer("note", "key"),
    lambda unit: unit.send_out("letter", "key"),
]


async def test_a_unit_of_work_that_has_ended_takes_nothing_more(quiet: Process) -> None:
    kept: list[UnitOfWork] = []

    async def keep(unit: UnitOfWork) -> None:
        kept.append(unit)

    async def keep_and_fail(unit: UnitOfWork) -> None:
        kept.append(unit)
        raise RuntimeError

    await together(quiet, keep, keep_and_fail)
    for unit in kept:
        for late in LATE:
            with pytest.raises(UnitClosed):
                late(unit)
        for read in (
            unit.get(tallies, person(1)),
            unit.get_many(tallies, [person(1)]),
            unit.find(tallies),
            unit.take_timer("note", "key"),
            unit.sent_out("letter", "key"),
        ):
            with pytest.raises(UnitClosed):
                await read


async def test_an_event_about_something_else_is_refused(quiet: Process) -> None:
    async def confuse(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=person(1)), shortlisted(person(2)))

    assert isinstance((await together(quiet, confuse))[0], ValueError)
    assert await quiet.store["outbox"].count_documents({}) == 0


async def test_a_deleted_document_can_be_made_again_in_the_same_batch(quiet: Process) -> None:
    await together(quiet, saving(Tally(candidate_id=person(1), notes=("old",))))

    async def delete(unit: UnitOfWork) -> None:
        await unit.get(tallies, person(1))
        unit.delete(tallies, person(1))

    async def make(unit: UnitOfWork) -> None:
        assert await unit.get(tallies, person(1)) is None
        unit.save(tallies, Tally(candidate_id=person(1)))

    assert await together(quiet, delete, make) == [None, None]
    assert await quiet.documents.get(tallies, person(1)) == Tally(candidate_id=person(1))


async def test_sequences_count_without_gaps_whatever_fails_in_between(quiet: Process) -> None:
    async def note(unit: UnitOfWork, n: int) -> None:
        await add_note(unit, person(1), str(n))
        if n % 3 == 1:
            raise RuntimeError

    await together(quiet, *(partial(note, n=n) for n in range(9)))
    entries = await quiet.store["outbox"].find().sort("stamp", 1).to_list(None)
    assert [entry["sequence"] for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert len({entry["stamp"] for entry in entries}) == 6


@pytest.fixture
def uncertain(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have the next commits done, and reported as failed: as many as the list says."""
    left = [0]
    commit = ClientSession.commit_transaction

    def commit_and_fail(session: ClientSession) -> None:
        commit(session)
        if left[0]:
            left[0] -= 1
            raise AutoReconnect("as the test wants", {"errorLabels": ["UnknownTransactionCommitResult"]})

    monkeypatch.setattr(ClientSession, "commit_transaction", commit_and_fail)
    return left


async def test_a_commit_that_took_place_and_was_reported_as_failed_is_not_done_again(
    quiet: Process, uncertain: list[int]
) -> None:
    uncertain[0] = 3
    assert await quiet.commands.run(Piece(add_one)) == 1
    total = await quiet.documents.get(totals, "all")
    assert total is not None
    assert total.count == 1


async def test_an_arrival_whose_commit_stays_unknown_is_a_repeat_when_it_comes_again(
    make_process: MakeProcess, toy: Toy, uncertain: list[int]
) -> None:
    process = await make_process(toy, storage_timeout=0.2)
    piece = Piece(add_one, arrival=Arrival("/intake", "0" * 32, "same"))
    uncertain[0] = 100_000
    with pytest.raises(StorageUnavailable):
        await process.transactions.run([piece])
    uncertain[0] = 0
    assert await process.transactions.run([piece]) == [Done(None, repeat=True)]


async def test_what_had_not_begun_when_its_caller_was_told_to_come_back_is_not_begun(quiet: Process) -> None:
    commands = Commands(quiet.transactions, patience=0.2)
    begun, hanging = asyncio.Event(), asyncio.Event()

    async def hang(unit: UnitOfWork) -> None:
        begun.set()
        await hanging.wait()
        await add_one(unit, "begun")

    async def come_later(unit: UnitOfWork) -> None:
        await add_one(unit, "not-begun")

    first = asyncio.create_task(commands.run(Piece(hang)))
    await begun.wait()
    told = await asyncio.gather(first, commands.run(Piece(come_later)), return_exceptions=True)
    assert [type(one) for one in told] == [StorageUnavailable, StorageUnavailable]
    hanging.set()
    await eventually(lambda: quiet.documents.get(totals, "begun"), "what had begun")
    assert await quiet.commands.run(Piece(partial(add_one, name="not-begun"))) == 1
