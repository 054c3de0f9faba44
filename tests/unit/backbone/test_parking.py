"""Parked messages in groups: why, what, where, when, and how often somebody has tried again."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aio_pika.abc import AbstractIncomingMessage

from shared.messaging.parking import Parked, Wanted, in_groups
from shared.messaging.topology import events_queue

QUEUE = events_queue("matching")
FAILED = {
    "cloudEvents_id": "a" * 32,
    "cloudEvents_type": "candidate-applied.v1",
    "enmusubi-reason": "failed",
    "enmusubi-place": "services.matching.reactions.know: KeyError",
    "enmusubi-first-failed-at": "2027-05-14T00:00:00.000+00:00",
    "enmusubi-last-failed-at": "2027-05-14T00:11:05.000+00:00",
}
DEATH = {
    "x-first-death-reason": "delivery_limit",
    "x-death": [{"reason": "delivery_limit", "count": 1, "time": datetime(2027, 5, 15, tzinfo=UTC)}],
}


def parked(headers: Mapping[str, Any] = FAILED, message_id: str | None = None, **others: Any) -> Parked:
    message = SimpleNamespace(headers={**headers, **others}, message_id=message_id)
    return Parked(QUEUE, cast("AbstractIncomingMessage", message))


def test_a_group_is_what_failed_for_the_same_reason_in_the_same_kind_and_place() -> None:
    first, last = "2027-05-13T00:00:00.000+00:00", "2027-05-16T00:00:00.000+00:00"
    same = [
        parked(),
        parked({**FAILED, "enmusubi-first-failed-at": first, "enmusubi-replays": 2}),
        parked({**FAILED, "enmusubi-last-failed-at": last}),
    ]
    others = [
        parked({**FAILED, "enmusubi-reason": "predecessor-missing"}),
        parked({**FAILED, "cloudEvents_type": "candidate-updated.v1"}),
        parked({**FAILED, "enmusubi-place": "services.matching.reactions.know: NotYet: candidate"}),
    ]
    largest, *rest = in_groups([*others, *same])
    assert largest.members == same
    assert (largest.first_failed_at, largest.last_failed_at, largest.replays) == (first, last, 2)
    assert sorted(len(group.members) for group in rest) == [1, 1, 1]


def test_what_the_broker_parked_says_so_and_when_whatever_had_happened_before() -> None:
    dead = parked(DEATH)
    assert (dead.reason, dead.place) == ("delivery-limit", "matching.events")
    assert dead.first_failed_at == dead.last_failed_at == "2027-05-15T00:00:00.000+00:00"
    failed_before = parked({**FAILED, **DEATH})
    assert failed_before.reason == "delivery-limit"
    assert failed_before.first_failed_at == FAILED["enmusubi-first-failed-at"]
    assert failed_before.last_failed_at == "2027-05-15T00:00:00.000+00:00"


def test_an_event_goes_by_its_own_id_and_what_is_none_by_the_messages() -> None:
    assert parked(message_id="made-up").id == "a" * 32
    assert parked({}, message_id="b" * 32).id == "b" * 32
    assert parked({}).id == "-"


@pytest.mark.parametrize(
    "forged",
    [
        {"x-death": "long ago"},
        {"x-death": [7, {"time": "noon"}]},
        {"enmusubi-replays": "many", "enmusubi-reason": 7, "cloudEvents_type": None},
        {"enmusubi-first-failed-at": datetime(2027, 5, 14, tzinfo=UTC)},
    ],
)
def test_what_anybody_may_have_written_breaks_no_list(forged: dict[str, Any]) -> None:
    (group,) = in_groups([parked(forged)])
    assert (group.reason, group.type, group.place, group.replays) == ("-", "-", "-", 0)
    assert (group.first_failed_at, group.last_failed_at) == ("-", "-")


@pytest.mark.parametrize(
    ("wanted", "taken"),
    [
        (Wanted(), True),
        (Wanted(reason="failed", type="candidate-applied.v1", place="reactions.know", id="a" * 32), True),
        (Wanted(reason="fail"), False),
        (Wanted(type="candidate-applied"), False),
        (Wanted(place="services.scheduling"), False),
        (Wanted(id="b" * 32), False),
    ],
)
def test_one_is_meant_by_what_it_is_and_by_a_part_of_its_place(wanted: Wanted, *, taken: bool) -> None:
    assert wanted.takes(parked()) is taken


@pytest.mark.parametrize(
    ("deaths", "came_by"),
    [
        ([{"queue": "matching.events", "exchange": "events", "routing-keys": ["a.b.v1"]}], "a.b.v1"),
        ([{"queue": "matching.events", "exchange": "", "routing-keys": ["matching.events"]}], None),
        ([{"queue": "elsewhere", "exchange": "events", "routing-keys": ["a.b.v1"]}], None),
        ([{"queue": "matching.events", "exchange": "events", "routing-keys": []}], None),
        ([{"queue": "matching.events", "exchange": "events", "routing-keys": [7]}], None),
        ("long ago", None),
    ],
)
def test_the_key_that_it_came_by_is_the_brokers_word_where_it_came_by_an_exchange(
    deaths: object, came_by: str | None
) -> None:
    assert parked({"x-death": deaths}).came_by == came_by
