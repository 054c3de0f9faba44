"""Assessments: what is left of a profile once its skills were tested."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from services.intake.domain.assessments import Assessment, corrected, same_as
from shared.events.ids import AssessmentId
from shared.events.profile import Profile, Skill
from shared.ids import new

NOW = datetime(2027, 5, 14, tzinfo=UTC)


def skills(**years: float) -> tuple[Skill, ...]:
    return tuple(Skill(name=name, years=worth) for name, worth in years.items())


def profile(**years: float) -> Profile:
    return Profile(years_of_experience=6, education="master", skills=skills(**years))


def assessment(days: float = 0, **years: float) -> Assessment:
    return Assessment(
        publisher="/external/oak",
        assessment_id=new(AssessmentId),
        assessed_at=NOW + timedelta(days=days),
        skills=skills(**years),
    )


def test_a_tested_skill_is_worth_what_the_test_says_under_the_candidates_own_name() -> None:
    assert corrected(profile(Python=6, Go=2), assessment(PYTHON=4), ()) == profile(Python=4, Go=2)


def test_a_skill_that_was_not_said_is_added() -> None:
    assert corrected(profile(Python=6), assessment(Rust=1), ()) == profile(Python=6, Rust=1)


def test_a_skill_that_is_worth_nothing_is_no_longer_there() -> None:
    assert corrected(profile(Python=6, Go=0), assessment(Python=0, Rust=0), ()) == profile(Go=0)


def test_what_a_newer_one_has_tested_stays() -> None:
    newer, older = assessment(days=1, Python=9), assessment(python=1, Go=3)
    assert corrected(profile(Python=9), older, [newer]) == profile(Python=9, Go=3)
    assert corrected(profile(Python=1), newer, [older]) == profile(Python=9)


def test_all_else_of_the_profile_stays() -> None:
    before = Profile(years_of_experience=6, education="master", roles=("Tester",), family_members=2)
    after = corrected(before, assessment(Python=1), ())
    assert after.model_copy(update={"skills": ()}) == before


def test_a_profile_holds_no_more_than_it_can() -> None:
    full = profile(**{f"a{'i' * one}"[:60]: 1 for one in range(50)})
    full = full.model_copy(update={"skills": full.skills + tuple(reversed(full.skills))})
    with pytest.raises(ValidationError):
        corrected(full, assessment(Rust=1), ())


def test_an_assessment_is_known_by_its_publisher_and_id() -> None:
    one = assessment(Python=1)
    other = Assessment(
        publisher="/external/elm", assessment_id=one.assessment_id, assessed_at=NOW, skills=one.skills
    )
    assert same_as(one, [other, one]) == one
    assert same_as(one, [other]) is None
