"""Availability: when somebody can, and when they cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scheduling.domain.calendar import Busy
from services.scheduling.domain.timetable import WEEKDAYS, Hours

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A time: from ``starts_at`` until just before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """What somebody has said of when they can. It counts for what is planned from then on."""

    person_id: str
    time_zone: str | None = None
    """Of ``hours``."""
    hours: tuple[Hours, ...] = ()
    """When they can, week by week; empty: they have not said."""
    cannot: tuple[Period, ...] = ()
    """When they cannot, earliest first."""


def periods_of(availability: Availability) -> tuple[Busy, ...]:
    """Return the times that somebody has said they cannot."""
    return tuple(_away(availability, one.starts_at, one.ends_at) for one in availability.cannot)


def beyond_hours(availability: Availability, first: date, last: date) -> tuple[Busy, ...]:
    """Return, of the days from the first to the last in their zone, what lies outside somebody's hours.

    Nothing where they have not said which these are.
    """
    if not availability.hours or availability.time_zone is None:
        return ()
    zone = ZoneInfo(availability.time_zone)
    on = {WEEKDAYS.index(one.weekday): one for one in availability.hours}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(one for day in days for one in _outside(availability, day, on.get(day.weekday()), zone))


def _outside(availability: Availability, day: date, hours: Hours | None, zone: ZoneInfo) -> Iterable[Busy]:
    begin, end = datetime.combine(day, time(), zone), datetime.combine(day + _DAY, time(), zone)
    if hours is None:
        yield _away(availability, begin, end)
        return
    if hours.begins > time():
        yield _away(availability, begin, datetime.combine(day, hours.begins, zone))
    yield _away(availability, datetime.combine(day, hours.ends, zone), end)


def _away(availability: Availability, starts_at: datetime, ends_at: datetime) -> Busy:
    return Busy(starts_at=starts_at, ends_at=ends_at, what="away", id=availability.person_id)
