"""Whom a message of an event goes to."""

from collections.abc import Iterable, Sequence
from typing import Literal

from shared.events.event import Event
from shared.events.ids import PersonId
from shared.events.scheduling import LessonsPlanned
from shared.events.told import Told

RecipientRole = Literal["candidate", "firm", "staff", "teacher", "interpreter"]
Addressed = tuple[RecipientRole, PersonId]
"""In which role somebody gets a message, and who it is."""


def recipients(told: Told, event: Event, staff: Sequence[PersonId]) -> list[Addressed]:
    """Return who gets this message of this event; nobody where the event names nobody in that role.

    What an erasure brought about is not told to who was erased, however early it comes.
    """
    role = told.recipient
    if role == "owner":
        role = _owner(event)
    if role == "staff":
        return [("staff", person) for person in staff]
    if role == "candidate" and getattr(event, "reason", None) == "erased":
        return []
    return [(role, PersonId(person)) for person in dict.fromkeys(_named(role, event))]


def _owner(event: Event) -> Literal["candidate", "firm", "staff"]:
    """Return who sees to a step. Staff see to one that is a firm's where the event does not say which firm."""
    match getattr(event, "owner", None):
        case "candidate":
            return "candidate"
        case "firm" if hasattr(event, "firm_id"):
            return "firm"
        case _:
            return "staff"


def _named(role: RecipientRole, event: Event) -> Iterable[str]:
    """Return the ids that an event has for a role: one, several, or those of its lessons' teachers."""
    if role == "teacher" and isinstance(event, LessonsPlanned):
        return [lesson.teacher_id for lesson in event.lessons]
    one: str | None = getattr(event, f"{role}_id", None)
    several: Sequence[str] = getattr(event, f"{role}_ids", ())
    return several if one is None else [one]
