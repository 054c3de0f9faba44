"""The envelope and the body, as others read and write them."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import amqp
from cloudevents.core.v1.event import CloudEvent

from shared.events import (
    EVENTS,
    CandidateApplied,
    Envelope,
    Event,
    InterviewHeld,
    LessonReported,
    MatchProposed,
    Undecodable,
    VisitBooked,
    body,
    headers,
    read,
    read_headers,
)
from shared.events.examples import EXAMPLES
from shared.events.ids import EventId

ID = EventId("00112233445566778899aabbccddeeff")
TIME = datetime(2027, 5, 14, 1, 2, 3, 456000, tzinfo=UTC)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def envelope_of(event: Event, *, sequence: int | None = 42) -> Envelope:
    publisher = "school" if event.source == "external" else None
    return Envelope.of(event, id=ID, time=TIME, sequence=sequence, traceparent=TRACE, publisher=publisher)


def without(found: dict[str, str | int], name: str) -> dict[str, str | int]:
    return {key: value for key, value in found.items() if key != f"cloudEvents_{name}"}


def refusal(found: dict[str, Any], routing_key: str | None = None) -> Undecodable:
    with pytest.raises(Undecodable) as refused:
        read_headers(found, routing_key)
    return refused.value


BOOKED = EXAMPLES[VisitBooked]
REPORTED = EXAMPLES[LessonReported]
HEADERS = headers(envelope_of(BOOKED))


def test_headers_are_written_as_the_contract_says() -> None:
    assert headers(envelope_of(BOOKED)) == {
        "cloudEvents_id": "00112233445566778899aabbccddeeff",
        "cloudEvents_source": "/scheduling",
        "cloudEvents_type": "visit-booked.v1",
        "cloudEvents_subject": BOOKED.subject,
        "cloudEvents_time": 1810256523456,
        "cloudEvents_specversion": "1.0",
        "cloudEvents_dataschema": "urn:enmusubi:scheduling:visit-booked:v1",
        "cloudEvents_sequence": "0000000042",
        "cloudEvents_traceparent": TRACE,
    }


@pytest.mark.parametrize("event", EXAMPLES.values(), ids=lambda event: event.type)
def test_every_event_arrives_as_it_was_sent(event: Event) -> None:
    envelope = envelope_of(event)
    arrived = read_headers(headers(envelope), event.routing_key)
    assert arrived == envelope
    assert read(arrived, body(event)) == event
    assert body(read(arrived, body(event))) == body(event)


@pytest.mark.parametrize("event", EXAMPLES.values(), ids=lambda event: event.type)
def test_the_official_library_reads_every_event(event: Event) -> None:
    message = amqp.AMQPMessage(
        {"content-type": "application/json"}, dict(headers(envelope_of(event))), body(event)
    )
    cloud_event = amqp.from_binary_event(message)
    assert cloud_event.get_id() == ID
    assert cloud_event.get_time() == TIME
    assert cloud_event.get_subject() == event.subject
    assert cloud_event.get_type() == event.versioned_type
    assert cloud_event.get_extension("sequence") == "0000000042"
    assert cloud_event.get_data() == json.loads(body(event))


def test_what_the_official_library_writes_is_read() -> None:
    attributes = {
        "id": ID,
        "source": "/external/school",
        "type": "lesson-reported.v1",
        "subject": REPORTED.subject,
        "time": TIME,
        "datacontenttype": "application/json",
    }
    message = amqp.to_binary_event(CloudEvent(attributes, json.loads(body(REPORTED))))
    arrived = read_headers(message.application_properties, "external.lesson-reported.v1")
    assert (arrived.time, arrived.sequence, arrived.dataschema) == (TIME, None, None)
    assert read(arrived, message.application_data) == REPORTED


def test_the_other_prefix_is_read() -> None:
    found = {key.replace("_", ":", 1): value for key, value in HEADERS.items()}
    assert read_headers(found) == envelope_of(BOOKED)


@pytest.mark.parametrize(
    "time",
    [
        1810256523456,
        "2027-05-14T01:02:03.456Z",
        "2027-05-14T10:02:03.456+09:00",
        datetime(2027, 5, 14, 10, 2, 3, 456000, tzinfo=timezone(timedelta(hours=9))),
    ],
)
def test_a_time_is_read_however_it_is_written(time: object) -> None:
    assert read_headers(HEADERS | {"cloudEvents_time": time}).time == TIME


def test_a_time_is_kept_to_the_millisecond() -> None:
    envelope = Envelope.of(BOOKED, id=ID, time=TIME.replace(microsecond=456789), sequence=1)
    assert envelope.time == TIME


@pytest.mark.parametrize("name", ["id", "source", "type", "subject", "time", "specversion", "sequence"])
def test_a_missing_header_is_named(name: str) -> None:
    refused = refusal(without(HEADERS, name))
    assert (refused.reason, refused.detail) == ("missing-header", f"cloudEvents_{name}")


@pytest.mark.parametrize("name", ["dataschema", "traceparent"])
def test_some_headers_may_be_absent(name: str) -> None:
    assert getattr(read_headers(without(HEADERS, name)), name) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "0011"),
        ("id", ID.upper()),
        ("id", 7),
        ("source", "scheduling"),
        ("source", "/external"),
        ("source", "/external/"),
        ("source", "/external/a/b"),
        ("source", "/scheduling\n"),
        ("type", "visit-booked"),
        ("type", "visit-booked.v0"),
        ("subject", ""),
        ("subject", "x" * 300),
        ("time", "yesterday"),
        ("time", "2027-05-14T10:00:00"),
        ("time", True),
        ("time", 10**18),
        ("time", "0001-01-01T00:00:00+23:00"),
        ("specversion", "0.3"),
        ("sequence", "-1"),
        ("sequence", "x"),
        ("sequence", "\u0663"),
        ("sequence", True),
    ],
)
def test_a_bad_header_is_named_and_not_repeated(name: str, value: object) -> None:
    refused = refusal(HEADERS | {f"cloudEvents_{name}": value})
    assert refused.reason == "bad-header"
    assert refused.detail.startswith(f"cloudEvents_{name}: should be ")


def test_a_broken_trace_is_none() -> None:
    assert read_headers(HEADERS | {"cloudEvents_traceparent": "00-xyz"}).traceparent is None


def test_nobody_outside_speaks_for_a_service() -> None:
    assert refusal(HEADERS, "external.visit-booked.v1").detail.startswith("routing key")


def test_an_unknown_type_is_said_to_be_so() -> None:
    unknown = read_headers(HEADERS | {"cloudEvents_type": "visit-booked.v2"})
    with pytest.raises(Undecodable, match=r"unknown-type: there is no event scheduling\.visit-booked\.v2"):
        read(unknown, body(BOOKED))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"visit_id": "\xff"}', b"[" * 5000])
def test_what_is_not_json_is_said_to_be_so(data: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        read(envelope_of(BOOKED), data)
    assert refused.value.reason == "bad-json"


@pytest.mark.parametrize("data", [b"null", b"[]", b'"text"', b"1e999", b"{}"])
def test_what_is_not_the_event_is_invalid(data: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        read(envelope_of(BOOKED), data)
    assert refused.value.reason == "invalid-data"


def changed(event: Event, **fields: object) -> bytes:
    return json.dumps(json.loads(body(event)) | fields).encode()


def test_invalid_data_is_named_and_not_repeated() -> None:
    with pytest.raises(Undecodable) as refused:
        read(envelope_of(BOOKED), changed(BOOKED, candidate_id="Oksana", ends_on="1700000000"))
    assert refused.value.reason == "invalid-data"
    assert "candidate_id: " in refused.value.detail
    assert "ends_on: Input should be a day such as 2027-05-14" in refused.value.detail
    assert "Oksana" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_many_errors_are_cut_short() -> None:
    with pytest.raises(Undecodable, match="and 1 more"):
        read(envelope_of(EXAMPLES[MatchProposed]), b"{}")


def test_data_about_another_subject_is_invalid() -> None:
    with pytest.raises(Undecodable, match="subject"):
        read(envelope_of(BOOKED), changed(BOOKED, candidate_id="0" * 32))


def test_fields_that_are_not_known_are_ignored() -> None:
    event = EXAMPLES[CandidateApplied]
    profile = json.loads(body(event))["profile"] | {"shoe_size": 43}
    assert read(envelope_of(event), changed(event, profile=profile, weather="fine")) == event


def test_an_unknown_code_is_taken_as_other() -> None:
    event = EXAMPLES[CandidateApplied]
    arrived = read(envelope_of(event), changed(event, channel="carrier-pigeon"))
    assert isinstance(arrived, CandidateApplied)
    assert arrived.channel == "other"


def test_what_is_no_code_is_invalid() -> None:
    applied = EXAMPLES[CandidateApplied]
    data = changed(applied, channel="Carrier pigeon")
    with pytest.raises(Undecodable, match="channel"):
        read(envelope_of(applied), data)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_refused_wherever_it_is(number: str) -> None:
    with pytest.raises(Undecodable) as refused:
        read(envelope_of(BOOKED), body(BOOKED).replace(b"{", b'{"more": ' + number.encode() + b", ", 1))
    assert refused.value.reason == "bad-json"
    told = read(envelope_of(BOOKED), body(BOOKED).replace(b"{", f'{{"more": "{number}", '.encode(), 1))
    assert told == BOOKED


def test_an_unknown_code_is_invalid_where_there_is_no_other() -> None:
    event = EXAMPLES[InterviewHeld]
    with pytest.raises(Undecodable, match="outcome"):
        read(envelope_of(event), changed(event, outcome="perhaps"))


def test_points_add_up_to_the_score() -> None:
    event = EXAMPLES[MatchProposed]
    with pytest.raises(Undecodable, match="points"):
        read(envelope_of(event), changed(event, score=0.5))


def test_absent_fields_are_left_out() -> None:
    event = EXAMPLES[CandidateApplied].model_copy(update={"waitlist_place": None, "age_band": None})
    assert {"waitlist_place", "age_band"}.isdisjoint(json.loads(body(event)))


def test_text_is_written_as_it_is() -> None:
    assert "バックエンド".encode() in body(EXAMPLES[EVENTS["matching.position-opened.v1"]])
