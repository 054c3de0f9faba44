"""Intake's decisions: places in a round, what is told of a candidate, and which code still works."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.applications import Application, Candidate, Record, applied, erased, updated
from services.intake.domain.links import LIVES, SAME_KEY, Link, used
from services.intake.domain.rounds import (
    Recruiting,
    Round,
    closed,
    freed,
    given_back,
    is_full,
    opened,
    overlaps,
    place,
    plan,
    promoted,
    takes_applications,
)
from shared.events.ids import ApplicationId, CandidateId, RoundId
from shared.events.profile import Profile

CANDIDATE = CandidateId("ca" * 16)
ROUND = RoundId("1d" * 16)
NOW = datetime(2027, 4, 5, tzinfo=UTC)


def a_round(**changes: Any) -> Round:
    made = Round(
        round_id=ROUND,
        capacity=2,
        waitlist=1,
        opens_on=date(2027, 4, 5),
        closes_on=date(2027, 4, 25),
        state="open",
    )
    return replace(made, **changes)


def a_record(**changes: Any) -> Record:
    made = Record(
        contact="sealed",
        fingerprint="f",
        country="PL",
        language="uk",
        time_zone="Europe/Warsaw",
        profile=Profile(years_of_experience=7, education="master"),
        wants_lessons=True,
        consent="2027-01",
    )
    return replace(made, **changes)


def an_application(**changes: Any) -> Application:
    made = Application(
        application_id=ApplicationId("a1" * 16),
        candidate_id=CANDIDATE,
        round_id=ROUND,
        state="applied",
        applied_at=NOW,
        channel="telegram",
        country="PL",
    )
    return replace(made, **changes)


def test_places_come_first_then_the_waitlist_then_it_is_full() -> None:
    current, places = a_round(), []
    while not is_full(current):
        placement = place(current)
        current = placement.round
        places.append(placement.waitlist_place)
    assert places == [None, None, 1]
    assert (current.taken, current.waitlisted) == (2, 1)
    _, event = closed(current, "full")
    assert (event.reason, event.taken, event.waitlisted) == ("full", 2, 1)


def test_without_a_waitlist_the_last_place_fills_a_round() -> None:
    assert is_full(place(a_round(capacity=1, waitlist=0)).round)


def test_people_can_apply_up_to_the_last_day_whether_or_not_the_round_was_closed_since() -> None:
    current = a_round()
    assert takes_applications(current, current.closes_on)
    assert not takes_applications(current, current.closes_on + timedelta(days=1))
    assert not takes_applications(replace(current, state="planned"), current.opens_on)


def test_a_place_that_is_free_again_is_for_the_waitlist_alone() -> None:
    full = place(place(a_round()).round).round
    assert promoted(full) is None
    free = given_back(full)
    assert place(free).waitlist_place == 1
    again = promoted(free)
    assert again is not None
    assert again.taken == full.capacity


def test_one_round_at_a_time_has_a_day() -> None:
    planned = plan(Recruiting(), a_round())
    assert overlaps(planned, date(2027, 4, 25), date(2027, 5, 1))
    assert overlaps(planned, date(2027, 4, 1), date(2027, 4, 5))
    assert overlaps(planned, date(2027, 4, 10), date(2027, 4, 11))
    assert not overlaps(planned, date(2027, 4, 26), date(2027, 5, 1))
    assert not overlaps(planned, date(2027, 4, 1), date(2027, 4, 4))


def test_a_round_that_has_closed_early_leaves_its_days_to_another() -> None:
    other = a_round(round_id=RoundId("2d" * 16), opens_on=date(2028, 4, 3), closes_on=date(2028, 4, 9))
    rest = freed(plan(plan(Recruiting(), a_round()), other), a_round())
    assert not overlaps(rest, date(2027, 4, 5), date(2027, 4, 25))
    assert overlaps(rest, date(2028, 4, 9), date(2028, 4, 9))


def test_an_opened_round_says_what_there_is() -> None:
    current, event = opened(a_round(state="planned"))
    assert current.state == "open"
    assert (event.capacity, event.waitlist, event.closes_on) == (2, 1, date(2027, 4, 25))


def test_who_applies_is_told_of_without_a_word_of_who_they_are() -> None:
    candidate, event = applied(Candidate(candidate_id=CANDIDATE), a_record(), an_application())
    assert candidate.applications == {ROUND: an_application().application_id}
    assert "sealed" not in event.model_dump_json()
    assert event.waitlist_place is None
    assert event.subject == CANDIDATE


def test_an_update_is_told_when_something_public_has_changed() -> None:
    candidate = Candidate(candidate_id=CANDIDATE, record=a_record())
    changed, event = updated(candidate, a_record(contact="sealed anew", consent="2027-02"))
    assert event is None
    assert changed.record == a_record(contact="sealed anew", consent="2027-02")
    for change in ({"country": "PT"}, {"language": "en"}, {"wants_lessons": False}, {"time_zone": "UTC"}):
        _, event = updated(candidate, a_record(**change))
        assert event is not None
        assert event.model_dump().items() >= change.items()


def test_of_an_erased_application_no_more_is_left_than_that_there_was_one() -> None:
    left = erased(an_application(reason="health"))
    assert (left.state, left.country, left.reason) == ("erased", None, None)


@pytest.mark.parametrize(
    ("key", "after", "works"),
    [
        ("k", timedelta(0), True),
        ("k", SAME_KEY - timedelta(seconds=1), True),
        ("k", SAME_KEY, False),
        ("other", timedelta(0), False),
        (None, timedelta(0), False),
    ],
)
def test_a_used_code_works_again_for_ten_minutes_with_the_same_key(
    key: str | None,
    after: timedelta,
    works: bool,  # noqa: FBT001
) -> None:
    link = used(Link(code_hash="h", candidate_id=CANDIDATE, expires_at=NOW + LIVES), "k", NOW)
    assert link is not None
    again = used(link, key, NOW + after)
    assert (again is not None) is works
    assert again is None or again.used_at == NOW


def test_a_code_that_was_used_without_a_key_is_used_up() -> None:
    link = used(Link(code_hash="h", candidate_id=CANDIDATE, expires_at=NOW + LIVES), None, NOW)
    assert link is not None
    assert used(link, None, NOW) is None


def test_a_code_lives_seven_days() -> None:
    link = Link(code_hash="h", candidate_id=CANDIDATE, expires_at=NOW + timedelta(days=7))
    assert timedelta(days=7) == LIVES
    assert used(link, "k", NOW + LIVES - timedelta(seconds=1)) is not None
    assert used(link, "k", NOW + LIVES) is None
