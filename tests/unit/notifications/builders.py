"""People, messages and events with sane defaults, for tests of notifications."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from services.notifications.domain.facts import Facts
from services.notifications.domain.messages import Message
from services.notifications.domain.people import Person
from shared.events import Event
from shared.events.examples import EXAMPLES
from shared.events.ids import CandidateId, MessageId, PersonId

EventT = TypeVar("EventT", bound=Event)
NOW = datetime(2027, 4, 5, 0, 0, tzinfo=UTC)
CANDIDATE = PersonId("ca" * 16)
FIRM = PersonId("f1" * 16)
MESSAGE = MessageId("0e" * 16)


def like(event: type[EventT], **changed: object) -> EventT:
    """Make an event like the contract's example of it."""
    return event.model_validate({**dict(EXAMPLES[event]), **changed})


def person(person_id: PersonId = CANDIDATE, **changed: Any) -> Person:
    return Person(person_id=person_id, **{"contact": "sealed", "role": "candidate", **changed})


def stranger(person_id: PersonId = CANDIDATE, **changed: Any) -> Person:
    return person(person_id, contact=None, role=None, **changed)


def message(**changed: Any) -> Message:
    made = {
        "message_id": MESSAGE,
        "recipient_id": CANDIDATE,
        "role": "candidate",
        "template": "visit-booked",
        "happened_at": NOW,
        "facts": (Facts(),),
    }
    return Message(**{**made, **changed})


def interview_mail(template: str = "interview-scheduled", **changed: Any) -> Message:
    facts = Facts(candidate_id=CandidateId(CANDIDATE), reason=changed.pop("reason", None))
    return message(recipient_id=FIRM, role="firm", template=template, facts=(facts,), **changed)
