"""The ids of things: 32 lower-case hex digits, random, each kind a type of its own.

An id says nothing about what it names. Since every kind is a subclass of `Id`, a type checker refuses a
`FirmId` where a `CandidateId` is meant; on the wire and in documents an id is a plain string.
"""

import inspect
import re
from functools import partial
from typing import Any, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

ID_PATTERN: Final = "^[0-9a-f]{32}$"
_is_id: Final = re.compile("[0-9a-f]{32}").fullmatch


class Id(str):
    """The id of something: 32 lower-case hex digits. Making one from anything else is a `ValueError`."""

    __slots__ = ()

    def __new__(cls, value: str) -> Self:
        """Check the shape; the error does not repeat the value."""
        if _is_id(value) is None:
            message = f"a {cls.__name__} is 32 lower-case hex digits"
            raise ValueError(message)
        return str.__new__(cls, value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the shape in pydantic's core, and make the subclass without checking it a second time."""
        checked = core_schema.no_info_after_validator_function(
            partial(str.__new__, cls), core_schema.str_schema(pattern=ID_PATTERN)
        )
        known = core_schema.is_instance_schema(cls)
        return core_schema.json_or_python_schema(
            json_schema=checked,
            python_schema=core_schema.custom_error_schema(
                core_schema.union_schema([known, checked], mode="left_to_right"),
                custom_error_type="id",
                custom_error_message="Input should be 32 lower-case hex digits",
            ),
            serialization=core_schema.to_string_ser_schema(when_used="json"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A string with its pattern, and what the id names."""
        return {"type": "string", "pattern": ID_PATTERN, "description": inspect.getdoc(cls)}

    def __getnewargs__(self) -> tuple[Any, ...]:
        """Let an id be copied and pickled."""
        return (str(self),)


class PersonId(Id):
    """A person of any role, as messages, agendas and preferences know them.

    Of a candidate it is the candidate_id, of a firm the firm_id, of a teacher the teacher_id, of an
    interpreter the interpreter_id.
    """


class CandidateId(Id):
    """A candidate: the same in every round in which that person applies."""


class ApplicationId(Id):
    """A candidate's request in one round."""


class RoundId(Id):
    """A round of recruiting."""


class FirmId(Id):
    """A firm."""


class PositionId(Id):
    """A position at a firm, with one place or several."""


class MatchId(Id):
    """One candidate with one position: there is one match for the two, whatever changes."""


class OfferId(Id):
    """An offer of a firm to a candidate, and the hire that comes of it."""


class VisitId(Id):
    """A two-week stay of a cohort."""


class InterviewId(Id):
    """An interview of one candidate by one firm."""


class ShowcaseId(Id):
    """What one team shows at a visit's demo day."""


class PlanId(Id):
    """A candidate's plan of lessons."""


class LessonId(Id):
    """One lesson of a plan."""


class TeacherId(Id):
    """A teacher of Japanese."""


class InterpreterId(Id):
    """An interpreter."""


class RoomId(Id):
    """A room in which interviews and showcases take place."""


class RelocationId(Id):
    """A hired candidate's move."""


class MessageId(Id):
    """A message that notifications sent, or tried to."""


class NoticeId(Id):
    """A private notice, so that the message it becomes has a key of its own."""


class AssignmentId(Id):
    """An answer to who should meet whom."""


class RequestId(Id):
    """A request of a firm's own system, given by that system."""


class AssessmentId(Id):
    """An assessment by a testing service, given by that service."""


class EventId(Id):
    """One event, whatever it is about: with its source, what a subscriber drops repeats by."""
