"""Subscribers and publishers from outside, in other languages: they know the broker and asyncapi.json, nothing else."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events import (
    Event,
    ExternalEvent,
    PositionChanged,
    PositionClosed,
    PositionOpened,
    read,
    read_headers,
)
from shared.events.envelope import body
from shared.events.examples import EXAMPLES as EVENT_EXAMPLES
from shared.events.ids import EventId, FirmId, PositionId, RequestId
from shared.events.profile import Requirements
from shared.ids import new
from tests.harness.examples import EXAMPLES, LANGUAGES, ROOT, imported, published, subscribed
from tests.harness.history import read_history
from tests.harness.nodes import running
from tests.harness.outside import ParkingLot
from tests.harness.publishing import publish
from tests.harness.waiting import eventually
from tests.integration.matching.programme import REQUIREMENTS, Programme

FILES = [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("node/*.mjs")]
FROM_OUTSIDE = [event for event in EVENT_EXAMPLES.values() if isinstance(event, ExternalEvent)]

in_each_language = pytest.mark.parametrize("language", LANGUAGES)


@dataclass(frozen=True)
class Position:
    """What is told of one position."""

    firm_id: FirmId
    position_id: PositionId

    def opened(self, title: str) -> PositionOpened:
        return PositionOpened(
            firm_id=self.firm_id, position_id=self.position_id, requirements=requirements(title)
        )

    def changed(self, title: str) -> PositionChanged:
        return PositionChanged(
            firm_id=self.firm_id, position_id=self.position_id, requirements=requirements(title)
        )

    def closed(self) -> PositionClosed:
        return PositionClosed(
            firm_id=self.firm_id,
            position_id=self.position_id,
            requirements=requirements("closed"),
            reason="firm",
        )


def position() -> Position:
    return Position(new(FirmId), new(PositionId))


def requirements(title: str) -> Requirements:
    return Requirements.model_validate_json(json.dumps({**REQUIREMENTS, "title": title}))


async def tell(amqp_url: str, events: Sequence[tuple[EventId, Event]]) -> None:
    for event_id, event in events:
        await publish(amqp_url, event, id=event_id)


def with_ids(events: Sequence[Event]) -> list[tuple[EventId, Event]]:
    """Give each an id; where one stands a second time, it is a repeat under the id of the first."""
    ids = {id(event): new(EventId) for event in events}
    return [(ids[id(event)], event) for event in events]


def titles(board: dict[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    return {position_id: one["title"] for position_id, one in board["open"].items()}


def story() -> tuple[list[tuple[EventId, Event]], dict[str, str]]:
    """Make up what happens to four positions, with repeats, and with all other events in between.

    Returns it, and the titles of what is open in the end. Whoever took a repeat for news would have the second
    position open again, and the third one's first title back.
    """
    one, two, three, four = (position() for _ in range(4))
    first, second, third, fourth = (
        each.opened(f"position {number}") for number, each in enumerate((one, two, three, four), 1)
    )
    others = [
        event
        for event in EVENT_EXAMPLES.values()
        if not isinstance(event, ExternalEvent | PositionOpened | PositionChanged | PositionClosed)
    ]
    events = [first, second, *others[::2], third, two.closed(), fourth, three.changed("better paid")]
    events += [second, *others[1::2], third, *others[::2], first]
    return with_ids(events), {
        one.position_id: "position 1",
        three.position_id: "better paid",
        four.position_id: "position 4",
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_examples_are_short_and_import_nothing_of_ours(file: Path) -> None:
    client = {"pika" if file.suffix == ".py" else "amqplib"}
    assert imported(file) == (set() if file.name == "receiver.py" else client)
    code = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(code) <= 50


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_documents_show_them_as_they_are(file: Path) -> None:
    assert f"\n{file.read_text(encoding='utf-8')}```" in (ROOT / "docs/outside.md").read_text(
        encoding="utf-8"
    )


@in_each_language
async def test_who_comes_late_knows_what_those_know_who_were_there_from_the_start(
    language: str, history: str, tmp_path: Path
) -> None:
    events, still_open = story()
    async with subscribed("python", history, tmp_path / "early.json") as early:
        await tell(history, events[:2])
        await early.lines(2)
        await tell(history, events[2:])
        await early.lines(len(events) - 2)
    async with subscribed(language, history, tmp_path / "late.json") as late:
        await late.lines(len(events) - 2)
        await late.lines(2)
    assert titles(late.board()) == still_open
    assert len(late.board()["seen"]) < len(events)
    assert late.board() == early.board()


@in_each_language
async def test_who_is_cut_off_in_the_middle_goes_on_there(
    language: str, history: str, tmp_path: Path
) -> None:
    positions = [position() for _ in range(80)]
    opened: list[Event] = [one.opened(f"position {number}") for number, one in enumerate(positions)]
    closed: list[Event] = [one.closed() for one in positions[:30]]
    kept = tmp_path / "board.json"
    await tell(history, with_ids(opened[:40]))
    async with subscribed(language, history, kept) as cut_off:
        await cut_off.lines(10)
        await cut_off.kill()
    before = cut_off.board()
    assert 10 <= len(before["seen"]) <= 40

    await tell(history, with_ids(opened[40:] + closed))
    async with subscribed(language, history, kept) as again:
        lines = await again.lines(len(opened) + len(closed) - len(before["seen"]))
    assert int(lines[0].split()[0]) > before["offset"]
    assert titles(again.board()) == {
        one.position_id: f"position {number}" for number, one in enumerate(positions) if number >= 30
    }


@in_each_language
async def test_what_an_outsider_publishes_reads_as_the_event_that_it_is(language: str, history: str) -> None:
    for event in FROM_OUTSIDE:
        await published(language, history, event.type, "oak-hr", body(event).decode())
    told = {one.type: one for one in await read_history(history)}
    for event in FROM_OUTSIDE:
        envelope = read_headers(told[event.type].headers, event.routing_key)
        assert (envelope.source, envelope.subject) == ("/external/oak-hr", event.subject)
        assert read(envelope, body(event)) == event


@pytest.fixture(scope="module")
async def matching(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Matching, which listens to one firm's system."""
    environment = {"POSITION_PUBLISHERS": '{"oak-hr": ["*"]}'}
    async with running(nodes, run_folder, "matching", environment=environment) as run:
        yield run


@pytest.fixture
async def programme(matching: LocalRun) -> AsyncIterator[Programme]:
    async with httpx.AsyncClient(base_url=matching.urls["matching"], timeout=20) as http:
        yield Programme(matching, http)


@in_each_language
async def test_a_firms_own_system_opens_a_position_once(
    language: str, programme: Programme, matching: LocalRun
) -> None:
    firm_id = await programme.new_firm()
    data = {"firm_id": firm_id, "request_id": new(RequestId), "requirements": REQUIREMENTS}
    ids = [
        await published(language, matching.amqp_url, "position-requested", "oak-hr", json.dumps(data))
        for _ in range(2)
    ]
    assert ids[0] == ids[1]

    async def look() -> list[dict[str, str]]:
        answer = await programme.ask("GET", f"/positions?firm_id={firm_id}", programme.staff)
        return list(answer.json()["items"])

    (found,) = await eventually(look, "a position")
    told = await programme.history_of(found["position_id"], "position-opened")
    assert [one.data["request_id"] for one in told] == [data["request_id"]]
    assert len([one for one in await read_history(matching.amqp_url) if one.id == ids[0]]) == 2


@in_each_language
async def test_a_publisher_who_may_not_speak_for_the_firm_finds_out_why(
    language: str, programme: Programme, matching: LocalRun
) -> None:
    firm_id = await programme.new_firm()
    data = {"firm_id": firm_id, "request_id": new(RequestId), "requirements": REQUIREMENTS}
    event_id = await published(language, matching.amqp_url, "position-requested", "elm-hr", json.dumps(data))
    reason = await ParkingLot(matching.amqp_url, "matching").reason(EventId(event_id))
    assert reason.startswith("publisher-not-allowed | ")
