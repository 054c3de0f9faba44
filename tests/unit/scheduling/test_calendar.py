from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.scheduling.domain.calendar import CalendarDay, Taken, booked, clash, days_of, freed
from tests.unit.scheduling.builders import IZUMO, MONDAY, at, busy


def day() -> CalendarDay:
    return CalendarDay(day_id="somebody:2027-06-21", who="somebody", day=MONDAY)


def test_what_ends_when_another_begins_is_not_in_its_way() -> None:
    taken = booked(day(), busy(at(MONDAY, 10)))
    assert clash(taken.busy, at(MONDAY, 11), at(MONDAY, 12)) is None
    assert clash(taken.busy, at(MONDAY, 9), at(MONDAY, 10)) is None


def test_a_time_that_is_taken_cannot_be_taken_again() -> None:
    taken = booked(day(), busy(at(MONDAY, 10)))
    with pytest.raises(ValueError, match="taken"):
        booked(taken, busy(at(MONDAY, 10, 59), id="b"))


def test_a_freed_time_can_be_taken_again() -> None:
    taken = freed(booked(day(), busy(at(MONDAY, 10))), "a")
    assert booked(taken, busy(at(MONDAY, 10), id="b")).busy[0].id == "b"


def test_a_day_is_kept_in_order() -> None:
    taken = booked(booked(day(), busy(at(MONDAY, 13), id="b")), busy(at(MONDAY, 10)))
    assert [one.id for one in taken.busy] == ["a", "b"]


def test_a_time_over_midnight_touches_two_days_and_one_until_midnight_one() -> None:
    late = at(MONDAY, 23)
    assert days_of(late, late + timedelta(hours=1), IZUMO) == (MONDAY,)
    assert days_of(late, late + timedelta(hours=2), IZUMO) == (MONDAY, MONDAY + timedelta(days=1))


def test_days_are_those_of_the_programmes_zone() -> None:
    evening_in_utc = datetime(2027, 6, 20, 16, tzinfo=UTC)
    assert days_of(evening_in_utc, evening_in_utc + timedelta(hours=1), IZUMO) == (date(2027, 6, 21),)


@given(
    taken=some.lists(some.integers(0, 40), unique=True),
    begins=some.integers(0, 160),
    length=some.integers(1, 20),
)
def test_the_planners_view_agrees_with_the_calendar(taken: list[int], begins: int, length: int) -> None:
    periods = [busy(at(MONDAY, 0) + timedelta(minutes=15 * one), 15) for one in taken]
    starts_at = at(MONDAY, 0) + timedelta(minutes=4 * begins)
    ends_at = starts_at + timedelta(minutes=length)
    assert Taken(periods).is_free(starts_at, ends_at) == (clash(periods, starts_at, ends_at) is None)
