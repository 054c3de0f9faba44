"""What the engine makes of profiles and positions."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.engine import Pair, assign, rank
from services.matching.domain.scoring import reasons_for
from services.matching.domain.skills import canonical, nearest
from shared.events.ids import CandidateId, FirmId, MatchId, PositionId
from shared.events.matching import MatchProposed
from shared.events.profile import Profile, RequiredSkill, Requirements, Skill, SpokenLanguage
from shared.events.vocabulary import LEVELS
from shared.ids import new
from tests.unit.matching.builders import STARTS_ON, must, position, profile, requirements, wish

NAMES = st.sampled_from(
    ["Python", "python", "MySQL", "PostgreSQL", "C#", ".NET Core", "Go", "Rust", "SQL", "日本語"]
)
YEARS = st.floats(0, 60)
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))
SPOKEN = st.builds(
    SpokenLanguage, language=st.sampled_from(["ja", "en", "en-GB", "uk"]), level=st.sampled_from(LEVELS)
)
SALARIES = st.integers(1, 1_000_000_000)
PROFILES = st.builds(
    Profile,
    skills=st.lists(st.builds(Skill, name=NAMES, years=YEARS), max_size=12).map(tuple),
    years_of_experience=YEARS,
    education=st.just("other"),
    spoken=st.lists(SPOKEN, max_size=4).map(tuple),
    expected_salary=st.none() | SALARIES,
    available_from=st.none() | DAYS,
)
REQUIRED = st.builds(RequiredSkill, name=NAMES, years=YEARS, must=st.booleans())
REQUIREMENTS = st.builds(
    Requirements,
    title=st.just("Engineer"),
    skills=st.lists(REQUIRED, max_size=100).map(tuple),
    years_of_experience=YEARS,
    spoken=st.lists(SPOKEN, max_size=4).map(tuple),
    salary_min=st.just(1),
    salary_max=SALARIES,
    starts_on=DAYS,
)


def score(somebody: Profile, *skills: RequiredSkill, **changes: object) -> float:
    (scored,) = rank(somebody, [position(*skills, **changes)])
    return scored.score


@settings(max_examples=200, deadline=None)
@given(somebody=PROFILES, wanted=REQUIREMENTS)
def test_the_points_of_any_two_add_up_to_a_score_that_can_be_published(
    somebody: Profile, wanted: Requirements
) -> None:
    (scored,) = rank(somebody, [replace(position(), requirements=wanted)])
    MatchProposed(
        match_id=new(MatchId),
        candidate_id=new(CandidateId),
        position_id=scored.position.position_id,
        firm_id=scored.position.firm_id,
        score=scored.score,
        reasons=scored.reasons,
    )


def test_who_has_everything_scores_one() -> None:
    assert score(profile("Python", expected_salary=5_000_000), must("Python")) == 1


def test_a_skill_is_the_same_however_it_is_written() -> None:
    assert score(profile("POSTGRES"), must("PostgreSQL")) == score(profile("PostgreSQL"), must("PostgreSQL"))


def test_a_near_skill_is_worth_less_than_the_skill_and_more_than_none() -> None:
    same, near, none = (score(profile(name), must("PostgreSQL")) for name in ("PostgreSQL", "MySQL", "Go"))
    assert same > near > none
    (reason, *_) = reasons_for(profile("MySQL"), requirements(must("PostgreSQL")))
    assert (reason.code, reason.skill) == ("skill-near", "PostgreSQL")


@pytest.mark.parametrize(
    ("wanted", "known"), [("TypeScript", "JavaScript"), (".NET Core", "C#"), ("C", "C++")]
)
def test_some_skills_are_near(wanted: str, known: str) -> None:
    assert nearest(canonical(wanted), [canonical(known)]) == canonical(known)


def test_a_missing_skill_that_is_needed_is_said_and_does_not_exclude() -> None:
    reasons = reasons_for(profile("Python"), requirements(must("Python"), must("Haskell")))
    (missing,) = [reason for reason in reasons if reason.code == "skill-missing"]
    assert missing.skill == "Haskell"
    assert missing.points < 0
    assert sum(reason.points for reason in reasons) > 0.5


def test_a_missing_wish_takes_nothing_away() -> None:
    codes = [reason.code for reason in reasons_for(profile(), requirements(wish("Haskell")))]
    assert "skill-missing" not in codes


def test_a_skill_that_is_needed_counts_more_than_one_that_is_wished_for() -> None:
    wanted = (must("Python"), wish("Go"))
    assert score(profile("Python"), *wanted) > score(profile("Go"), *wanted)


def test_more_years_with_a_skill_count_more_up_to_what_is_asked() -> None:
    fresh, enough, plenty = (score(profile("Go", years=years), must("Go", years=5)) for years in (1, 5, 9))
    assert fresh < enough == plenty


def test_japanese_that_is_not_spoken_yet_is_no_refusal_and_speaking_it_is_better() -> None:
    spoken = (SpokenLanguage(language="ja", level="B1"),)
    speaks = profile("Go", spoken=spoken)
    english = (SpokenLanguage(language="en", level="B1"),)
    assert score(speaks, must("Go"), spoken=spoken) > score(profile("Go"), must("Go"), spoken=spoken) > 0.5
    assert score(profile("Go"), must("Go"), spoken=spoken) > score(profile("Go"), must("Go"), spoken=english)


def test_a_salary_within_reach_is_better_than_one_beyond_it() -> None:
    near, far = (score(profile("Go", expected_salary=yen), must("Go")) for yen in (6_500_000, 12_000_000))
    assert score(profile("Go", expected_salary=6_000_000), must("Go")) > near > far


def test_who_can_start_in_time_suits_better() -> None:
    late = profile("Go", available_from=STARTS_ON + timedelta(days=30))
    gone = profile("Go", available_until=STARTS_ON - timedelta(days=300))
    assert score(profile("Go"), must("Go")) > score(late, must("Go")) > score(gone, must("Go"))


def test_equal_scores_come_in_the_order_of_what_is_asked_whatever_the_ids() -> None:
    def titles() -> list[str]:
        open_positions = [position(must("Go"), title=title) for title in "ABCDEFGH"]
        return [scored.position.requirements.title for scored in rank(profile("Go"), open_positions)]

    assert len({tuple(titles()) for _ in range(5)}) == 1


def pair(candidate_id: CandidateId, score: float) -> Pair:
    return Pair(
        match_id=new(MatchId),
        candidate_id=candidate_id,
        position_id=new(PositionId),
        firm_id=new(FirmId),
        score=score,
    )


def test_the_best_pairs_are_invited_first_and_nobody_meets_too_many() -> None:
    first, second, third = (new(CandidateId) for _ in range(3))
    pairs = [
        pair(second, 0.9),
        pair(first, 0.8),
        pair(second, 0.7),
        pair(second, 0.6),
        pair(third, 0.5),
        pair(first, 0.4),
    ]
    meeting = assign(pairs, seats=2, per_candidate=2)
    assert meeting.candidates == (second, first)
    assert [one.score for one in meeting.pairs] == [0.9, 0.8, 0.7, 0.4]
