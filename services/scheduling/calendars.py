"""Calendars in a unit of work: everything that takes a time, or frees one, does it here."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from services.scheduling.domain.calendar import (
    Busy,
    CalendarDay,
    Calendars,
    booked,
    clash,
    day_id,
    days_of,
    freed,
)
from services.scheduling.store import calendar
from shared.storage.unit import UnitOfWork


class Diary:
    """Some people's, firms' and rooms' days, opened to be read and written in."""

    def __init__(self, unit: UnitOfWork, days: dict[str, CalendarDay]) -> None:
        self._unit = unit
        self._days = days

    def of(self, who: str) -> tuple[Busy, ...]:
        """Return what somebody has on the days that were opened."""
        return tuple(one for day in self._days.values() if day.who == who for one in day.busy)

    @property
    def everyone(self) -> Calendars:
        """What each has on the days that were opened."""
        found: dict[str, list[Busy]] = {}
        for day in self._days.values():
            found.setdefault(day.who, []).extend(day.busy)
        return {who: tuple(busy) for who, busy in found.items()}

    def clash(self, who: str, starts_at: datetime, ends_at: datetime) -> Busy | None:
        """Return what is in somebody's way at a time, or None."""
        for one in self._touched(who, starts_at, ends_at):
            if (found := clash(one.busy, starts_at, ends_at)) is not None:
                return found
        return None

    def book(self, everyone: Iterable[str], busy: Busy) -> None:
        """Take a time of each of them; raises ValueError where one of them is taken."""
        for who in everyone:
            for one in self._touched(who, busy.starts_at, busy.ends_at):
                self._keep(booked(one, busy))

    def free(self, everyone: Iterable[str], busy: Busy) -> None:
        """Give back to each of them a time that was taken."""
        for who in everyone:
            for one in self._touched(who, busy.starts_at, busy.ends_at):
                self._keep(freed(one, busy.id))

    def _touched(self, who: str, starts_at: datetime, ends_at: datetime) -> list[CalendarDay]:
        return [self._days[day_id(who, day)] for day in days_of(starts_at, ends_at, self._unit.zone)]

    def _keep(self, day: CalendarDay) -> None:
        self._days[day.day_id] = day
        self._unit.save(calendar, day)


async def open_diary(unit: UnitOfWork, everyone: Iterable[str], days: Iterable[date]) -> Diary:
    """Open these days of all of them, in one query."""
    persons = dict.fromkeys(everyone)
    wanted = {
        day_id(who, day): CalendarDay(day_id=day_id(who, day), who=who, day=day)
        for day in sorted(set(days))
        for who in persons
    }
    found = await unit.get_many(calendar, wanted)
    return Diary(unit, wanted | {one.day_id: one for one in found})


async def open_for(unit: UnitOfWork, everyone: Iterable[str], times: Iterable[Busy]) -> Diary:
    """Open the days that these times touch."""
    days = {day for one in times for day in days_of(one.starts_at, one.ends_at, unit.zone)}
    return await open_diary(unit, everyone, days)


def days_between(first: date, last: date) -> list[date]:
    """Return the days from the first to the last, both included."""
    return [first + timedelta(days=days) for days in range((last - first).days + 1)]
