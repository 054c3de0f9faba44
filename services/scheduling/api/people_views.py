"""What scheduling shows of people, of when they can, and of rooms."""

from datetime import datetime
from typing import Self

from services.scheduling.api.hours import HoursView, by_weekday
from services.scheduling.domain.availability import Availability
from services.scheduling.domain.lessons import Teacher
from services.scheduling.domain.rooms import Room
from services.scheduling.domain.timetable import Weekday
from shared.events.ids import InterpreterId, RoomId, TeacherId
from shared.web.views import View


class TeacherView(View):
    """A teacher; name and address are notifications' alone to read."""

    teacher_id: TeacherId
    language: str
    """The language that the teacher is written to in (BCP 47)."""
    time_zone: str
    """The teacher's time zone (IANA), in which the hours are."""
    hours: dict[Weekday, HoursView]
    """When the teacher teaches, by the day of the week."""

    @classmethod
    def of(cls, teacher: Teacher) -> Self:
        """Show a teacher."""
        return cls.showing(teacher, hours=by_weekday(teacher.hours))


class InterpreterView(View):
    """An interpreter; name and address are notifications' alone to read."""

    interpreter_id: InterpreterId
    languages: tuple[str, ...]
    """Between which they interpret, each into each (BCP 47)."""
    language: str
    """The language that they are written to in (BCP 47)."""
    time_zone: str
    """The interpreter's time zone (IANA)."""


class PeriodView(View):
    """A time: from `starts_at` until just before `ends_at`."""

    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it is over."""


class AvailabilityView(View):
    """When somebody can, and when they cannot."""

    person_id: str
    """Whose it is."""
    time_zone: str | None = None
    """The time zone of `hours` (IANA); absent with them."""
    hours: dict[Weekday, HoursView] | None = None
    """When they usually can, by the day of the week; absent: they have not said."""
    cannot: tuple[PeriodView, ...] = ()
    """When they cannot, whatever their hours."""

    @classmethod
    def of(cls, availability: Availability) -> Self:
        """Show what somebody has said."""
        return cls.showing(
            availability,
            hours=by_weekday(availability.hours) or None,
            cannot=tuple(PeriodView.showing(one) for one in availability.cannot),
        )


class RoomView(View):
    """A room."""

    room_id: RoomId
    name: str
    """What it is called."""
    seats: int
    """How many people it has seats for."""

    @classmethod
    def of(cls, room: Room) -> Self:
        """Show a room."""
        return cls.showing(room)
