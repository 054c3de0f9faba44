"""In what order the entries of one subject are published."""

from datetime import UTC, datetime

from shared.events.envelope import Envelope
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging.relay import _steps
from shared.storage.outbox import Entry


def entry(name: str, *, private: bool = False) -> Entry:
    envelope = Envelope(
        id=new(EventId),
        source="/intake",
        type="candidate-applied.v1",
        subject="somebody",
        time=datetime(2027, 1, 1, tzinfo=UTC),
        dataschema="urn:none",
        sequence=1,
        traceparent=None,
    )
    return Entry(name, "events", "key", "somebody", 1, b"{}", None if private else envelope)


def test_private_messages_go_along_with_the_event_that_follows_and_events_one_after_the_other() -> None:
    chain = [
        entry("contact", private=True),
        entry("code", private=True),
        entry("applied"),
        entry("shortlisted"),
        entry("new-code", private=True),
    ]
    assert [[one.id for one in step] for step in _steps(chain)] == [
        ["contact", "code", "applied"],
        ["shortlisted"],
        ["new-code"],
    ]


def test_an_event_alone_is_a_step_of_its_own() -> None:
    assert [[one.id for one in step] for step in _steps([entry("applied")])] == [["applied"]]
