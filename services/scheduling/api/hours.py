"""Hours of the week, as a caller types them in and reads them."""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Annotated, Self

from pydantic import BeforeValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from services.scheduling.domain.timetable import WEEKDAYS, Hours, Weekday
from shared.events.value import Value

SHAPE = r"^([01][0-9]|2[0-3]):[0-5][0-9](:00(\.0{1,6})?)?$"
"""No offset: JSON Schema's format `time` wants one."""
_has_shape = re.compile(SHAPE).fullmatch


def _of_the_wall(value: object) -> object:
    """Let through what has the shape: pydantic alone takes numbers, and times that have seconds or an offset."""
    if isinstance(value, time) or (isinstance(value, str) and _has_shape(value)):
        return value
    raise PydanticCustomError("hour", "Input should be a time of day without an offset, such as 09:00")


Hour = Annotated[
    time,
    BeforeValidator(_of_the_wall),
    WithJsonSchema({"type": "string", "pattern": SHAPE, "examples": ["09:00"]}),
]
"""A time of day, to the minute, by the clock on the wall."""


class HoursForm(Value):
    """When somebody can on one day of the week, in their own zone."""

    begins: Hour
    """From when on: a time of day without an offset, `09:00`."""
    ends: Hour
    """Until when."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends <= self.begins:
            raise PydanticCustomError("order", "ends should be after begins")
        return self


class HoursView(Value):
    """When somebody can on one day of the week, in their own zone."""

    begins: Hour
    """From when on: a time of day without an offset, `09:00:00`."""
    ends: Hour
    """Until when."""


def hours_of(given: Mapping[Weekday, HoursForm]) -> tuple[Hours, ...]:
    """Return the hours of a week, Monday first."""
    return tuple(
        Hours(weekday=day, begins=given[day].begins, ends=given[day].ends) for day in WEEKDAYS if day in given
    )


def by_weekday(hours: Iterable[Hours]) -> dict[Weekday, HoursView]:
    """Show the hours of a week."""
    return {one.weekday: HoursView(begins=one.begins, ends=one.ends) for one in hours}
