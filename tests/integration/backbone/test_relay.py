"""The outbox relay: everything that was committed is published, each subject's in its sequence."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from pamqp.commands import Basic

from shared.events.ids import CandidateId, EventId
from shared.ids import new
from shared.messaging.errors import ConnectionLost
from shared.messaging.publisher import Publisher
from shared.service import Process
from shared.storage.outbox import Entry
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import Queues
from tests.integration.backbone.toy import Tally, Toy, add_note, at_work, tallies

MakeProcess = Callable[..., Awaitable[Process]]
Appearances = dict[str, list[int]]


class Recorder(Publisher):
    """A publisher that confirms what it is told to, and remembers in which order."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int]] = []
        self.private: list[bytes] = []
        self.in_flight: set[str] = set()
        self.fail_at: set[int] = set()
        self.refused: set[str] = set()
        self.open = asyncio.Event()
        self.open.set()

    async def publish(
        self,
        exchange: str,
        routing_key: str,  # noqa: ARG002
        body: bytes,
        properties: Basic.Properties,
    ) -> None:
        if exchange == "private":
            self.private.append(body)
            return
        headers = properties.headers or {}
        subject = str(headers["cloudEvents_subject"])
        assert subject not in self.in_flight, "two of one subject in flight"
        self.in_flight.add(subject)
        try:
            await self.open.wait()
            sequence = int(str(headers["cloudEvents_sequence"]))
            if sequence in self.fail_at or subject in self.refused:
                self.fail_at.discard(sequence)
                raise ConnectionLost("as the test wants")
            self.sent.append((subject, sequence))
        finally:
            self.in_flight.discard(subject)

    @property
    def first_appearances(self) -> Appearances:
        found: Appearances = {}
        for subject, sequence in dict.fromkeys(self.sent):
            found.setdefault(subject, []).append(sequence)
        return found


@asynccontextmanager
async def relaying(process: Process, publisher: Publisher) -> AsyncIterator[asyncio.Task[None]]:
    """Run a process's relay alone, again after each loss, as the broker's supervisor does."""
    draining = asyncio.Event()

    async def persist() -> None:
        while True:
            try:
                return await process.broker.relay.run(publisher, draining)
            except ConnectionLost:
                continue

    task = asyncio.create_task(persist())
    try:
        yield task
    finally:
        draining.set()
        await asyncio.wait([task], timeout=10)


async def note(process: Process, candidate_id: CandidateId, count: int) -> None:
    for n in range(count):
        await process.commands.run(Piece(partial(add_note, candidate_id=candidate_id, text=str(n))))


async def nothing_waits(process: Process) -> None:
    async def empty() -> bool:
        return await process.store["outbox"].count_documents({"state": "waiting"}) == 0

    await eventually(empty, "an empty outbox")


async def test_a_subjects_events_come_in_order_with_many_at_work_and_some_publishes_failing(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other, publisher = await make_process(toy), Recorder()
    publisher.fail_at = {1, 7, 23, 99}
    subjects = [new(CandidateId) for _ in range(4)]
    async with relaying(quiet, publisher):
        await asyncio.gather(*(note(one, subject, 50) for subject in subjects for one in (quiet, other)))
        await nothing_waits(quiet)
    assert publisher.first_appearances == {subject: list(range(1, 101)) for subject in subjects}


async def test_a_publish_that_fails_holds_up_its_own_subject_only(quiet: Process) -> None:
    publisher, stuck, free = Recorder(), new(CandidateId), new(CandidateId)
    publisher.refused.add(stuck)
    await asyncio.gather(note(quiet, stuck, 3), note(quiet, free, 3))
    async with relaying(quiet, publisher):
        await eventually(lambda: len(publisher.sent) == 3, "the other subject's events")
        assert publisher.sent == [(free, 1), (free, 2), (free, 3)]
        publisher.refused.clear()
        await nothing_waits(quiet)
    assert publisher.first_appearances == {free: [1, 2, 3], stuck: [1, 2, 3]}


async def test_events_arrive_on_the_broker_in_order(process: Process, queues: Queues) -> None:
    subject = new(CandidateId)
    listener = await queues.channel.declare_queue(exclusive=True)
    await listener.bind("events", "intake.candidate-promoted.v1")
    async with at_work(process):
        await note(process, subject, 100)
        found = [
            await eventually(partial(listener.get, fail=False, no_ack=True), "an event") for _ in range(100)
        ]
    assert [int(str(one.headers["cloudEvents_sequence"])) for one in found] == list(range(1, 101))
    assert {one.headers["cloudEvents_id"] == one.message_id for one in found} == {True}


async def test_what_commits_late_is_not_skipped(quiet: Process, make_process: MakeProcess, toy: Toy) -> None:
    slow, publisher = await make_process(toy), Recorder()
    begun, may_commit = asyncio.Event(), asyncio.Event()
    late, early = new(CandidateId), new(CandidateId)

    async def dawdle(unit: UnitOfWork) -> None:
        await add_note(unit, late, "late")
        begun.set()
        await may_commit.wait()

    async with relaying(quiet, publisher):
        dawdling = asyncio.create_task(slow.commands.run(Piece(dawdle)))
        await begun.wait()
        await note(quiet, early, 1)
        await nothing_waits(quiet)
        assert publisher.sent == [(early, 1)]
        may_commit.set()
        await dawdling
        await nothing_waits(quiet)
    assert publisher.sent == [(early, 1), (late, 1)]


async def test_what_is_not_confirmed_is_not_marked(quiet: Process) -> None:
    publisher, subject = Recorder(), new(CandidateId)
    publisher.open.clear()
    await note(quiet, subject, 2)
    async with relaying(quiet, publisher):
        await eventually(lambda: bool(publisher.in_flight), "a publish in flight")
        for entry in await quiet.store["outbox"].find().to_list(None):
            assert entry["state"] == "waiting"
            assert "published_at" not in entry
        publisher.open.set()
    entries = await quiet.store["outbox"].find().to_list(None)
    assert all(entry["state"] == "published" and entry["published_at"] for entry in entries)


async def test_a_private_entry_goes_before_later_events_and_loses_its_body_once_confirmed(
    quiet: Process,
) -> None:
    publisher, subject = Recorder(), new(CandidateId)

    async def tell(unit: UnitOfWork) -> None:
        unit.save(tallies, Tally(candidate_id=subject))
        unit.send_private(tallies, subject, "sealed")
        await add_note(unit, subject, "first")

    await quiet.commands.run(Piece(tell))
    private, event = await quiet.store["outbox"].find().sort("stamp", 1).to_list(None)
    assert (private["body"], "envelope" in private) == (b"sealed", False)
    async with relaying(quiet, publisher):
        await nothing_waits(quiet)
    assert publisher.private == [b"sealed"]
    private, event = await quiet.store["outbox"].find().sort("stamp", 1).to_list(None)
    assert "body" not in private
    assert event["body"]


async def test_two_relays_publish_in_order_and_one_takes_over_within_the_lease(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other, publisher, subject = await make_process(toy), Recorder(), new(CandidateId)
    async with relaying(quiet, publisher) as first, relaying(other, publisher) as second:
        await note(quiet, subject, 20)
        await nothing_waits(quiet)
        holder = await quiet.store["leases"].find_one({"_id": "relay"})
        assert holder is not None
        {quiet.owner: first, other.owner: second}[holder["owner"]].cancel()  # it gives nothing back
        stopped = time.monotonic()
        await note(other, subject, 20)
        await nothing_waits(other)
        assert time.monotonic() - stopped < 1.0 + 1.0, "the lease's second, and one for the machine"
    assert publisher.first_appearances == {subject: list(range(1, 41))}


async def test_two_relays_that_both_think_they_hold_the_lease_still_publish_in_order(
    quiet: Process, make_process: MakeProcess, toy: Toy
) -> None:
    other, publishers = await make_process(toy), (Recorder(), Recorder())
    sent: list[tuple[str, int]] = []
    for publisher in publishers:
        publisher.sent = sent
    for process in (quiet, other):
        process.broker.relay._lease._until = time.monotonic() + 60
    subject = new(CandidateId)
    async with relaying(quiet, publishers[0]), relaying(other, publishers[1]):
        await asyncio.gather(note(quiet, subject, 50), note(other, subject, 50))
        await nothing_waits(quiet)
    assert publishers[0].first_appearances == {subject: list(range(1, 101))}


async def test_draining_leaves_nothing_unpublished_and_gives_the_lease_back(quiet: Process) -> None:
    publisher, subject = Recorder(), new(CandidateId)
    await note(quiet, subject, 30)
    draining = asyncio.Event()
    draining.set()
    await quiet.broker.relay.run(publisher, draining)
    assert len(publisher.sent) == 30
    lease = await quiet.store["leases"].find_one({"_id": "relay"})
    assert lease is not None
    assert lease["until"] < datetime.now(UTC)


async def test_what_is_marked_is_not_published_again_however_fast_the_pages_come(
    make_process: MakeProcess, toy: Toy
) -> None:
    """Pages are read as a majority has them, which what is marked has to reach first."""
    process, recorder = await make_process(toy), Recorder()
    candidate_ids = [new(CandidateId) for _ in range(10)]
    async with relaying(process, recorder):
        for _ in range(30):
            for candidate_id in candidate_ids:
                await process.commands.run(Piece(partial(add_note, candidate_id=candidate_id, text="one")))
        await eventually(lambda: len(set(recorder.sent)) == 300, "all to be published")
    assert len(recorder.sent) == 300


async def test_what_was_not_tried_stays_in_doubt(process: Process) -> None:
    relay = process.broker.relay
    chain = [Entry(new(EventId), "events", "any", "subject", 1, b"{}", envelope=None)]
    relay._doubts.judge(chain, ConnectionLost("as the test wants"), alone=False)
    await relay._side_by_side(Recorder(), [chain])  # without its lease
    assert relay._confirmed == []
    assert "subject" in relay._doubts._by_subject
