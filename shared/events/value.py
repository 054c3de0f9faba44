"""What all models of the contract have in common."""

from datetime import date, datetime
from typing import Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo
from pydantic_core import PydanticCustomError

_Ordered = TypeVar("_Ordered", int, date, datetime)

READING: Final = {"reading": True}
"""The validation context of a reader of events: unknown codes become `other` where there is one."""


class Value(BaseModel):
    """A part of an event: immutable, compared by what it holds.

    Made in code or sent by a caller, a field it does not know is an error; a reader of events ignores it.
    Errors never repeat what was put in.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


def at_least(field: str) -> AfterValidator:
    """Hold a field to be no less, and no earlier, than the `field` before it, where that is given."""

    def check(value: _Ordered, info: ValidationInfo) -> _Ordered:
        least = info.data.get(field)
        if least is not None and value < least:
            raise PydanticCustomError("at_least", "Input should not be less than {field}", {"field": field})
        return value

    return AfterValidator(check)
