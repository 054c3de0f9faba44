"""Who gets a message, and what of an event it tells."""

import json

import pytest
from pydantic import TypeAdapter

from services.notifications.domain.facts import Facts, facts_of, of_teacher
from services.notifications.domain.recipients import recipients
from shared.events import Event
from shared.events.examples import EXAMPLES
from shared.events.ids import PersonId
from shared.events.intake import CandidateApplied, RoundClosed
from shared.events.matching import OfferAccepted, OfferWithdrawn, PositionClosed
from shared.events.scheduling import (
    InterviewScheduled,
    LessonsPlanned,
    RelocationStepDue,
    ShowcaseScheduled,
    VisitCancelled,
    VisitStepDue,
)
from shared.events.told import TOLD_BY_EVENT
from tests.unit.notifications.builders import like

STAFF = (PersonId("5a" * 16), PersonId("5b" * 16))


def told(event: Event) -> list[tuple[str, str]]:
    """Return who is told of an event, whatever would have to be so."""
    return [one for row in TOLD_BY_EVENT[type(event)] for one in recipients(row, event, STAFF)]


def test_an_accepted_offer_is_told_to_the_candidate_the_firm_and_all_staff() -> None:
    event = like(OfferAccepted)
    staff = [("staff", one) for one in STAFF]
    assert told(event) == [("candidate", event.candidate_id), ("firm", event.firm_id), *staff]


def test_a_round_that_closes_is_told_to_staff_alone() -> None:
    assert told(like(RoundClosed)) == [("staff", one) for one in STAFF]


def test_a_showcase_is_told_to_all_of_the_team_and_every_firm_that_comes() -> None:
    event = like(ShowcaseScheduled)
    expected = [("candidate", one) for one in event.candidate_ids] + [("firm", one) for one in event.firm_ids]
    assert told(event) == expected


def test_an_interpreter_is_told_where_there_is_one() -> None:
    event = like(InterviewScheduled, interpreter_id="1e" * 16)
    assert told(event)[-1] == ("interpreter", "1e" * 16)
    assert len(told(like(InterviewScheduled, interpreter_id=None))) == 2


def test_each_teacher_of_a_plan_is_told_once_of_their_own_lessons() -> None:
    first = like(LessonsPlanned).lessons[0]
    teachers = ("7a" * 16, "7b" * 16, "7a" * 16)
    lessons = tuple(first.model_copy(update={"teacher_id": teacher}) for teacher in teachers)
    event = like(LessonsPlanned, lessons=lessons)
    assert [one for role, one in told(event) if role == "teacher"] == ["7a" * 16, "7b" * 16]
    assert [len(of_teacher(facts_of(event), one).lessons or ()) for one in ("7a" * 16, "7b" * 16)] == [2, 1]


@pytest.mark.parametrize(
    ("owner", "roles"), [("candidate", ["candidate"]), ("firm", ["firm"]), ("staff", ["staff", "staff"])]
)
def test_a_step_is_told_to_its_owner(owner: str, roles: list[str]) -> None:
    assert [role for role, _ in told(like(RelocationStepDue, owner=owner))] == roles


def test_staff_see_to_a_firms_step_of_a_visit_which_names_no_firm() -> None:
    assert [role for role, _ in told(like(VisitStepDue, owner="firm"))] == ["staff", "staff"]


@pytest.mark.parametrize("event", [VisitCancelled, OfferWithdrawn])
def test_what_an_erasure_brought_about_is_not_told_to_who_was_erased(event: type[Event]) -> None:
    assert told(like(event, reason="erased")) == []


def test_facts_hold_nothing_of_a_profile() -> None:
    event = like(CandidateApplied, waitlist_place=7)
    assert facts_of(event) == Facts(
        candidate_id=event.candidate_id, round_id=event.round_id, waitlist_place=7
    )


def test_a_position_that_closes_brings_its_title() -> None:
    event = like(PositionClosed)
    assert facts_of(event).title == event.requirements.title


@pytest.mark.parametrize("event", [one for one in EXAMPLES.values() if type(one) in TOLD_BY_EVENT])
def test_facts_come_back_as_they_were_stored(event: Event) -> None:
    adapter = TypeAdapter(Facts)
    stored = json.loads(adapter.dump_json(facts_of(event), exclude_none=True))
    assert adapter.validate_python(stored) == facts_of(event)
