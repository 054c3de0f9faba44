"""The contract's own tables, written out, against the classes."""

import pytest
from pydantic import ValidationError

from shared.events import EVENTS, Event
from shared.events.examples import EXAMPLES
from shared.events.readers import READERS
from shared.events.told import TOLD

SUBJECTS = {
    "intake": {
        "round-opened": "round_id",
        "round-closed": "round_id",
        "candidate-applied": "candidate_id",
        "candidate-promoted": "candidate_id",
        "candidate-shortlisted": "candidate_id",
        "candidate-declined": "candidate_id",
        "candidate-withdrawn": "candidate_id",
        "candidate-updated": "candidate_id",
        "candidate-erased": "candidate_id",
    },
    "matching": {
        "firm-registered": "firm_id",
        "firm-changed": "firm_id",
        "position-opened": "position_id",
        "position-changed": "position_id",
        "position-closed": "position_id",
        "match-proposed": "match_id",
        "match-accepted": "match_id",
        "match-declined": "match_id",
        "offer-made": "offer_id",
        "offer-accepted": "offer_id",
        "offer-declined": "offer_id",
        "offer-expired": "offer_id",
        "offer-withdrawn": "offer_id",
        "hire-ended": "offer_id",
    },
    "scheduling": {
        "visit-opened": "visit_id",
        "visit-closed": "visit_id",
        "visit-offered": "visit_id.candidate_id",
        "visit-booked": "visit_id.candidate_id",
        "visit-declined": "visit_id.candidate_id",
        "visit-cancelled": "visit_id.candidate_id",
        "visit-attended": "visit_id.candidate_id",
        "visit-step-due": "visit_id.candidate_id",
        "visit-step-done": "visit_id.candidate_id",
        "interview-scheduled": "interview_id",
        "interview-moved": "interview_id",
        "interview-cancelled": "interview_id",
        "interview-held": "interview_id",
        "showcase-scheduled": "showcase_id",
        "showcase-held": "showcase_id",
        "lessons-planned": "plan_id",
        "lesson-moved": "plan_id",
        "lesson-held": "plan_id",
        "lessons-finished": "plan_id",
        "relocation-started": "relocation_id",
        "relocation-step-due": "relocation_id",
        "relocation-step-done": "relocation_id",
        "relocation-cancelled": "relocation_id",
        "candidate-relocated": "relocation_id",
    },
    "notifications": {"message-sent": "message_id", "message-failed": "message_id"},
    "external": {
        "position-requested": "request_id",
        "assessment-completed": "assessment_id",
        "lesson-reported": "lesson_id",
    },
}

FIELDS = {
    "round-opened": "round_id capacity waitlist opens_on closes_on",
    "round-closed": "round_id reason taken waitlisted",
    "candidate-applied": "candidate_id application_id round_id waitlist_place? country channel language time_zone "
    "profile wants_lessons age_band?",
    "candidate-promoted": "candidate_id application_id round_id",
    "candidate-shortlisted": "candidate_id application_id",
    "candidate-declined": "candidate_id application_id reason",
    "candidate-withdrawn": "candidate_id application_id reason",
    "candidate-updated": "candidate_id country profile language time_zone wants_lessons",
    "candidate-erased": "candidate_id",
    "firm-registered": "firm_id name language time_zone",
    "firm-changed": "firm_id name language time_zone",
    "position-opened": "firm_id position_id requirements request_id?",
    "position-changed": "firm_id position_id requirements request_id?",
    "position-closed": "firm_id position_id requirements request_id? reason",
    "match-proposed": "match_id candidate_id position_id firm_id score reasons",
    "match-accepted": "match_id candidate_id position_id firm_id by complete",
    "match-declined": "match_id candidate_id position_id firm_id by",
    "offer-made": "offer_id match_id candidate_id position_id firm_id salary starts_on expires_at",
    "offer-accepted": "offer_id match_id candidate_id position_id firm_id salary starts_on",
    "offer-declined": "offer_id match_id candidate_id position_id firm_id reason",
    "offer-expired": "offer_id match_id candidate_id position_id firm_id",
    "offer-withdrawn": "offer_id match_id candidate_id position_id firm_id reason",
    "hire-ended": "offer_id candidate_id firm_id ended_on reason",
    "visit-opened": "visit_id starts_on ends_on seats",
    "visit-closed": "visit_id starts_on ends_on seats",
    "visit-offered": "visit_id candidate_id starts_on ends_on expires_at needs_visa",
    "visit-booked": "visit_id candidate_id starts_on ends_on",
    "visit-declined": "visit_id candidate_id starts_on ends_on reason",
    "visit-cancelled": "visit_id candidate_id starts_on ends_on reason",
    "visit-attended": "visit_id candidate_id starts_on ends_on",
    "visit-step-due": "visit_id candidate_id step due_on owner",
    "visit-step-done": "visit_id candidate_id step due_on owner",
    "interview-scheduled": "interview_id visit_id match_id candidate_id position_id firm_id starts_at ends_at place "
    "interpreter_id?",
    "interview-moved": "interview_id visit_id match_id candidate_id position_id firm_id starts_at ends_at place "
    "interpreter_id?",
    "interview-cancelled": "interview_id visit_id match_id candidate_id position_id firm_id starts_at ends_at place "
    "interpreter_id? reason",
    "interview-held": "interview_id visit_id match_id candidate_id position_id firm_id starts_at ends_at place "
    "interpreter_id? outcome",
    "showcase-scheduled": "showcase_id visit_id theme team candidate_ids firm_ids starts_at ends_at place",
    "showcase-held": "showcase_id visit_id theme team candidate_ids firm_ids starts_at ends_at place",
    "lessons-planned": "plan_id candidate_id level target lessons",
    "lesson-moved": "plan_id lesson_id candidate_id teacher_id starts_at ends_at",
    "lesson-held": "plan_id lesson_id candidate_id teacher_id starts_at ends_at attended",
    "lessons-finished": "plan_id candidate_id level",
    "relocation-started": "relocation_id candidate_id firm_id starts_on steps",
    "relocation-step-due": "relocation_id candidate_id firm_id step due_on owner",
    "relocation-step-done": "relocation_id candidate_id firm_id step due_on owner",
    "relocation-cancelled": "relocation_id candidate_id firm_id step? due_on? owner? reason",
    "candidate-relocated": "relocation_id candidate_id firm_id arrived_on",
    "message-sent": "message_id recipient_id role template channel reason?",
    "message-failed": "message_id recipient_id role template channel reason",
    "position-requested": "firm_id request_id requirements",
    "assessment-completed": "candidate_id assessment_id skills",
    "lesson-reported": "lesson_id candidate_id attended",
}

OURS = {key: event for key, event in EVENTS.items() if event.__module__.startswith("shared.events.")}
every_event = pytest.mark.parametrize("event", OURS.values(), ids=lambda event: event.type)


def names(events: frozenset[type[Event]]) -> set[str]:
    return {event.type for event in events}


def test_there_is_one_class_for_each_event_of_the_contract() -> None:
    assert set(OURS) == {f"{source}.{type_}.v1" for source, types in SUBJECTS.items() for type_ in types}


@every_event
def test_an_event_has_the_subject_the_contract_says(event: type[Event]) -> None:
    assert ".".join(event.subject_fields) == SUBJECTS[event.source][event.type]


@every_event
def test_an_event_has_the_fields_the_contract_says(event: type[Event]) -> None:
    fields = {name if field.is_required() else f"{name}?" for name, field in event.model_fields.items()}
    assert fields == set(FIELDS[event.type].split())


@every_event
def test_an_event_says_what_it_means(event: type[Event]) -> None:
    assert event.__doc__ is not None
    assert event.__doc__ != Event.__doc__


@every_event
def test_an_event_has_an_example(event: type[Event]) -> None:
    example = EXAMPLES[event]
    values = [getattr(example, field) for field in event.subject_fields]
    assert example.subject == ".".join(values)


def test_names_follow_from_source_type_and_version() -> None:
    event = OURS["scheduling.visit-booked.v1"]
    assert event.versioned_type == "visit-booked.v1"
    assert event.dataschema == "urn:enmusubi:scheduling:visit-booked:v1"


def test_an_event_cannot_be_changed() -> None:
    example = EXAMPLES[OURS["intake.candidate-erased.v1"]]
    with pytest.raises(ValidationError):
        example.candidate_id = "0" * 32  # type: ignore[attr-defined]


def test_a_second_event_of_the_same_name_is_refused() -> None:
    with pytest.raises(TypeError, match="is there already: VisitBooked"):

        class Again(Event, source="scheduling", type="visit-booked", subject="visit_id"):
            visit_id: str


def test_an_event_without_its_subject_is_refused() -> None:
    with pytest.raises(TypeError, match="firm_id"):

        class Nameless(Event, source="scheduling", type="nameless", subject="firm_id"):
            visit_id: str


def test_services_read_what_the_contract_says() -> None:
    candidates = {
        f"candidate-{what}"
        for what in ["applied", "updated", "shortlisted", "declined", "withdrawn", "erased"]
    }
    assert names(READERS["intake"]) == {"assessment-completed"}
    assert names(READERS["matching"]) == candidates | {"interview-held", "position-requested"}
    assert names(READERS["scheduling"]) == candidates | {
        "firm-registered",
        "firm-changed",
        "position-opened",
        "position-changed",
        "position-closed",
        "match-accepted",
        "match-declined",
        "offer-accepted",
        "hire-ended",
        "lesson-reported",
    }


def test_notifications_reads_what_it_tells_and_what_it_needs_for_it() -> None:
    needed = {
        "firm-registered",
        "firm-changed",
        "position-opened",
        "position-changed",
        "candidate-updated",
        "candidate-erased",
    }
    assert names(READERS["notifications"]) == {told.event.type for told in TOLD} | needed
