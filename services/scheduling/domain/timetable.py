"""The timetable of lessons: the same hours every week, with one teacher, in the waking hours of both.

The seam where a better engine will go: greedy, and the same questions always get the same answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from services.scheduling.domain.calendar import Taken
from services.scheduling.domain.rules import Rules
from shared.events.ids import TeacherId

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
APART = 2
"""Days between a learner's lessons of one week, where that can be."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """When a teacher teaches on one day of the week, in the teacher's own zone."""

    weekday: Weekday
    begins: time
    ends: time


USUAL_HOURS = tuple(Hours(weekday=day, begins=time(9), ends=time(20)) for day in WEEKDAYS[:5])
"""Of a teacher who gave none: 09:00 to 20:00, Monday to Friday."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Teaching:
    """A teacher, as far as a timetable needs to know them."""

    teacher_id: TeacherId
    time_zone: str
    hours: tuple[Hours, ...]
    taken: Taken


@dataclass(frozen=True, kw_only=True, slots=True)
class Learning:
    """A learner, as far as a timetable needs to know them."""

    time_zone: str
    taken: Taken


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """A lesson's place in the week, with the moments at which it begins, one for each week."""

    weekday: int
    begins: time
    starts_at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timetable:
    """When all lessons begin, earliest first, and who gives them."""

    teacher_id: TeacherId
    starts_at: tuple[datetime, ...]


def first_monday(today: date) -> date:
    """Return the Monday after next, so that everybody has a week to get ready."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=2)


def next_monday(today: date) -> date:
    """Return the coming Monday, never today."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=1)


def timetable(
    teachers: Iterable[Teaching],
    learner: Learning,
    monday: date,
    weeks: int,
    rules: Rules,
    until: datetime | None = None,
) -> Timetable | None:
    """Return the first timetable that a teacher has room for, or None.

    ``weeks`` weeks from that Monday on; no lesson ends after ``until``.
    """
    for teacher in teachers:
        found = _with(teacher, learner, monday, weeks, rules)
        if found is not None:
            moments = sorted(moment for weekly in found for moment in weekly.starts_at)
            length = timedelta(minutes=rules.lesson_minutes)
            kept = tuple(one for one in moments if until is None or one + length <= until)
            return Timetable(teacher_id=teacher.teacher_id, starts_at=kept)
    return None


def _with(
    teacher: Teaching, learner: Learning, monday: date, weeks: int, rules: Rules
) -> tuple[Weekly, ...] | None:
    length = timedelta(minutes=rules.lesson_minutes)
    free = [
        weekly
        for weekly in weekly_times(teacher.hours, teacher.time_zone, monday, weeks, rules.lesson_minutes)
        if _is_awake(weekly.starts_at, learner.time_zone, rules)
        and all(
            teacher.taken.is_free(one, one + length) and learner.taken.is_free(one, one + length)
            for one in weekly.starts_at
        )
    ]
    return spread(free, rules.lessons_a_week)


@lru_cache(maxsize=256)
def weekly_times(
    hours: tuple[Hours, ...], time_zone: str, monday: date, weeks: int, minutes: int
) -> tuple[Weekly, ...]:
    """Return every place in a teacher's week that a lesson may take: on the hour, from when they begin."""
    zone, length = ZoneInfo(time_zone), timedelta(minutes=minutes)
    found = []
    for one in sorted(hours, key=lambda one: (WEEKDAYS.index(one.weekday), one.begins)):
        weekday = WEEKDAYS.index(one.weekday)
        day = monday + timedelta(days=weekday)
        for begins in _on_the_hour(day, one, length):
            moments = tuple(
                datetime.combine(day + timedelta(weeks=week), begins, zone) for week in range(weeks)
            )
            found.append(Weekly(weekday=weekday, begins=begins, starts_at=moments))
    return tuple(found)


def _on_the_hour(day: date, hours: Hours, length: timedelta) -> Iterable[time]:
    begins, ends = datetime.combine(day, hours.begins), datetime.combine(day, hours.ends)
    while begins + length <= ends:
        yield begins.time()
        begins += _HOUR


@lru_cache(maxsize=4096)
def _is_awake(starts_at: tuple[datetime, ...], time_zone: str, rules: Rules) -> bool:
    """Say whether all of these lie in a learner's waking hours, whatever summer time does in between."""
    zone, length = ZoneInfo(time_zone), timedelta(minutes=rules.lesson_minutes)
    for moment in starts_at:
        begins, ends = moment.astimezone(zone), (moment + length).astimezone(zone)
        if begins.time() < rules.learner_from or ends.time() > rules.learner_until:
            return False
        if begins.date() != ends.date():
            return False
    return True


def spread(free: Sequence[Weekly], count: int) -> tuple[Weekly, ...] | None:
    """Choose that many places in the week, on different days and apart where that can be; None: too few."""
    for apart in (APART, 1):
        for first, _ in enumerate(free):
            chosen = [free[first]]
            for one in free[first + 1 :]:
                if len(chosen) < count and one.weekday >= chosen[-1].weekday + apart:
                    chosen.append(_at_the_same_hour(free, one, chosen[0].begins))
            if len(chosen) == count:
                return tuple(chosen)
    return None


def _at_the_same_hour(free: Sequence[Weekly], found: Weekly, begins: time) -> Weekly:
    """Prefer, on that day, the hour that the learner has on the other day."""
    return next((one for one in free if one.weekday == found.weekday and one.begins == begins), found)
