"""Availability in a unit of work: who somebody is, what they said, and what that leaves for a plan."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.scheduling.domain.availability import Availability, beyond_hours, periods_of
from services.scheduling.domain.calendar import Busy, Calendars
from services.scheduling.domain.candidates import Candidate, Firm, used
from services.scheduling.domain.interpreters import Interpreter
from services.scheduling.domain.lessons import Teacher
from services.scheduling.store import (
    availability,
    calendar_links,
    candidates,
    firms,
    interpreters,
    teachers,
)
from shared.storage.collection import Collection
from shared.storage.unit import UnitOfWork
from shared.web.lookup import Source

Known = Candidate | Firm | Teacher | Interpreter
_KNOWN: tuple[Collection[Any], ...] = (candidates, teachers, firms, interpreters)
_DAY = timedelta(days=1)


async def whoever(documents: Source, person_id: str) -> Known | None:
    """Return who has this id, be it a candidate who was erased; None where nobody is known here by it."""
    for collection in _KNOWN:
        found: Known | None = await documents.get(collection, person_id)
        if found is not None:
            return found
    return None


def meet(unit: UnitOfWork, person: Known) -> None:
    """Let what is kept beside a candidate's document meet their erasure in it: whichever comes second sees the first."""
    if isinstance(person, Candidate):
        unit.save(candidates, used(person))


async def forget(unit: UnitOfWork, person_id: str) -> None:
    """Keep nothing of what somebody who was erased said, and revoke the link to their calendar."""
    if await unit.get(availability, person_id) is not None:
        unit.delete(availability, person_id)
    if await unit.get(calendar_links, person_id) is not None:
        unit.delete(calendar_links, person_id)


async def said(unit: UnitOfWork, everyone: Iterable[str]) -> Mapping[str, Availability]:
    """Return what each of them has said, in one query; who has said nothing is not in it."""
    return {one.person_id: one for one in await unit.get_many(availability, dict.fromkeys(everyone))}


def away(
    known: Mapping[str, Availability], person_id: str, days: Sequence[date], *, hours: bool
) -> tuple[Busy, ...]:
    """Return when somebody cannot: what they named, and with ``hours`` what lies outside theirs around these days."""
    one = known.get(person_id)
    if one is None:
        return ()
    outside = beyond_hours(one, min(days) - _DAY, max(days) + _DAY) if hours and days else ()
    return (*periods_of(one), *outside)


def with_away(
    calendars: Calendars,
    known: Mapping[str, Availability],
    days: Sequence[date],
    without_hours: Iterable[str],
) -> Calendars:
    """Return calendars with everybody's absences; of some, what they named alone, whatever their hours."""
    named_alone = set(without_hours)
    return {
        who: (*calendars.get(who, ()), *away(known, who, days, hours=who not in named_alone))
        for who in {**calendars, **known}
    }
