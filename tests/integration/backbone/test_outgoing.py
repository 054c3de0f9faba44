"""Outgoing work: done outside any transaction, its result committed after, whoever dies in between."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from shared import outgoing
from shared.outgoing import AHEAD, OutgoingLoop, Record
from shared.service import Process
from shared.storage.claims import Claim, Claims
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Piece
from shared.storage.transaction import Transaction
from shared.storage.unit import UnitOfWork
from tests.harness.waiting import eventually
from tests.integration.backbone.toy import Toy, totals

MakeProcess = Callable[..., Awaitable[Process]]


class Unrecordable(Toy):
    """A toy that does its errands, and whose records fail as long as ``error`` is there."""

    error: Exception | None = ValueError("a record that cannot be made")

    async def run(self, key: str) -> Record:
        """Do an errand outside."""
        count, self.refused = await super().run(key), list[float]()

        async def record(unit: UnitOfWork) -> None:
            if self.error is not None:
                self.refused.append(time.monotonic())
                raise self.error
            await count(unit)

        return record


class Unread(Toy):
    """A toy for whose first errands the database is away before anything is done."""

    away = 2

    async def run(self, key: str) -> Record:
        """Do an errand outside."""
        if self.away:
            self.away -= 1
            raise StorageUnavailable
        return await super().run(key)


@asynccontextmanager
async def sending(process: Process) -> AsyncIterator[asyncio.Task[None]]:
    """Run a process's outgoing work alone."""
    task = asyncio.create_task(process.outgoing.run(process.broker.stopping))
    try:
        yield task
    finally:
        process.broker.stopping.set()
        await asyncio.wait([task], timeout=10)


async def send_out(process: Process, *keys: str, kind: str = "letter") -> None:
    async def work(unit: UnitOfWork) -> None:
        for key in keys:
            unit.send_out(kind, key)

    await process.commands.run(Piece(work))


async def total(process: Process, name: str) -> int:
    found = await process.documents.get(totals, name)
    return 0 if found is None else found.count


async def all_done(process: Process) -> None:
    async def done() -> bool:
        return await process.store["outgoing"].count_documents({}) == 0

    await eventually(done, "no outgoing work left")


async def test_each_piece_is_done_once_and_its_result_committed(quiet: Process, toy: Toy) -> None:
    keys = [f"k{n}" for n in range(30)]
    async with sending(quiet):
        await send_out(quiet, *keys)
        await all_done(quiet)
    assert sorted(toy.done_outside) == sorted(keys)
    assert await total(quiet, "done") == 30


async def test_two_processes_share_the_work(quiet: Process, make_process: MakeProcess, toy: Toy) -> None:
    other, keys = await make_process(toy), [f"k{n}" for n in range(30)]
    async with sending(quiet), sending(other):
        await send_out(quiet, *keys)
        await all_done(quiet)
    assert sorted(toy.done_outside) == sorted(keys)
    assert await total(quiet, "done") == 30


async def test_what_fails_is_tried_again_and_succeeds(quiet: Process, toy: Toy) -> None:
    toy.failing.add("first")
    async with sending(quiet):
        await send_out(quiet, "first", "second")
        await eventually(lambda: toy.tried.count("first") == 2, "a second try")
        toy.failing.clear()
        await all_done(quiet)
    assert toy.tried.count("first") == 3
    assert await total(quiet, "done") == 2


async def test_what_keeps_failing_is_given_up_and_said_so(quiet: Process, toy: Toy) -> None:
    toy.failing.add("first")
    async with sending(quiet):
        await send_out(quiet, "first")
        await all_done(quiet)
    assert toy.tried == ["first"] * 3
    assert toy.given_up == ["first: RuntimeError"]
    assert (await total(quiet, "given-up"), await total(quiet, "done")) == (1, 0)


async def test_nobody_takes_more_than_their_share_and_a_loop_no_other_kind(quiet: Process, toy: Toy) -> None:
    loop = OutgoingLoop(
        quiet.store,
        quiet.commands,
        quiet.transactions,
        {"parcel": toy},
        delays=(),
        claim=10,
        at_once=4,
        share=2,
        poll=5,
    )
    await send_out(quiet, "letter")
    await send_out(quiet, "a.1", "a.2", "a.3", "a.4", "b.1", kind="parcel")
    stopping = asyncio.Event()
    with toy.held():
        working = asyncio.create_task(loop.run(stopping))
        await eventually(lambda: len(toy.tried) == 3, "three at work")
        assert sorted(key[0] for key in toy.tried) == ["a", "a", "b"]

    async def only_the_letter_is_left() -> bool:
        return await quiet.store["outgoing"].distinct("key") == ["letter"]

    await eventually(only_the_letter_is_left, "all parcels to be done", 4)
    assert sorted(toy.done_outside) == ["a.1", "a.2", "a.3", "a.4", "b.1"]
    stopping.set()
    await asyncio.wait([working], timeout=5)


async def test_what_takes_too_long_is_put_off(make_process: MakeProcess, toy: Toy) -> None:
    process = await make_process(toy, outgoing_claim_seconds=2.2, storage_timeout=1)
    toy.gate = asyncio.Event()
    async with sending(process):
        await send_out(process, "slow")
        await eventually(lambda: len(toy.tried) == 2, "a second try")
        toy.gate.set()
        await all_done(process)
    assert toy.done_outside == ["slow"]


@pytest.mark.parametrize("whose", ["another's", "its own"])
async def test_a_claim_is_taken_over_after_its_holder_has_died(
    quiet: Process, make_process: MakeProcess, toy: Toy, whose: str
) -> None:
    dying_toy = Toy(gate=asyncio.Event())
    dying = await make_process(dying_toy, outgoing_claim_seconds=2.2, storage_timeout=1)
    heir = await make_process(toy, outgoing_claim_seconds=2.2, storage_timeout=1)
    async with sending(dying) as dead:
        await caught_up(dying)
        await send_out(dying if whose == "its own" else quiet, "one")
        await dying_toy.reached.wait()
        dead.cancel()
    started = time.monotonic()
    async with sending(heir):
        await all_done(quiet)
    assert time.monotonic() - started < 3
    assert toy.done_outside == ["one"]
    assert await total(quiet, "done") == 1


async def test_what_was_taken_over_while_at_work_is_committed_once(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    slow_toy = Toy(gate=asyncio.Event())
    slow = await make_process(slow_toy, outgoing_at_once=1)
    async with sending(slow):
        await send_out(quiet, "one")
        await slow_toy.reached.wait()
        await quiet.store["outgoing"].update_one({}, [{"$set": {"due_at": "$$NOW"}}])  # its claim runs out
        async with sending(quiet):
            await all_done(quiet)
        assert slow_toy.gate is not None
        slow_toy.gate.set()
        await eventually(lambda: slow_toy.done_outside == ["one"], "the slow one to have done it too")
    assert toy.done_outside == ["one"]
    assert await total(quiet, "done") == 1


async def test_what_was_done_is_not_done_again_because_the_database_was_away_after(
    quiet: Process, make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await make_process(toy, outgoing_claim_seconds=2.2, storage_timeout=1)
    commit, refused = process.commands.run, 0

    async def away_for_longer_than_a_claim(piece: Piece[None]) -> None:
        nonlocal refused
        refused += 1
        if refused <= 5:
            raise StorageUnavailable
        await commit(piece)

    monkeypatch.setattr(process.commands, "run", away_for_longer_than_a_claim)
    async with sending(process):
        await send_out(quiet, "one")
        await all_done(quiet)
    assert refused > 5
    assert toy.done_outside == ["one"]
    assert await total(quiet, "done") == 1


async def test_whoever_waited_for_the_database_lets_others_say_first_what_they_have_done(
    quiet: Process, make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_toy, back, waiting, search = Toy(), asyncio.Event(), asyncio.Event(), Claims.search
    process, other = await make_process(toy), await make_process(others_toy)
    commit = process.commands.run

    async def away(piece: Piece[None]) -> None:
        if not back.is_set():
            raise StorageUnavailable
        await asyncio.sleep(0.2)  # it has more to ask than who only searches
        await commit(piece)

    async def search_when_it_is_back(claims: Claims, *asked: Any) -> Claim | None:
        begun = time.monotonic()
        if claims is other.outgoing._claims:
            waiting.set()
            await back.wait()
        claim = await search(claims, *asked)
        return None if claim is None else replace(claim, since=begun)

    async def run_out(*_: object) -> None:
        """Keep nothing: by the time that the database was back the claim had run out."""

    monkeypatch.setattr(outgoing, "SLOW", 0.0)
    monkeypatch.setattr(process.commands, "run", away)
    monkeypatch.setattr(Claims, "search", search_when_it_is_back)
    monkeypatch.setattr(Claims, "move", run_out)
    async with sending(process):
        await send_out(quiet, "one")
        await eventually(lambda: toy.done_outside == ["one"], "it to be done")
        async with sending(other):
            await waiting.wait()
            await quiet.store["outgoing"].update_one({}, [{"$set": {"due_at": "$$NOW"}}])
            back.set()
            await all_done(quiet)
            await caught_up(other)
    assert (toy.done_outside, others_toy.done_outside) == (["one"], [])
    assert await total(quiet, "done") == 1


@pytest.mark.parametrize("error", [ValueError("no record"), OperationFailure("no", 2)], ids=repr)
async def test_what_was_done_is_not_done_again_because_its_record_fails(
    make_process: MakeProcess, toy: Toy, error: Exception
) -> None:
    short = {"outgoing_claim_seconds": 1.6, "storage_timeout": 0.7}
    broken = Unrecordable()
    broken.error = error
    process, heir = await make_process(broken, **short), await make_process(toy, **short)
    async with sending(process):
        await send_out(process, "one")
        await broken.reached.wait()
        async with sending(heir):
            await eventually(lambda: len(broken.refused) == 10, "two claims' time to have passed")
            broken.error = None
            await all_done(process)
    assert broken.refused[-1] - broken.refused[0] > 2 * 1.6
    assert (broken.done_outside, toy.done_outside) == (["one"], [])
    assert await total(process, "done") == 1


async def test_a_record_that_fails_is_tried_ever_more_seldom_and_holds_up_no_ending(
    make_process: MakeProcess,
) -> None:
    broken = Unrecordable()
    process = await make_process(broken)
    async with sending(process) as task:
        await send_out(process, "one")
        await broken.reached.wait()
        await eventually(lambda: len(broken.refused) == 4, "a fourth try")
        process.broker.stopping.set()
        async with asyncio.timeout(1.5):
            await task
    assert broken.refused[3] - broken.refused[0] >= 0.2 + 0.4 + 0.8
    assert len(broken.refused) <= 5  # a last try, unless the fourth was still under way
    assert broken.done_outside == ["one"]


async def test_who_has_lost_a_claim_does_not_put_off_its_heir(
    quiet: Process, make_process: MakeProcess
) -> None:
    slow_toy, heirs_toy = Toy(gate=asyncio.Event(), stumbling={"one"}), Toy(gate=asyncio.Event())
    slow, heir = await make_process(slow_toy), await make_process(heirs_toy)
    assert slow_toy.gate is not None
    assert heirs_toy.gate is not None
    async with sending(heir):
        async with sending(slow):
            await send_out(slow, "one")
            await slow_toy.reached.wait()
            await quiet.store["outgoing"].update_one(
                {}, [{"$set": {"due_at": "$$NOW"}}]
            )  # its claim runs out
            await heirs_toy.reached.wait()
            claimed = await quiet.store["outgoing"].find_one({})
            slow.broker.stopping.set()
            slow_toy.gate.set()
        assert await quiet.store["outgoing"].find_one({}) == claimed
        heirs_toy.gate.set()
        await all_done(quiet)
    assert (slow_toy.done_outside, heirs_toy.done_outside) == ([], ["one"])


async def test_a_try_that_the_database_or_a_death_cut_short_is_none(make_process: MakeProcess) -> None:
    toy = Unread(failing={"one"}, gate=asyncio.Event())
    process = await make_process(toy, outgoing_claim_seconds=0.5, storage_timeout=0.2)
    async with sending(process) as dying:
        await send_out(process, "one")
        await toy.reached.wait()
        dying.cancel()
    toy.gate = None
    heir = await make_process(toy, outgoing_claim_seconds=0.5, storage_timeout=0.2)
    async with sending(heir):
        await all_done(heir)
    assert toy.given_up == ["one: RuntimeError"]
    assert toy.tried == ["one"] * 4  # one ended by the death, and three that failed


async def test_what_is_done_and_not_recorded_is_bounded(
    quiet: Process, make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    others_toy, keys, hold = Toy(), [f"k{n}" for n in range(AHEAD + 12)], asyncio.Event()
    process, other = await make_process(toy, outgoing_at_once=1), await make_process(others_toy)
    commit = process.commands.run

    async def held(piece: Piece[None]) -> None:
        await hold.wait()
        await commit(piece)

    async def only_the_held_are_left() -> bool:
        return await quiet.store["outgoing"].count_documents({}) == AHEAD

    await send_out(quiet, *keys)
    monkeypatch.setattr(process.commands, "run", held)
    async with sending(process):
        await eventually(lambda: len(toy.done_outside) >= AHEAD, "as many as may be")
        async with sending(other):
            await eventually(only_the_held_are_left, "the others to be done by another process")
        assert len(toy.done_outside) == AHEAD
        hold.set()
        await send_out(quiet, "later")
        await all_done(quiet)
    assert toy.done_outside[AHEAD:] == ["later"]
    assert sorted(toy.done_outside[:AHEAD] + others_toy.done_outside) == sorted(keys)


async def test_an_unknown_kind_holds_nobody_up(quiet: Process, toy: Toy) -> None:
    async with sending(quiet):
        await send_out(quiet, "x", kind="telegram")
        await send_out(quiet, "one")
        await eventually(lambda: toy.done_outside == ["one"], "the other work")
    assert await quiet.store["outgoing"].count_documents({}) == 1


async def caught_up(process: Process) -> None:
    await eventually(lambda: process.outgoing._caught_up, "the loop to have nothing to do")


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[Claims]:
    """Who has asked the database for work."""
    search, searched = Claims.search, list[Claims]()

    async def noted(claims: Claims, *rest: Any) -> Claim | None:
        searched.append(claims)
        return await search(claims, *rest)

    monkeypatch.setattr(Claims, "search", noted)
    return searched


async def test_what_this_process_commits_is_its_own_from_the_first(
    make_process: MakeProcess, toy: Toy, searched: list[Claims]
) -> None:
    process, other = await make_process(toy, poll_seconds=30), await make_process(Toy())
    async with sending(process):
        await caught_up(process)
        searched.clear()
        with toy.held():
            await send_out(process, "one", "two")
            await eventually(lambda: len(toy.tried) == 2, "the work to have begun")
            async with sending(other):
                await caught_up(other)
            (stored, _) = await process.store["outgoing"].find().to_list(None)
            hello = await process.client.admin.command("hello")
            left = (
                stored["due_at"].replace(tzinfo=None) - hello["localTime"].replace(tzinfo=None)
            ).total_seconds()
            assert 50 < left <= 60, "by the server's clock"
            assert (stored["attempts"], stored["kind"]) == (0, "letter")
        await all_done(process)
    assert process.outgoing._claims not in searched
    assert sorted(toy.done_outside) == ["one", "two"]
    assert await total(process, "done") == 2


async def test_what_was_claimed_and_not_committed_is_nobodys(
    make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await make_process(toy, outgoing_at_once=1)
    commit = Transaction.commit

    async def away(*_: object) -> None:
        raise OperationFailure("as the test wants", 50)

    async with sending(process):
        await caught_up(process)
        monkeypatch.setattr(Transaction, "commit", away)
        with pytest.raises(StorageUnavailable):
            await send_out(process, "one")
        monkeypatch.setattr(Transaction, "commit", commit)
        assert not toy.tried
        await send_out(process, "two")
        await all_done(process)
    assert toy.tried == ["two"]


async def test_what_waits_longer_comes_first(make_process: MakeProcess, toy: Toy) -> None:
    process = await make_process(toy, outgoing_at_once=1)
    async with sending(process):
        await caught_up(process)
        with toy.held():
            await send_out(process, "first")
            await eventually(lambda: toy.tried == ["first"], "it to have begun")
            await send_out(process, "second")
            assert not process.outgoing._caught_up
        await send_out(process, "third")
        await all_done(process)
    assert toy.tried == ["first", "second", "third"]


async def test_nothing_is_taken_while_it_is_not_known_what_the_search_will_find(
    make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It might be of somebody who has but one share left."""
    process = await make_process(toy)
    search, searching, go_on = Claims.search, asyncio.Event(), asyncio.Event()

    async def slowly(claims: Claims, *rest: Any) -> Claim | None:
        found = await search(claims, *rest)
        searching.set()
        await go_on.wait()
        return found

    async with sending(process):
        await caught_up(process)
        monkeypatch.setattr(Claims, "search", slowly)
        process.outgoing._wake.set()
        await searching.wait()
        await send_out(process, "one")
        assert (toy.tried, process.outgoing._in_hand) == ([], set())
        go_on.set()
        await all_done(process)
    assert toy.tried == ["one"]


async def test_a_claim_of_which_much_time_has_gone_by_is_left_to_run_out(
    make_process: MakeProcess, toy: Toy
) -> None:
    process = await make_process(toy, outgoing_at_once=1)
    async with sending(process):
        await caught_up(process)
        claim = process.outgoing.take("letter", "one")
        assert claim is not None
        assert process.outgoing.take("letter", "two") is None
        process.outgoing.begin(replace(claim, since=claim.since - 20))
        await caught_up(process)
        await send_out(process, "three")
        await all_done(process)
    assert toy.tried == ["three"]


async def test_stopping_does_what_is_claimed_and_being_committed(
    make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await make_process(toy)
    commit, committing, go_on = Transaction.commit, asyncio.Event(), asyncio.Event()

    async def held(transaction: Transaction, *rest: Any) -> None:
        committing.set()
        await go_on.wait()
        await commit(transaction, *rest)

    async with sending(process) as task:
        await caught_up(process)
        monkeypatch.setattr(Transaction, "commit", held)
        sent = asyncio.create_task(send_out(process, "one"))
        await committing.wait()
        process.broker.stopping.set()
        await asyncio.wait([task], timeout=0.1)
        assert not task.done()
        go_on.set()
        await sent
        async with asyncio.timeout(5):
            await task
    assert toy.done_outside == ["one"]
    assert await process.store["outgoing"].count_documents({}) == 0


async def test_work_is_begun_at_once_when_this_process_has_committed_it(
    make_process: MakeProcess, toy: Toy
) -> None:
    process = await make_process(toy, poll_seconds=30)
    async with sending(process):
        await send_out(process, "warm-up")
        await all_done(process)
        await send_out(process, "one")
        await eventually(lambda: "one" in toy.done_outside, "the work", deadline=2)


async def test_a_loop_is_woken_although_another_one_has_heard_of_it_first(
    make_process: MakeProcess, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with mail and webhooks, in one process: one loop looked in vain just before, and waits just after."""
    process = await make_process(toy, poll_seconds=30)
    parcels = OutgoingLoop(
        process.store,
        process.commands,
        process.transactions,
        {"parcel": toy},
        delays=(),
        claim=10,
        at_once=8,
        poll=30,
    )
    claim, looked, go_on = parcels._claim, asyncio.Event(), asyncio.Event()

    async def slowly() -> Claim | None:
        found = await claim()
        looked.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(parcels, "_claim", slowly)
    async with sending(process):
        working = asyncio.create_task(parcels.run(process.broker.stopping))
        await looked.wait()
        await send_out(process, "one", kind="parcel")
        await eventually(lambda: not process.outgoing._wake.is_set(), "the other loop to have heard")
        go_on.set()
        await eventually(lambda: toy.done_outside == ["one"], "the work")
    await asyncio.wait([working], timeout=5)


async def test_stopping_finishes_what_is_in_hand(quiet: Process, toy: Toy) -> None:
    toy.gate = asyncio.Event()
    async with sending(quiet) as task:
        await send_out(quiet, "one")
        await toy.reached.wait()
        quiet.broker.stopping.set()
        toy.gate.set()
        async with asyncio.timeout(5):
            await task
    assert await total(quiet, "done") == 1
    assert await quiet.store["outgoing"].count_documents({}) == 0
