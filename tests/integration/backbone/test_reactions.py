"""A reaction's effect, its inbox entry and its events: together, once, whatever comes and in whatever order."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from pamqp import encode

from deploy.local.finder import Parts as Nodes
from shared.events import CandidateShortlisted, headers
from shared.events.envelope import Envelope, body
from shared.events.ids import ApplicationId, CandidateId, EventId
from shared.ids import new
from shared.messaging import ladder
from shared.service import Process
from shared.storage.client import Client
from shared.storage.unit import UnitOfWork
from tests.harness.nodes import new_name
from tests.harness.waiting import eventually
from tests.integration.backbone.queues import NOW, Queues
from tests.integration.backbone.toy import (
    NAME,
    Tally,
    Toy,
    add_note,
    at_work,
    declined,
    parts_of,
    settings_of,
    shortlisted,
    tallies,
    unheeded,
)

MakeProcess = Callable[..., Awaitable[Process]]


async def tally_of(process: Process, candidate_id: CandidateId, notes: int = 1) -> Tally:
    async def noted() -> Tally | None:
        tally = await process.documents.get(tallies, candidate_id)
        return tally if tally is not None and len(tally.notes) >= notes else None

    return await eventually(noted, f"{notes} notes")


async def rest(process: Process, handled: int) -> None:
    """Wait until the process has done with so many messages, and none is on its way."""

    async def at_rest() -> bool:
        queued, retrying = await process.broker.counts()
        consumer = process.broker.consumers[0]
        return consumer.handled >= handled and not (queued or retrying or consumer.in_hand)

    await eventually(at_rest, f"rest after {handled} messages")


async def test_effect_inbox_entry_and_events_are_there_together(process: Process, queues: Queues) -> None:
    event = shortlisted()
    await queues.publish(event)
    async with at_work(process):
        assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
        assert await process.store["inbox"].count_documents({}) == 1
        assert await process.store["outbox"].count_documents({"subject": event.candidate_id}) == 1


async def test_nothing_of_a_reaction_that_raises_after_saving_is_there(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    toy.failing.add(event.application_id)
    await queues.publish(event)
    async with at_work(process):
        await queues.parked()
    for collection in ("tallies", "inbox", "outbox"):
        assert await process.store[collection].count_documents({}) == 0


async def test_a_redelivery_does_nothing(process: Process, queues: Queues, toy: Toy) -> None:
    event, id = shortlisted(), new(EventId)  # noqa: A001
    await queues.publish(event, event, id=id)
    async with at_work(process):
        await rest(process, handled=2)
        await queues.publish(event, id=id)
        await rest(process, handled=3)
    assert toy.tried == [event.application_id]
    assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)


async def test_a_known_id_with_another_body_is_parked_as_reused(process: Process, queues: Queues) -> None:
    event, id = shortlisted(), new(EventId)  # noqa: A001
    other = event.model_copy(update={"application_id": new(ApplicationId)})
    await queues.publish(event, other, id=id)
    async with at_work(process):
        parked = await queues.parked()
    assert parked.headers[ladder.REASON] == "id-reused"
    assert len((await tally_of(process, event.candidate_id)).notes) == 1


async def test_reactions_to_one_document_in_one_batch_see_each_others_changes(
    process: Process, queues: Queues
) -> None:
    candidate_id = new(CandidateId)
    events = [shortlisted(candidate_id) for _ in range(20)]
    await queues.publish(shortlisted(), *events)  # the first goes alone
    async with at_work(process):
        tally = await tally_of(process, candidate_id, notes=20)
    assert tally.notes == tuple(event.application_id for event in events)
    stored = await process.store["tallies"].find_one({"_id": candidate_id})
    assert stored is not None
    assert stored["sequence"] == 20
    assert stored["version"] < 20, "they share transactions"


@pytest.mark.parametrize("index", [0, 25, 49])
async def test_one_that_raises_takes_nobody_with_it(
    process: Process, queues: Queues, toy: Toy, index: int
) -> None:
    events = [shortlisted() for _ in range(50)]
    toy.failing.add(events[index].application_id)
    await queues.publish(*events)
    async with at_work(process):
        parked = await queues.parked()
        await rest(process, handled=50)
    assert parked.headers[ladder.REASON] == "failed"
    assert await process.store["tallies"].count_documents({}) == 49
    assert toy.tried.count(events[index].application_id) == 4
    others = [name for name in toy.tried if name != events[index].application_id]
    assert len(others) == len(set(others)) == 49


@pytest.mark.parametrize("index", [0, 25, 49])
async def test_one_that_spoils_the_transaction_takes_nobody_with_it(
    process: Process, queues: Queues, toy: Toy, index: int
) -> None:
    events = [shortlisted() for _ in range(50)]
    poison = events[index]

    async def spoil(event: CandidateShortlisted, unit: UnitOfWork) -> None:
        if event == poison:
            unit.save(tallies, Tally(candidate_id=new(CandidateId), notes=("x" * 17_000_000,)))
        toy.tried.append(event.application_id)
        await add_note(unit, event.candidate_id, event.application_id)

    reactions = process.parts.reactions
    reactions._by_kind[CandidateShortlisted] = replace(reactions._by_kind[CandidateShortlisted], do=spoil)
    await queues.publish(*events)
    async with at_work(process):
        parked = await queues.parked()
        await rest(process, handled=50)
    assert parked.headers[ladder.REASON] == "failed"
    assert parked.headers[ladder.ATTEMPT] == 4
    assert await process.store["tallies"].count_documents({}) == 49
    assert await process.store["tallies"].count_documents({"sequence": 1}) == 49
    assert await process.store["outbox"].count_documents({}) == 49
    assert toy.tried.count(poison.application_id) <= 5, "with its neighbours once at most, then alone"


async def test_a_failing_one_climbs_three_retries_and_is_parked_with_all_that_a_person_needs(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    toy.failing.add(event.application_id)
    await queues.publish(event)
    async with at_work(process):
        parked = await queues.parked()
        await rest(process, handled=4)
    assert toy.tried == [event.application_id] * 4
    assert parked.body == body(event)
    told = {key: value for key, value in parked.headers.items() if key.startswith(ladder.PREFIX)}
    assert told.pop(ladder.FIRST_FAILED_AT) < told.pop(ladder.LAST_FAILED_AT)  # type: ignore[operator]
    assert "note" in str(told.pop(ladder.PLACE))
    assert told == {
        ladder.REASON: "failed",
        ladder.ATTEMPT: 4,
        ladder.ROUTING_KEY: "intake.candidate-shortlisted.v1",
    }
    assert "x-death" not in parked.headers
    assert not await queues.take(f"{NAME}.parked")


async def test_a_parked_one_has_its_effect_when_it_is_replayed(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = shortlisted()
    toy.failing.add(event.application_id)
    await queues.publish(event)
    async with at_work(process):
        parked = await queues.parked()
        toy.failing.clear()
        replayed = {key: value for key, value in parked.headers.items() if not key.startswith("enmusubi-")}
        for _ in range(2):
            await queues.send(parked.body, replayed, event.routing_key, message_id=parked.message_id)
        assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)
        await rest(process, handled=6)
    assert (await tally_of(process, event.candidate_id)).notes == (event.application_id,)


async def test_what_came_too_early_waits_and_succeeds_when_its_predecessor_has_come(
    process: Process, queues: Queues
) -> None:
    candidate_id = new(CandidateId)
    await queues.publish(declined(candidate_id))
    async with at_work(process):
        await eventually(lambda: queues.count(f"{NAME}.retry.0.05s"), "a message that waits")
        await queues.publish(shortlisted(candidate_id))

        async def closed() -> bool:
            tally = await process.documents.get(tallies, candidate_id)
            return tally is not None and tally.state == "closed"

        await eventually(closed, "the late effect")
    assert not await queues.take(f"{NAME}.parked")


async def test_what_waits_in_vain_is_parked_as_predecessor_missing(
    process: Process, queues: Queues, toy: Toy
) -> None:
    event = declined(new(CandidateId))
    await queues.publish(event)
    async with at_work(process):
        parked = await queues.parked()
    assert parked.headers[ladder.REASON] == "predecessor-missing"
    assert parked.headers[ladder.WAITED] == 4
    assert ladder.ATTEMPT not in parked.headers
    assert toy.tried == [event.application_id] * 4


async def test_waiting_and_failing_are_counted_apart(process: Process, queues: Queues, toy: Toy) -> None:
    event = declined(new(CandidateId))
    await queues.publish(event)
    async with at_work(process):
        await eventually(lambda: len(toy.tried) >= 3, "two waits")
        toy.failing.add(event.application_id)
        parked = await queues.parked()
    assert parked.headers[ladder.REASON] == "failed"
    assert parked.headers[ladder.ATTEMPT] == 4


async def test_an_event_under_a_key_that_is_not_its_own_is_parked(process: Process, queues: Queues) -> None:
    """Or whoever may publish as somebody outside alone could publish as one of us."""
    event = shortlisted()
    written = headers(Envelope.of(event, id=new(EventId), time=NOW, sequence=1))
    await queues.send(body(event), written, "external.position-requested.v1")
    async with at_work(process):
        parked = await queues.parked()
    assert parked.headers[ladder.REASON] == "bad-header"
    assert "routing key" in str(parked.headers[ladder.PLACE])


BAD: dict[str, dict[str, str | None]] = {
    "missing-header": {"cloudEvents_id": None},
    "bad-header": {"cloudEvents_id": "not an id"},
    "unknown-type": {"cloudEvents_type": "candidate-married.v1"},
}


@pytest.mark.parametrize("reason", [*BAD, "bad-json", "invalid-data", "too-large", "no-reaction"])
async def test_what_no_retry_can_mend_is_parked_at_once_and_holds_nobody_up(
    process: Process, queues: Queues, reason: str
) -> None:
    event = shortlisted()
    known = headers(Envelope.of(event, id=new(EventId), time=NOW, sequence=1))
    content = {
        "bad-json": b'{"candidate_id":',
        "invalid-data": b"{}",
        "too-large": body(event) + b" " * 1024 * 1024,
    }.get(reason, body(event))
    with_headers = {**known, **BAD.get(reason, {})}
    neighbour = shortlisted()
    if reason == "no-reaction":
        await queues.publish(unheeded())
    else:
        key = "intake.candidate-married.v1" if reason == "unknown-type" else event.routing_key
        work = await queues.channel.get_queue("matching.events", ensure=False)
        await work.bind("events", key)
        await queues.send(content, with_headers, key)
    await queues.publish(neighbour)
    async with at_work(process):
        parked = await queues.parked()
        await tally_of(process, neighbour.candidate_id)
    assert parked.headers[ladder.REASON] == reason
    assert ladder.ATTEMPT not in parked.headers


@pytest.mark.parametrize(
    "forged",
    [
        {"enmusubi-attempt": -9, "enmusubi-waited": -9},
        {"enmusubi-attempt": "many", "enmusubi-routing-key": 7},
        {"enmusubi-attempt": True},
        {"enmusubi-attempt": 2**63 - 1},
        {"x-death": [{"queue": "elsewhere", "count": 3}], "x-first-death-queue": "elsewhere"},
    ],
)
async def test_forged_headers_do_not_stop_the_consumer(
    process: Process, queues: Queues, toy: Toy, forged: dict[str, object]
) -> None:
    event, neighbour = shortlisted(), shortlisted()
    toy.failing.add(event.application_id)
    known = headers(Envelope.of(event, id=new(EventId), time=NOW, sequence=1))
    await queues.send(body(event), {**known, **forged}, event.routing_key)
    await queues.publish(neighbour)
    async with at_work(process):
        parked = await queues.parked()
        await tally_of(process, neighbour.candidate_id)
    assert parked.headers[ladder.REASON] == "failed"
    assert "x-death" not in parked.headers


async def test_a_header_that_our_client_cannot_write_is_left_behind(
    process: Process, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:  # the client writes floats of 4 bytes alone; others write 8
        written = encode.encode_table_value
        patched.setattr(
            encode,
            "encode_table_value",
            lambda value: b"d" + struct.pack(">d", value) if isinstance(value, float) else written(value),
        )
        await queues.send(b"{", {"far": 1e300, "near": "here"}, shortlisted().routing_key)
    async with at_work(process):
        parked = await queues.parked()
        await rest(process, handled=1)
    assert parked.headers["near"] == "here"
    assert "far" not in parked.headers


@pytest.mark.parametrize("name", ["CC", "BCC"])
async def test_what_names_more_queues_to_go_to_is_parked_once(
    process: Process, queues: Queues, name: str
) -> None:
    await queues.send(b"{", {name: [f"{NAME}.events"]}, shortlisted().routing_key)
    async with at_work(process):
        parked = await queues.parked()
        await queues.publish(neighbour := shortlisted())
        await tally_of(process, neighbour.candidate_id)
        await rest(process, handled=2)
        assert process.broker.consumers[0].handled == 2
    assert name not in parked.headers
    assert not await queues.take(f"{NAME}.parked")


async def test_a_mistake_in_what_a_reaction_says_it_reads_is_its_own_failure(
    process: Process, queues: Queues
) -> None:
    broken, neighbour = shortlisted(), shortlisted()
    reactions = process.broker.consumers[0]._reader._reactions  # type: ignore[attr-defined]
    reaction = reactions.to(type(broken))
    reads = reaction.reads

    def stumble(event: object) -> object:
        if event == broken:
            raise LookupError("a mistake")
        return reads(event)

    reactions._by_kind[type(broken)] = replace(reaction, reads=stumble)
    await queues.publish(broken, neighbour)
    async with at_work(process):
        parked = await queues.parked()
        await tally_of(process, neighbour.candidate_id)
    assert parked.headers[ladder.REASON] == "failed"
    assert parked.headers[ladder.ATTEMPT] == 4


async def test_prefetch_begins_at_one_and_widens_after_a_message_that_is_new(
    process: Process, queues: Queues, toy: Toy
) -> None:
    toy.gate = asyncio.Event()
    await queues.publish(*(shortlisted() for _ in range(10)))
    async with at_work(process):
        consumer = process.broker.consumers[0]
        await eventually(lambda: bool(toy.tried), "the first message")
        assert consumer.in_hand == 1
        assert await queues.count(f"{NAME}.events") == 9
        toy.gate.set()
        await rest(process, handled=10)
        toy.gate = asyncio.Event()
        await queues.publish(*(shortlisted() for _ in range(10)))
        await eventually(lambda: consumer.in_hand == 10, "all in hand at once")
        toy.gate.set()


async def test_what_was_in_hand_when_the_connection_broke_has_its_effect_once(
    process: Process, queues: Queues, toy: Toy
) -> None:
    events = [shortlisted() for _ in range(10)]
    async with at_work(process):
        await queues.publish(shortlisted())
        await rest(process, handled=1)
        toy.gate, consumer = asyncio.Event(), process.broker.consumers[0]
        await queues.publish(*events)
        await eventually(lambda: consumer.in_hand == 10, "all in hand")
        link = process.broker._link
        assert link is not None
        await link.consuming.close()
        toy.gate.set()
        toy.gate = None
        await eventually(
            lambda: process.broker._link not in {None, link} and consumer.attached, "a consumer again"
        )
        await rest(process, handled=11)
        assert consumer.in_hand == 0
    assert await process.store["inbox"].count_documents({}) == 11
    assert await process.store["outbox"].count_documents({}) == 11
    assert not await queues.take(f"{NAME}.parked")


async def test_a_deleted_queue_comes_back_with_its_consumer(process: Process, queues: Queues) -> None:
    async with at_work(process):
        first = shortlisted()
        await queues.publish(first)
        await tally_of(process, first.candidate_id)
        await queues.channel.queue_delete(f"{NAME}.events")
        await eventually(lambda: bool(process.broker.troubles), "the loss to be noticed")
        await eventually(lambda: not process.broker.troubles, "a consumer again")
        second = shortlisted()
        await queues.publish(second)
        await tally_of(process, second.candidate_id)


async def test_two_services_that_read_the_same_event_both_have_their_effect(
    process: Process, client: Client, nodes: Nodes, hall: str, queues: Queues
) -> None:
    name = new_name()
    other = Process(parts_of(settings_of(hall, nodes.mongo_url, name), Toy(), name="scheduling"))
    await other.prepare()
    await (await queues.channel.get_queue("scheduling.events", ensure=False)).purge()
    event, id = shortlisted(), new(EventId)  # noqa: A001
    try:
        async with at_work(process), at_work(other):
            for _ in range(2):
                await queues.publish(event, id=id)
            await rest(process, handled=2)
            await rest(other, handled=2)
            for service in (process, other):
                assert (await tally_of(service, event.candidate_id)).notes == (event.application_id,)
    finally:
        other.client.close()
        await client.drop_database(name)


async def test_two_processes_share_a_queue_and_each_message_has_one_effect(
    process: Process, make_process: MakeProcess, queues: Queues, toy: Toy
) -> None:
    other = await make_process(toy)
    candidates = [new(CandidateId) for _ in range(5)]
    async with at_work(process), at_work(other):
        await queues.publish(*(shortlisted(candidates[n % 5]) for n in range(100)))
        for candidate_id in candidates:
            await tally_of(process, candidate_id, notes=20)
    stored = await process.store["tallies"].find().to_list(None)
    assert [one["sequence"] for one in stored] == [20] * 5
    assert await process.store["outbox"].count_documents({}) == 100
