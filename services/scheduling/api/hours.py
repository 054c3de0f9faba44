"""Hours of the week, as a caller types them in."""

from collections.abc import Mapping

from services.scheduling.api.forms import HoursForm
from services.scheduling.domain.timetable import WEEKDAYS, Hours, Weekday


def hours_of(given: Mapping[Weekday, HoursForm]) -> tuple[Hours, ...]:
    """Return the hours of a week, Monday first."""
    return tuple(
        Hours(weekday=day, begins=given[day].begins, ends=given[day].ends) for day in WEEKDAYS if day in given
    )
