"""A database in trouble is no message's fault, and what is broken off is broken off wholly."""

import asyncio
import random
import threading
import time
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from pymongo.errors import OperationFailure
from pymongo.synchronous.pool import Pool
from structlog.testing import capture_logs

from shared.messaging import consumer, ladder
from shared.service import Process
from shared.storage import portions
from shared.storage.errors import StorageUnavailable
from shared.storage.pieces import Arrival, Piece
from shared.storage.transaction import Transaction
from tests.harness.parameters import parameter
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import NAME, Toy, add_note, add_one, at_work, shortlisted

CANCELLED = 60


async def test_a_cancelled_transaction_writes_nothing_outside_itself(
    quiet: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread of the driver that waited for a connection would write after the transaction was aborted."""
    checkout = Pool.checkout
    armed, caught = threading.Event(), threading.Event()
    chance = random.Random(1)  # noqa: S311  the same each time is what is wanted

    def slowly(pool: Pool, *rest: Any, **named: Any) -> Any:
        inserting = any(frame.name == "bulk_write" for frame in traceback.extract_stack(limit=25))
        if armed.is_set() and not caught.is_set() and inserting:
            caught.set()
            time.sleep(chance.uniform(0, 0.012))  # as long as a new connection takes
        return checkout(pool, *rest, **named)

    monkeypatch.setattr(Pool, "checkout", slowly)
    for number in range(CANCELLED):
        caught.clear()
        armed.set()
        piece = Piece(
            partial(add_one, name=f"n{number}"), arrival=Arrival("/intake", f"{number:032x}", "hash")
        )
        outcomes = quiet.transactions.begin([piece])
        while not caught.is_set() and not outcomes.done():  # noqa: ASYNC110  it is a thread that sets it
            await asyncio.sleep(0)
        await quiet.transactions.break_off()
        armed.clear()
    remembered = {entry["_id"] for entry in await quiet.store["inbox"].find().to_list(None)}
    done = {entry["_id"] for entry in await quiet.store["totals"].find().to_list(None)}
    assert remembered == {f"/intake:{number:032x}" for number in range(CANCELLED) if f"n{number}" in done}


def refuse(monkeypatch: pytest.MonkeyPatch, times: int, error: OperationFailure) -> None:
    """Have the database refuse the next commits."""
    commit, refusals = Transaction.commit, iter(range(times))

    async def refused(transaction: Transaction, *rest: Any) -> None:
        if next(refusals, None) is not None:
            raise error
        await commit(transaction, *rest)

    monkeypatch.setattr(Transaction, "commit", refused)


async def test_a_database_without_room_parks_nothing(
    process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, 3, OperationFailure("available disk space is below the threshold", 14031))
    await queues.publish(*[shortlisted() for _ in range(5)])
    with capture_logs() as logs:
        async with at_work(process):
            await eventually(partial(_are, process, 5), "all to be done when there is room again")
    assert not [one for one in logs if one["event"] == "message will be tried again"], "it is not their fault"
    assert await queues.count(f"{NAME}.parked") == 0


async def test_what_is_too_much_for_one_transaction_is_done_in_parts(
    process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = process.transactions.run

    async def slow(pieces: list[Piece[None]], **named: bool) -> Any:
        if len(pieces) > 3:
            raise StorageUnavailable("NetworkTimeout")
        return await run(pieces, **named)

    monkeypatch.setattr(process.transactions, "run", slow)
    await queues.publish(*[shortlisted() for _ in range(20)])
    async with at_work(process):
        await eventually(partial(_are, process, 20), "all to be done, a few at a time", deadline=30)


async def test_what_alone_is_never_committed_in_time_holds_nobody_up_for_ever(
    make_process: Callable[..., Awaitable[Process]], queues: Queues, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "AWAY", 0.05)
    monkeypatch.setattr(portions, "STUCK", 0.5)
    process = await make_process(toy, storage_timeout=0.3)
    stuck, *others = [shortlisted() for _ in range(4)]
    await process.commands.run(Piece(partial(add_note, candidate_id=stuck.candidate_id, text="before")))
    async with (
        parameter(process.client, "transactionLifetimeLimitSeconds", 60),
        await process.client.start_session() as session,
    ):
        session.start_transaction()  # somebody else's, which does not end: whoever writes this meets a conflict
        await process.store["tallies"].update_one(
            {"_id": stuck.candidate_id}, {"$set": {"state": "held"}}, session=session
        )
        await queues.publish(stuck, *others)
        async with at_work(process):
            await eventually(partial(_are, process, 4), "the others to be done", deadline=30)
            parked = await queues.parked()
        await session.abort_transaction()
    assert parked.headers[ladder.REASON] == "failed"
    assert str(parked.headers[ladder.PLACE]).endswith("toy.note: NotInTime")
    assert stuck.application_id.encode() in parked.body
    assert await queues.count(f"{NAME}.parked") == 0, "nobody else was parked"


async def test_a_database_that_takes_nothing_is_no_works_fault(
    make_process: Callable[..., Awaitable[Process]], queues: Queues, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "AWAY", 0.05)
    monkeypatch.setattr(portions, "STUCK", 0.1)
    process = await make_process(toy, storage_timeout=0.1)
    refuse(monkeypatch, 12, OperationFailure("operation exceeded time limit", 262))
    await queues.publish(shortlisted())
    with capture_logs() as logs:
        async with at_work(process):
            await eventually(partial(_are, process, 1), "it to be done", deadline=30)
    assert not [one for one in logs if one["event"] == "message will be tried again"], "it is not its fault"


async def test_whoever_is_refused_by_the_database_is_told_to_come_back(
    make_process: Callable[..., Awaitable[Process]], toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await make_process(toy)

    async def refused(*_: object) -> None:
        raise OperationFailure("not authorized", 13)

    monkeypatch.setattr(Transaction, "commit", refused)
    with pytest.raises(StorageUnavailable):
        await process.commands.run(Piece(add_one))


async def _are(process: Process, wanted: int) -> bool:
    return bool(await process.store["tallies"].count_documents({}) == wanted)
