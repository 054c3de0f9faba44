"""Days, moments and time zones, as they are written in events.

A day is of the programme's zone and a *last* day is included; a moment is a date and time with its offset.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Days and moments outside of these years are mistakes, and adding to them might overflow."""


@dataclass(frozen=True, eq=False)
class _Written:
    """How a day or a moment is written: a pattern for strings, and one error that says what would be right.

    pydantic alone also takes numbers, and strings of digits, for seconds since 1970: too easily a mistake.
    """

    format: str
    pattern: str
    schema: CoreSchema
    instance: CoreSchema
    error: str

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read a string in that shape, and in Python also an instance."""
        written = core_schema.chain_schema(
            [core_schema.str_schema(strict=True, pattern=self.pattern, max_length=40), self.schema]
        )
        return core_schema.json_or_python_schema(
            json_schema=self._with_error(written),
            python_schema=self._with_error(
                core_schema.union_schema([self.instance, written], mode="left_to_right")
            ),
        )

    def _with_error(self, schema: CoreSchema) -> CoreSchema:
        return core_schema.custom_error_schema(
            schema, custom_error_type=self.format.replace("-", "_"), custom_error_message=self.error
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A string with its format."""
        return {"type": "string", "format": self.format}


def _days(*, strict: bool) -> CoreSchema:
    return core_schema.date_schema(strict=strict, ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR, 12, 31))


def _moments(*, strict: bool) -> CoreSchema:
    return core_schema.datetime_schema(
        strict=strict,
        ge=datetime(FIRST_YEAR, 1, 1, tzinfo=UTC),
        lt=datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC),
        tz_constraint="aware",
    )


Day = Annotated[
    date,
    _Written(
        format="date",
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        schema=_days(strict=False),
        instance=_days(strict=True),
        error="Input should be a day such as 2027-05-14, from the year 2000 to 2100",
    ),
]
"""A day in the programme's zone: `2027-05-14`."""

Moment = Annotated[
    datetime,
    _Written(
        format="date-time",
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$",
        schema=_moments(strict=False),
        instance=_moments(strict=True),
        error="Input should be a date and time with its offset, such as 2027-05-14T10:00:00+09:00, "
        "from the year 2000 to 2100",
    ),
]
"""A date and time with its offset: `2027-05-14T10:00:00+09:00`."""


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_time_zone(value: str) -> str:
    known = _time_zones()
    if known and value not in known:  # a subscriber's machine may have no database of them
        message = "Input should be a time zone of the IANA database, such as Europe/Kyiv"
        raise PydanticCustomError("time_zone", message)
    return value


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
"""The name of a time zone in the IANA database: `Europe/Kyiv`."""
