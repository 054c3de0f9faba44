from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from services.scheduling.domain.calendar import Calendars
from services.scheduling.domain.planner import Place, Placed, Slot, interview_slots, plan
from shared.events.ids import RoomId
from tests.unit.scheduling.builders import IZUMO, MONDAY, at, busy, id_of, wanted

EARLIER = datetime(2027, 1, 1, tzinfo=UTC)
TWO_WEEKS = MONDAY + timedelta(days=13)
SLOTS = interview_slots(MONDAY, TWO_WEEKS, IZUMO, EARLIER, 60)
ROOMS = [Place(room_id=RoomId(id_of(number)), name=f"Room {number}") for number in (1, 2)]


def slots_of(placed: tuple[Placed, ...], who: str) -> list[Slot]:
    return [
        (one.starts_at, one.ends_at)
        for one in placed
        if who in {one.wanted.candidate_id, one.wanted.firm_id, one.room_id}
    ]


def test_interviews_are_on_weekdays_with_lunch_free() -> None:
    assert len(SLOTS) == 10 * 6
    assert {begins.hour for begins, _ in SLOTS} == {10, 11, 13, 14, 15, 16}
    assert all(begins.weekday() < 5 for begins, _ in SLOTS)


def test_only_what_lies_ahead_can_be_planned() -> None:
    slots = interview_slots(MONDAY, TWO_WEEKS, IZUMO, at(MONDAY, 13), 60)
    assert slots[0][0] == at(MONDAY, 14)


def test_the_earliest_free_slot_is_taken_at_the_firms_own_place() -> None:
    one = wanted()
    has: Calendars = {one.candidate_id: (busy(at(MONDAY, 10)),), one.firm_id: (busy(at(MONDAY, 11), 90),)}
    (placed,) = plan([one], SLOTS, [], has, 3).placed
    assert (placed.starts_at, placed.place, placed.room_id) == (at(MONDAY, 13), "Firm 01", None)


def test_with_rooms_each_interview_has_one_of_its_own() -> None:
    found = plan([wanted(n, candidate=n, firm=n) for n in (1, 2, 3)], SLOTS, ROOMS, {}, 3)
    assert [(one.place, one.starts_at.hour) for one in found.placed] == [
        ("Room 1", 10),
        ("Room 2", 10),
        ("Room 1", 11),
    ]


def test_a_candidate_has_no_more_than_so_many_a_day_those_of_before_included() -> None:
    one = wanted()
    has: Calendars = {one.candidate_id: (busy(at(MONDAY, 10)), busy(at(MONDAY, 11), id="b"))}
    found = plan([wanted(n, firm=n) for n in (1, 2)], SLOTS, [], has, 3)
    assert [placed.starts_at.date() - MONDAY for placed in found.placed] == [
        timedelta(0),
        timedelta(days=1),
    ]


def test_what_finds_no_slot_is_said() -> None:
    found = plan([wanted(n, firm=n) for n in range(1, 5)], SLOTS[:6], [], {}, 3)
    assert [one.firm_name for one in found.without_slot] == ["Firm 04"]


def test_other_ids_give_the_same_plan() -> None:
    def shape(offset: int) -> list[tuple[str, str, datetime]]:
        asked = [wanted(offset - n, candidate=n % 3, firm=n, title=f"Job {n}") for n in range(9)]
        placed = plan(asked, SLOTS, ROOMS, {}, 3).placed
        return [(one.wanted.title, one.place, one.starts_at) for one in placed]

    assert shape(100) == shape(500)


@settings(max_examples=60, deadline=None)
@given(
    pairs=some.lists(some.tuples(some.integers(1, 9), some.integers(1, 6)), max_size=40),
    rooms=some.integers(0, 2),
)
def test_nobody_is_twice_at_one_time(pairs: list[tuple[int, int]], rooms: int) -> None:
    asked = [wanted(n, candidate=who, firm=firm) for n, (who, firm) in enumerate(pairs)]
    found = plan(asked, SLOTS, ROOMS[:rooms], {}, 3)
    assert len(found.placed) + len(found.without_slot) == len(asked)
    candidates = {str(one.wanted.candidate_id) for one in found.placed}
    firms = {str(one.wanted.firm_id) for one in found.placed}
    for who in (*candidates, *firms, *(one.room_id for one in ROOMS)):
        assert max(Counter(slots_of(found.placed, who)).values(), default=0) <= 1
    for one in candidates:
        assert max(Counter(begins.date() for begins, _ in slots_of(found.placed, one)).values()) <= 3
