import itertools
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.scheduling.domain.calendar import Taken
from services.scheduling.domain.rules import Rules
from services.scheduling.domain.timetable import (
    USUAL_HOURS,
    Hours,
    Learning,
    Teaching,
    Timetable,
    first_monday,
    next_monday,
    timetable,
)
from shared.events.ids import TeacherId
from tests.unit.scheduling.builders import IZUMO, MONDAY, at, busy, id_of

RULES = Rules()


def teacher(
    number: int = 1, hours: tuple[Hours, ...] = USUAL_HOURS, taken: Sequence[datetime] = ()
) -> Teaching:
    return Teaching(
        teacher_id=TeacherId(id_of(number)),
        time_zone="Asia/Tokyo",
        hours=hours,
        taken=Taken([busy(one, 50, "lesson") for one in taken]),
    )


def learner(zone: str = "Europe/Kyiv", taken: Sequence[datetime] = ()) -> Learning:
    return Learning(time_zone=zone, taken=Taken([busy(one, 50) for one in taken]))


def found(*teachers: Teaching, of: Learning | None = None, weeks: int = 26) -> Timetable:
    made = timetable(teachers, of or learner(), MONDAY, weeks, RULES)
    assert made is not None
    return made


def test_lessons_begin_on_the_monday_after_next() -> None:
    assert first_monday(date(2027, 4, 5)) == date(2027, 4, 19)
    assert first_monday(date(2027, 4, 11)) == date(2027, 4, 19)
    assert next_monday(date(2027, 4, 5)) == next_monday(date(2027, 4, 11)) == date(2027, 4, 12)


def test_two_lessons_a_week_at_the_same_hours_and_apart() -> None:
    made = found(teacher())
    assert len(made.starts_at) == 52
    first, second = made.starts_at[:2]
    assert second - first >= timedelta(days=2)
    weekly = itertools.pairwise(made.starts_at[::2])
    assert {later - earlier for earlier, later in weekly} == {timedelta(weeks=1)}


@pytest.mark.parametrize(
    "zone", ["Europe/Kyiv", "Europe/Lisbon", "Asia/Almaty", "America/New_York", "Asia/Kolkata", "Asia/Tokyo"]
)
def test_lessons_lie_in_the_waking_hours_of_both_whatever_summer_time_does(zone: str) -> None:
    for moment in found(teacher(), of=learner(zone)).starts_at:
        there, here = moment.astimezone(ZoneInfo(zone)), moment.astimezone(IZUMO)
        assert time(8) <= there.time()
        assert (there + timedelta(minutes=50)).time() <= time(21)
        assert time(9) <= here.time() <= time(19, 10)
        assert here.weekday() < 5


def test_hours_that_are_taken_once_are_not_a_weekly_place() -> None:
    free = found(teacher())
    in_the_tenth_week = free.starts_at[18]
    made = found(teacher(taken=[in_the_tenth_week]))
    assert not set(made.starts_at) & set(free.starts_at[::2])


def test_the_next_teacher_is_asked_when_one_has_no_room() -> None:
    narrow = (Hours(weekday="monday", begins=time(17), ends=time(18)),)
    assert found(teacher(1, hours=narrow), teacher(2)).teacher_id == id_of(2)
    assert timetable([teacher(1, hours=narrow)], learner(), MONDAY, 26, RULES) is None


def test_no_lesson_lies_after_the_move() -> None:
    move = at(MONDAY + timedelta(weeks=4), 0)
    made = timetable([teacher()], learner(), MONDAY, 26, RULES, until=move)
    assert made is not None
    assert len(made.starts_at) == 8


def test_as_many_learners_as_there_are_hours_find_a_place() -> None:
    taken: list[datetime] = []
    for _ in range(10):
        taken.extend(found(teacher(taken=taken), weeks=26).starts_at)
    assert len(set(taken)) == 520
