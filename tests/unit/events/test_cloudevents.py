"""What the official CloudEvents library really does with what is not in order: we look before it does."""

from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings import amqp
from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.v1.event import CloudEvent

from shared.events import Envelope, Undecodable, body, headers, read_headers
from shared.events.event import Event
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId
from shared.events.scheduling import VisitBooked

BOOKED: Event = EXAMPLES[VisitBooked]
TIME = datetime(2027, 5, 14, 1, 2, 3, 456000, tzinfo=UTC)
HEADERS = headers(Envelope.of(BOOKED, id=EventId("0" * 32), time=TIME, sequence=1))


def as_read_by_the_library(found: dict[str, str | int], content: bytes = body(BOOKED)) -> CloudEvent:
    read = amqp.from_binary_event(amqp.AMQPMessage({"content-type": "application/json"}, found, content))
    assert isinstance(read, CloudEvent)
    return read


@pytest.mark.parametrize("name", ["id", "time", "specversion"])
def test_it_invents_what_is_missing_and_we_name_it(name: str) -> None:
    found = {key: value for key, value in HEADERS.items() if key != f"cloudEvents_{name}"}
    assert as_read_by_the_library(dict(found)).get_attributes()[name]
    with pytest.raises(Undecodable, match=name):
        read_headers(found)


def test_it_gives_a_body_that_is_no_json_as_text() -> None:
    assert as_read_by_the_library(dict(HEADERS), b'{"candidate_id":').get_data() == '{"candidate_id":'


def test_it_writes_times_in_milliseconds() -> None:
    written = amqp.to_binary_event(
        CloudEvent({"id": "1", "source": "/external/school", "type": "x.v1", "time": TIME}, {})
    )
    assert written.application_properties["cloudEvents_time"] == TIME.timestamp() * 1000


def test_it_refuses_names_of_extensions_with_an_underscore() -> None:
    with pytest.raises(BaseCloudEventException):
        CloudEvent({"id": "1", "source": "/external/school", "type": "x.v1", "our_own": "x"}, {})
