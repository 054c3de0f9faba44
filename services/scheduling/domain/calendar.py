"""Calendars: nobody and nothing is twice at one time.

One document for each person, firm or room and each day of the programme's zone. Whatever books a time writes
the days of all that it takes; two bookings that would overlap meet in one document, and one of them yields.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

Booked = Literal["interview", "showcase", "lesson", "away"]
"""What a time is taken by; `away`: somebody has said that they cannot, which no calendar holds."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """A time that is taken: from ``starts_at`` until just before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime
    what: Booked
    id: str
    """Of the interview, showcase or lesson, or of who is away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarDay:
    """What one person, firm or room has on one day, earliest first."""

    day_id: str
    who: str
    """Their id."""
    day: date
    busy: tuple[Busy, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarLink:
    """What a calendar program finds somebody's calendar by; gone once they are erased."""

    person_id: str
    token: str = field(repr=False)
    """256 bits that nobody can guess: who has them reads the calendar."""


def day_id(who: str, day: date) -> str:
    """Name the document of somebody's day."""
    return f"{who}:{day.isoformat()}"


def days_of(starts_at: datetime, ends_at: datetime, zone: tzinfo) -> tuple[date, ...]:
    """Return the days in that zone which a time touches."""
    first = starts_at.astimezone(zone).date()
    last = max(first, (ends_at - _INSTANT).astimezone(zone).date())
    return tuple(first + timedelta(days=days) for days in range((last - first).days + 1))


def clash(busy: Iterable[Busy], starts_at: datetime, ends_at: datetime) -> Busy | None:
    """Return what is in the way of a time, or None where it is free."""
    for one in busy:
        if one.starts_at < ends_at and starts_at < one.ends_at:
            return one
    return None


def booked(day: CalendarDay, busy: Busy) -> CalendarDay:
    """Return the day with a time taken; raises ValueError where something is in the way."""
    if clash(day.busy, busy.starts_at, busy.ends_at) is not None:
        raise ValueError(f"{day.who} is taken on {day.day} already")
    return replace(day, busy=tuple(sorted((*day.busy, busy), key=lambda one: one.starts_at)))


def freed(day: CalendarDay, id: str) -> CalendarDay:  # noqa: A002
    """Return the day without what has this id."""
    return replace(day, busy=tuple(one for one in day.busy if one.id != id))


class Taken:
    """The times that somebody has no room in, for a planner that asks often."""

    def __init__(self, busy: Iterable[Busy]) -> None:
        self._periods = _merged(sorted((one.starts_at, one.ends_at) for one in busy))

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Say whether nothing is in the way of this time."""
        after = bisect_right(self._periods, (starts_at, starts_at))
        if after and self._periods[after - 1][1] > starts_at:
            return False
        return after == len(self._periods) or self._periods[after][0] >= ends_at

    def take(self, starts_at: datetime, ends_at: datetime) -> None:
        """Take one more time."""
        self._periods.insert(bisect_right(self._periods, (starts_at, ends_at)), (starts_at, ends_at))


def _merged(periods: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Make one period of those that overlap: somebody may be away at a time that is booked."""
    merged: list[tuple[datetime, datetime]] = []
    for starts_at, ends_at in periods:
        if merged and starts_at < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ends_at))
        else:
            merged.append((starts_at, ends_at))
    return merged


Calendars = Mapping[str, tuple[Busy, ...]]
"""What each person, firm or room has; who is not in it has nothing."""
