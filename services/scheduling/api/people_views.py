"""What scheduling shows of people, of when they can, and of rooms."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Self

from services.scheduling.domain.availability import Availability
from services.scheduling.domain.lessons import Teacher
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.timetable import Hours, Weekday
from shared.events.ids import InterpreterId, RoomId, TeacherId
from shared.events.value import Value
from shared.web.views import View


class HoursView(Value):
    """When a teacher teaches on one day of the week, in the teacher's own zone."""

    begins: time
    ends: time


def _by_weekday(hours: Iterable[Hours]) -> dict[Weekday, HoursView]:
    return {one.weekday: HoursView(begins=one.begins, ends=one.ends) for one in hours}


class TeacherView(View):
    """A teacher; name and address are notifications' alone to read."""

    teacher_id: TeacherId
    language: str
    time_zone: str
    hours: dict[Weekday, HoursView]

    @classmethod
    def of(cls, teacher: Teacher) -> Self:
        """Show a teacher."""
        return cls.showing(teacher, hours=_by_weekday(teacher.hours))


class InterpreterView(View):
    """An interpreter; name and address are notifications' alone to read."""

    interpreter_id: InterpreterId
    languages: tuple[str, ...]
    language: str
    time_zone: str


class PeriodView(View):
    """A time: from `starts_at` until just before `ends_at`."""

    starts_at: datetime
    ends_at: datetime


class AvailabilityView(View):
    """When somebody can, and when they cannot."""

    person_id: str
    time_zone: str | None = None
    hours: dict[Weekday, HoursView] | None = None
    cannot: tuple[PeriodView, ...] = ()

    @classmethod
    def of(cls, availability: Availability) -> Self:
        """Show what somebody has said."""
        return cls.showing(
            availability,
            hours=_by_weekday(availability.hours) or None,
            cannot=tuple(PeriodView.showing(one) for one in availability.cannot),
        )


class RoomView(View):
    """A room."""

    room_id: RoomId
    name: str
    seats: int

    @classmethod
    def of(cls, room: Room) -> Self:
        """Show a room."""
        return cls.showing(room)
