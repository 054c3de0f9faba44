"""Calendars for calendar programs: what is planned for somebody as iCalendar (RFC 5545).

Nothing is in it that is not in the agenda: no names of people, no addresses. What was called off is not there any more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from icalendar import Calendar, Event

from services.scheduling.domain.interviews import Interview
from services.scheduling.domain.relocations import Relocation
from services.scheduling.domain.steps import Step
from services.scheduling.domain.visits import STAYS, Seat
from services.scheduling.planned import PlannedFor
from services.scheduling.words import Words
from shared.events.ids import FirmId, PositionId
from shared.events.vocabulary import Owner

PRODUCT: Final = "-//Enmusubi//scheduling//EN"
REFRESH: Final = timedelta(hours=1)
"""How often a program may look again."""
_DAY = timedelta(days=1)
_YEAR = 366 * _DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """One entry of a calendar: at a time, or for whole days (the last one included)."""

    uid: str
    begins: date | datetime
    ends: date | datetime
    summary: str
    place: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What firms and positions are called, by id; what has not arrived here has no name."""

    firms: Mapping[FirmId, str]
    titles: Mapping[PositionId, str]


def appointments(planned: PlannedFor, names: Names, words: Words) -> list[Appointment]:
    """Return what is to be in somebody's calendar, in these words."""
    return [
        *(_interview(one, names, words) for one in planned.interviews if one.state != "cancelled"),
        *(
            Appointment(
                uid=one.showcase_id,
                begins=one.starts_at,
                ends=one.ends_at,
                summary=words.about(words.showcase, one.team),
                place=one.place,
            )
            for one in planned.showcases
            if one.state != "cancelled"
        ),
        *(
            Appointment(uid=one.lesson_id, begins=one.starts_at, ends=one.ends_at, summary=words.lesson)
            for plan in planned.plans
            for one in plan.lessons
            if planned.person_id in {plan.candidate_id, one.teacher_id}
        ),
        *(one for seat in planned.seats if seat.state in STAYS for one in _stay(seat, words)),
        *(
            one
            for move in planned.relocations
            if move.state != "cancelled"
            for one in _move(move, planned.person_id, names, words)
        ),
    ]


def _interview(interview: Interview, names: Names, words: Words) -> Appointment:
    who = [names.titles.get(interview.position_id), names.firms.get(interview.firm_id)]
    return Appointment(
        uid=interview.interview_id,
        begins=interview.starts_at,
        ends=interview.ends_at,
        summary=words.about(words.interview, ", ".join(one for one in who if one)),
        place=interview.place,
    )


def _stay(seat: Seat, words: Words) -> Iterable[Appointment]:
    yield Appointment(uid=seat.seat_id, begins=seat.starts_on, ends=seat.ends_on, summary=words.visit)
    yield from _due(seat.seat_id, seat.steps, "candidate", words)


def _move(move: Relocation, person_id: str, names: Names, words: Words) -> Iterable[Appointment]:
    yield Appointment(
        uid=move.relocation_id,
        begins=move.starts_on,
        ends=move.starts_on,
        summary=words.about(words.first_day, names.firms.get(move.firm_id)),
    )
    owner: Owner = "firm" if person_id == move.firm_id else "candidate"
    yield from _due(move.relocation_id, move.steps, owner, words)


def _due(uid: str, steps: Iterable[Step[Any]], owner: Owner, words: Words) -> Iterable[Appointment]:
    for step in steps:
        if step.owner == owner and not step.is_done:
            yield Appointment(
                uid=f"{uid}.{step.step}",
                begins=step.due_on,
                ends=step.due_on,
                summary=words.about(words.due, words.step(step.step)),
            )


def written(found: Iterable[Appointment], now: datetime, zone: tzinfo) -> bytes:
    """Write appointments as iCalendar; times in ``zone``, which is described in it. Takes long: call it in a thread."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Enmusubi")
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    days = [now.date()]
    for one in found:
        calendar.add_component(_event(one, now, zone))
        days += [_day(one.begins), _day(one.ends)]
    calendar.add_missing_timezones(first_date=min(days) - _YEAR, last_date=max(days) + _YEAR)
    content: bytes = calendar.to_ical()
    return content


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _event(appointment: Appointment, now: datetime, zone: tzinfo) -> Event:
    event = Event()
    event.add("uid", f"{appointment.uid}@enmusubi")
    event.add("dtstamp", now)
    event.add("summary", appointment.summary)
    if appointment.place is not None:
        event.add("location", appointment.place)
    begins, ends = appointment.begins, appointment.ends
    if isinstance(begins, datetime) and isinstance(ends, datetime):
        event.add("dtstart", begins.astimezone(zone))
        event.add("dtend", ends.astimezone(zone))
    else:
        event.add("dtstart", begins)
        event.add("dtend", ends + _DAY)  # the day after the last, as RFC 5545 has it
        event.add("transp", "TRANSPARENT")
    return event
