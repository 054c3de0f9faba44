"""Headers of a message that is published again: what fills a frame is left out, and what we need is not."""

from datetime import UTC, datetime

from pamqp.encode import field_table

from shared.events import Envelope, headers
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging.onward import DEEPEST, LEFT_OUT, LONGEST_NAME, MOST, ROOM, passed_on

NOW = datetime(2027, 5, 14, tzinfo=UTC)
ENVELOPE = headers(Envelope.of(next(iter(EXAMPLES.values())), id=new(EventId), time=NOW, sequence=1))
OURS = {"enmusubi-attempt": 2, "enmusubi-routing-key": "intake.candidate-applied.v1", **ENVELOPE}


def test_headers_of_a_reasonable_size_all_go_on() -> None:
    sent = {**OURS, "theirs": "x" * (MOST - 2000)}
    assert passed_on(sent) == sent


def test_of_headers_that_fill_a_frame_those_go_on_that_mean_something() -> None:
    sent = {"theirs": "x" * 100_000, "cloudEvents_more": "x" * ROOM, **OURS}
    assert passed_on(sent) == {**OURS, LEFT_OUT: 2}


def test_no_number_of_headers_takes_more_than_its_room() -> None:
    sent = {f"cloudEvents_{number}": "x" * 100 for number in range(1000)} | OURS
    kept = passed_on(sent)
    assert len(field_table(kept)) < ROOM + 100
    assert kept["enmusubi-attempt"] == 2
    assert kept[LEFT_OUT] == len(sent) - len(kept) + 1


def test_what_was_cut_down_once_is_passed_on_as_it_is() -> None:
    once = passed_on({"theirs": "x" * 100_000, **OURS})
    assert passed_on(once) == once


def test_a_name_that_would_be_cut_off_and_logged_is_left_out() -> None:
    short, long = "é" * (LONGEST_NAME // 2), "é" * (LONGEST_NAME // 2) + "e"
    assert passed_on({short: 1, long: 2}) == {short: 1}


def test_tables_within_tables_are_left_out_before_they_are_a_tower() -> None:
    tower: object = "top"
    for _ in range(DEEPEST):
        tower = [{"within": tower}]
    assert passed_on({"tower": tower, "low": [[["top"]]], **OURS}) == {"low": [[["top"]]], **OURS}
