"""What operators do on the command line: a parked message is looked at, replayed or dropped; the history tells all."""

import io
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from rich.console import Console

from shared.events.envelope import Envelope, body, headers
from shared.events.ids import CandidateId, EventId
from shared.ids import new
from shared.messaging.comparing import Comparing, Comparison
from shared.messaging.operating import Operator
from shared.messaging.parking import Wanted
from shared.service import Process
from shared.storage.pieces import Piece
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import NOW, Queues
from tests.integration.backbone.test_reactions import rest, tally_of
from tests.integration.backbone.toy import NAME, Toy, add_note, at_work, declined, shortlisted

PARKED = f"{NAME}.parked"
MakeProcess = Callable[..., Awaitable[Process]]


class Terminal:
    """An operator at a terminal of whom a test reads what was printed."""

    def __init__(self, process: Process, *, says_yes: bool = True) -> None:
        self._printed = io.StringIO()
        self.asked: list[str] = []
        self.says_yes = says_yes
        console = Console(file=self._printed, width=200)
        self.operator = Operator(process.parts.settings, console, self._confirm, aside=console)

    def _confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self.says_yes

    def printed(self) -> str:
        text = self._printed.getvalue()
        self._printed.truncate(0)
        self._printed.seek(0)
        return text

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.printed().splitlines()]


@pytest.fixture
def terminal(process: Process) -> Terminal:
    return Terminal(process)


async def park(queues: Queues, toy: Toy, make_process: MakeProcess, failing: int = 2) -> list[str]:
    """Have so many events fail for good; return their application ids."""
    events = [shortlisted() for _ in range(failing)]
    toy.failing.update(event.application_id for event in events)
    await queues.publish(*events)

    async def parked() -> bool:
        return await queues.count(PARKED) >= failing

    async with at_work(await make_process(toy)):
        await eventually(parked, f"{failing} parked messages")
    return [event.application_id for event in events]


async def test_parked_messages_are_listed_in_groups_and_stay_where_they_are(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    await park(queues, toy, make_process)
    await queues.send(b"garbage", {}, "intake.candidate-applied.v1")
    async with at_work(process):
        await eventually(lambda: at_least(queues, 3), "the garbage parked")
    for _ in range(2):
        assert await terminal.operator.list_parked(NAME) == 0
        listed = terminal.printed()
        assert "failed" in listed
        assert "candidate-shortlisted.v1" in listed
        assert "RuntimeError" in listed
        assert "missing-header" in listed
    await eventually(lambda: at_least(queues, 3), "all of them back")


async def at_least(queues: Queues, count: int) -> bool:
    return await queues.count(PARKED) >= count


async def test_a_parked_message_is_shown_whole(
    make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    (application_id,) = await park(queues, toy, make_process, failing=1)
    await terminal.operator.show_parked(NAME, Wanted())
    (shown,) = terminal.objects()
    assert json.loads(shown["body"])["application_id"] == application_id
    assert shown["headers"]["enmusubi-routing-key"] == "intake.candidate-shortlisted.v1"


async def test_a_replayed_message_has_its_effect_exactly_once_and_leaves_nothing_behind(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    (application_id,) = await park(queues, toy, make_process, failing=1)
    toy.failing.clear()
    assert await terminal.operator.replay_parked(NAME, Wanted(type="candidate-shortlisted.v1")) == 0
    async with at_work(process):
        await eventually(lambda: done(process), "the effect")
        await rest(process, handled=1)
    assert await queues.count(PARKED) == 0
    (tally,) = [one["notes"] async for one in process.store["tallies"].find()]
    assert tally == [application_id]


async def done(process: Process) -> bool:
    return await process.store["inbox"].count_documents({}) == 1


async def test_one_that_fails_again_is_parked_again_and_says_how_often_it_was_replayed(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    await park(queues, toy, make_process, failing=1)
    await terminal.operator.replay_parked(NAME, Wanted())
    async with at_work(process):
        await eventually(lambda: at_least(queues, 1), "it parked again")
    assert "1 replayed" in terminal.printed()
    await terminal.operator.show_parked(NAME, Wanted())
    (shown,) = terminal.objects()
    assert shown["headers"]["enmusubi-replays"] == "1"
    assert shown["headers"]["enmusubi-attempt"] == "4"


async def test_replaying_one_replays_what_waits_for_it(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    candidate_id = new(CandidateId)
    event = shortlisted(candidate_id)
    toy.failing.add(event.application_id)
    await queues.publish(event, declined(candidate_id))
    async with at_work(await make_process(toy)):
        await eventually(lambda: at_least(queues, 2), "both parked")
    toy.failing.clear()
    await terminal.operator.replay_parked(NAME, Wanted(reason="failed"))

    async def closed() -> bool:
        return (await tally_of(process, candidate_id)).state == "closed"

    async with at_work(process):
        await eventually(closed, "both effects")


async def test_nothing_is_dropped_before_somebody_has_said_yes(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    await park(queues, toy, make_process)
    terminal.says_yes = False
    assert await terminal.operator.drop_parked(NAME, Wanted(reason="failed"), process.store.name) == 1
    await eventually(lambda: at_least(queues, 2), "both still there")
    terminal.says_yes = True
    assert await terminal.operator.drop_parked(NAME, Wanted(reason="failed"), "nobodys") == 2
    assert "--database-prefix" in terminal.printed()
    assert await terminal.operator.drop_parked(NAME, Wanted(reason="failed"), process.store.name) == 0
    assert await queues.count(PARKED) == 0
    assert "2 of matching" in terminal.asked[0]


async def test_the_history_is_read_from_any_offset(queues: Queues, terminal: Terminal) -> None:
    events = [shortlisted() for _ in range(5)]
    nonsense = Envelope.of(events[0], id=new(EventId), time=NOW, sequence=1)
    await queues.send(b"{no json", headers(nonsense), events[0].routing_key)
    await queues.publish(*events)
    await terminal.operator.read_history("first", ["candidate-shortlisted"], follow=False)
    read = terminal.objects()
    assert read[-6]["data"] == "{no json"
    assert [one["data"]["application_id"] for one in read[-5:]] == [one.application_id for one in events]
    await terminal.operator.read_history(read[-3]["offset"], [], follow=False)
    assert [one["id"] for one in terminal.objects()] == [one["id"] for one in read[-3:]]


async def unbind(queues: Queues) -> None:
    queue = await queues.channel.get_queue(f"{NAME}.events", ensure=False)
    await queue.unbind("events", shortlisted().routing_key)


async def delete(queues: Queues) -> None:
    await queues.channel.queue_delete(f"{NAME}.events")


@pytest.mark.parametrize("harm", [unbind, delete])
async def test_what_a_service_missed_is_brought_back_from_the_history_once(
    make_process: MakeProcess, queues: Queues, toy: Toy, harm: Callable[[Queues], Awaitable[None]]
) -> None:
    process = await make_process(toy)
    terminal = Terminal(process)
    known, missed = shortlisted(), shortlisted()
    await queues.publish(known)
    async with at_work(await make_process(toy)):
        await tally_of(process, known.candidate_id)
    await harm(queues)
    await queues.publish(missed)
    assert await terminal.operator.declare() == 0
    for _ in range(2):
        assert await terminal.operator.redeliver(NAME, process.store.name) == 0
    async with at_work(process):
        await tally_of(process, missed.candidate_id)
    assert toy.tried.count(missed.application_id) == 1
    assert toy.tried.count(known.application_id) == 1


async def test_what_is_redelivered_goes_to_its_service_alone_and_as_new(
    make_process: MakeProcess, queues: Queues, toy: Toy
) -> None:
    harmful = {"CC": [PARKED], "x-death": [{"queue": "elsewhere"}]}
    process, known, strange = await make_process(toy), shortlisted(), shortlisted()
    await queues.publish(known)
    async with at_work(await make_process(toy)):
        await tally_of(process, known.candidate_id)
    envelope = headers(Envelope.of(strange, id=new(EventId), time=NOW, sequence=1))
    await queues.send(body(strange), {**envelope, **harmful}, strange.routing_key)
    await queues.purge()
    assert await Terminal(process).operator.redeliver(NAME, process.store.name) == 0
    sent = [await queues.take(f"{NAME}.events") for _ in range(await queues.count(f"{NAME}.events"))]
    (again,) = [one for one in sent if one is not None and one.body == body(strange)]
    assert not harmful.keys() & again.headers.keys()
    assert await queues.count(PARKED) == 0


async def test_the_whole_history_is_not_replayed_into_an_empty_database(
    process: Process, queues: Queues, terminal: Terminal
) -> None:
    await queues.publish(shortlisted())
    await queues.purge()
    assert await terminal.operator.redeliver(NAME, process.store.name) == 1
    assert "Restore its database" in terminal.printed()
    assert await queues.count(f"{NAME}.events") == 0


async def entry(process: Process, id_: str, **others: object) -> str:
    """Store an outbox entry as published; return what a check calls it."""
    stored = {
        "_id": id_ * 32,
        "source": "/matching",
        "state": "published",
        "published_at": datetime.now(UTC),
        "body": b"{}",
        "subject": "x",
        "sequence": 1,
        "stamp": 1,
    }
    await process.store["outbox"].insert_one(stored | others)
    return f"/matching:{id_ * 32}"


async def test_a_check_names_what_was_never_published_and_nothing_that_need_not_be_there(
    process: Process, terminal: Terminal
) -> None:
    lost = await entry(process, "a")
    await entry(process, "b", state="waiting")
    await entry(process, "c", published_at=datetime.now(UTC) - timedelta(days=366))
    await entry(process, "d", published_at=datetime.now(UTC) + timedelta(minutes=1))
    assert await terminal.operator.check_history({NAME: process.store.name}) == 1
    assert f"1 matching: marked as published and not in the history: {lost}" in terminal.printed()


async def test_a_check_names_what_a_service_missed_and_what_it_knows_otherwise(
    process: Process, queues: Queues
) -> None:
    known, other, missed = shortlisted(), shortlisted(), shortlisted()
    ids = [new(EventId) for _ in range(3)]
    for event, id_ in zip((known, other, missed), ids, strict=True):
        await queues.publish(event, id=id_)
    async with at_work(process):
        await rest(process, handled=3)
    await process.store["inbox"].update_one({"_id": f"/intake:{ids[1]}"}, {"$set": {"hash": "another"}})
    await process.store["inbox"].delete_one({"_id": f"/intake:{ids[2]}"})
    comparison = Comparing(datetime.now(UTC), timedelta(days=365))
    for passed in await queues.history():
        if passed.envelope.id in ids:
            comparison.hear(passed)
    await comparison.ask(NAME, process.store, parked=())
    found = comparison.result()
    assert (found.events, found.repeated, found.agrees) == (3, 0, False)
    assert found.missed == {NAME: [f"/intake:{ids[2]}"]}
    assert found.altered == [f"/intake:{ids[1]}"]
    assert sorted(found.unknown) == sorted(f"/intake:{one}" for one in ids), "whose outbox is not there"


async def test_what_is_parked_is_not_missed_and_not_brought_back(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    known = shortlisted()
    await queues.publish(known)
    async with at_work(process):
        await tally_of(process, known.candidate_id)
    (id_,) = await park(queues, toy, make_process, failing=1)
    found = await checked(process, queues, terminal, id_)
    assert (len(found.parked[NAME]), found.missed[NAME]) == (1, [])
    assert await terminal.operator.redeliver(NAME, process.store.name) == 0
    assert "What is parked for matching stays there: 1" in terminal.printed()
    assert await waiting_for(queues, id_) == 0
    assert await queues.count(PARKED) == 1


async def test_what_was_dropped_has_no_effect_however_often_it_comes_again(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    (id_,) = await park(queues, toy, make_process, failing=1)
    assert await terminal.operator.drop_parked(NAME, Wanted(), process.store.name) == 0
    found = await checked(process, queues, terminal, id_)
    assert (found.parked[NAME], found.missed[NAME]) == ([], [])
    toy.failing.clear()
    tries = len(toy.tried)
    (event,) = [one for one in await queues.history() if id_.encode() in one.message.body]
    await queues.send(event.message.body, headers(event.envelope), event.envelope.routing_key)
    async with at_work(process):
        await rest(process, handled=1)
    assert len(toy.tried) == tries
    assert await process.store["tallies"].count_documents({}) == 0


async def test_what_was_dropped_is_no_memory_to_redeliver_a_whole_history_by(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    await park(queues, toy, make_process, failing=1)
    assert await terminal.operator.drop_parked(NAME, Wanted(), process.store.name) == 0
    assert await process.store["inbox"].count_documents({}) == 1
    assert await terminal.operator.redeliver(NAME, process.store.name) == 1


async def test_nothing_becomes_known_when_what_is_no_event_of_its_key_is_dropped(
    process: Process, queues: Queues, terminal: Terminal
) -> None:
    event, other = shortlisted(), declined(new(CandidateId))
    envelope = Envelope.of(event, id=new(EventId), time=NOW, sequence=1)
    await queues.send(body(event), headers(envelope), other.routing_key)
    await queues.send(b"garbage", {}, event.routing_key)
    async with at_work(process):
        await eventually(lambda: at_least(queues, 2), "both parked")
    assert await terminal.operator.drop_parked(NAME, Wanted(), process.store.name) == 0
    assert await queues.count(PARKED) == 0
    assert await process.store["inbox"].count_documents({}) == 0


async def checked(process: Process, queues: Queues, terminal: Terminal, application_id: str) -> Comparison:
    """Check the one event that tells of this application, with what is parked now."""
    comparison = Comparing(datetime.now(UTC), timedelta(days=365))
    for passed in await queues.history():
        if application_id.encode() in passed.message.body:
            comparison.hear(passed)
    await comparison.ask(NAME, process.store, await terminal.operator.parked_keys(NAME))
    return comparison.result()


async def waiting_for(queues: Queues, application_id: str) -> int:
    """Count what lies on the queue and tells of this application."""
    taken = [await queues.take(f"{NAME}.events") for _ in range(await queues.count(f"{NAME}.events"))]
    return sum(one is not None and application_id.encode() in one.body for one in taken)


async def test_a_check_that_finds_all_alike_says_so(process: Process, queues: Queues) -> None:
    async with at_work(process):
        await process.commands.run(Piece(partial(add_note, candidate_id=new(CandidateId), text="one")))
        await eventually(lambda: published(process), "the event")
    comparison = Comparing(datetime.now(UTC), timedelta(days=365))
    mine = await process.store["outbox"].find_one({})
    assert mine is not None
    for passed in await queues.history():
        if passed.envelope.id == mine["_id"]:
            comparison.hear(passed)
            comparison.hear(passed)
    await comparison.ask(NAME, process.store, parked=())
    found = comparison.result()
    assert (found.events, found.repeated) == (2, 1)
    assert found.agrees


async def published(process: Process) -> bool:
    return await process.store["outbox"].count_documents({"state": "published"}) == 1


async def test_parked_messages_are_chosen_by_the_place_where_they_failed(
    process: Process, queues: Queues, toy: Toy, terminal: Terminal
) -> None:
    failing = shortlisted()
    toy.failing.add(failing.application_id)
    await queues.publish(failing, declined(new(CandidateId)))
    async with at_work(process):
        await eventually(lambda: at_least(queues, 2), "both parked")
    assert await terminal.operator.drop_parked(NAME, Wanted(place="toy.close"), process.store.name) == 0
    assert "NotYet" in terminal.printed()
    await terminal.operator.show_parked(NAME, Wanted())
    (left,) = terminal.objects()
    assert left["place"].endswith("toy.note: RuntimeError")
    assert await terminal.operator.drop_parked(NAME, Wanted(place="toy.close"), process.store.name) == 1


async def test_what_anybody_wrote_into_headers_does_nothing_to_the_terminal(
    process: Process, queues: Queues, terminal: Terminal
) -> None:
    await queues.send(b"x", {"cloudEvents_type": "\x1b[2J[/bold]"}, "intake.candidate-applied.v1")
    async with at_work(process):
        await eventually(lambda: at_least(queues, 1), "it parked")
    assert await terminal.operator.list_parked(NAME) == 0
    assert "?[2J[/bold]" in terminal.printed()


async def test_long_work_shows_its_progress_to_who_looks_and_never_among_what_is_printed(
    process: Process, queues: Queues
) -> None:
    await queues.publish(shortlisted())
    printed, aside = io.StringIO(), io.StringIO()
    looked_at = Console(file=aside, force_terminal=True, width=100)
    operator = Operator(process.parts.settings, Console(file=printed), lambda _: True, looked_at)
    await operator.check_history({NAME: process.store.name})
    assert "Reading the history" in aside.getvalue()
    assert "Asking the outboxes and inboxes" in aside.getvalue()
    assert "Reading" not in printed.getvalue()
