"""Scoring: what speaks for a candidate and a position, and what against, in points that add up."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from math import copysign
from typing import Final, NamedTuple

from services.matching.domain.skills import canonical, nearest
from shared.events.profile import Profile, Reason, RequiredSkill, Requirements
from shared.events.vocabulary import LEVELS, MatchReason

SKILLS: Final = 0.60
EXPERIENCE: Final = 0.15
LANGUAGE: Final = 0.10
SALARY: Final = 0.10
DATES: Final = 0.05
"""The most that each part can give; together 1."""
MUST: Final = 2.0
"""How much more a skill that is needed counts than one that is wished for."""
NEAR: Final = 0.5
"""What a near skill is worth of the one that is meant."""
FRESH: Final = 0.5
"""What a skill is worth to somebody who has only begun to use it, where years are asked for."""
MISSING: Final = -0.5
"""What a needed skill takes away when it is missing, of what it would have given: less than it weighs."""
NOT_SAID: Final = 0.7
"""What a salary is worth that nobody named; and of the skills where a position names none."""
JAPANESE_TO_COME: Final = 0.5
"""Japanese that is not spoken yet is no refusal: there are lessons, and they end before the move."""
TOO_DEAR: Final = 0.5
"""By how much of the highest salary a wish may exceed it before it counts for nothing."""
DAYS_APART: Final = 180
"""How many days the wished and the possible start may lie apart before they count for nothing."""
UNITS: Final = 10_000
"""Points are whole numbers of these, cut towards zero: they add up exactly, and never to more than 1."""


class Points(NamedTuple):
    """A reason in the making."""

    code: MatchReason
    worth: float
    skill: str | None = None


def reasons_for(profile: Profile, requirements: Requirements) -> tuple[Reason, ...]:
    """Return why a candidate and a position suit each other; the points add up to a score from 0 to 1."""
    found = [
        *_skills(profile, requirements),
        Points(
            "experience", EXPERIENCE * _enough(profile.years_of_experience, requirements.years_of_experience)
        ),
        Points("language", LANGUAGE * _languages(profile, requirements)),
        Points("salary", SALARY * _salary(profile.expected_salary, requirements.salary_max)),
        Points("dates", DATES * _dates(profile, requirements.starts_on)),
    ]
    points = _never_below_zero([_whole(one.worth) for one in found])
    return tuple(
        Reason(code=one.code, skill=one.skill, points=worth / UNITS)
        for one, worth in zip(found, points, strict=True)
        if worth or one.code == "skill-missing"
    )


def _whole(worth: float) -> int:
    return int(worth * UNITS + copysign(1e-6, worth))  # what a float has lost on the way is given back


def _never_below_zero(points: list[int]) -> list[int]:
    gains = sum(worth for worth in points if worth > 0)
    losses = -sum(worth for worth in points if worth < 0)
    if losses <= gains:
        return points
    return [worth if worth >= 0 else -(-worth * gains // losses) for worth in points]


def _skills(profile: Profile, requirements: Requirements) -> Iterator[Points]:
    if not requirements.skills:
        yield Points("skill", SKILLS * NOT_SAID)
        return
    known = {canonical(skill.name): skill.years for skill in profile.skills}
    whole = sum(_weight(skill) for skill in requirements.skills)
    for skill in requirements.skills:
        yield from _skill(skill, SKILLS * _weight(skill) / whole, known)


def _skill(skill: RequiredSkill, share: float, known: Mapping[str, float]) -> Iterator[Points]:
    wanted = canonical(skill.name)
    if wanted in known:
        yield Points(
            "skill" if skill.must else "wish", share * _practised(known[wanted], skill.years), skill.name
        )
    elif (near := nearest(wanted, known)) is not None:
        yield Points("skill-near", NEAR * share * _practised(known[near], skill.years), skill.name)
    elif skill.must:
        yield Points("skill-missing", MISSING * share, skill.name)


def _weight(skill: RequiredSkill) -> float:
    return MUST if skill.must else 1.0


def _practised(years: float, wanted: float) -> float:
    return FRESH + (1 - FRESH) * _enough(years, wanted)


def _enough(years: float, wanted: float) -> float:
    return 1.0 if years >= wanted else years / wanted


def _languages(profile: Profile, requirements: Requirements) -> float:
    if not requirements.spoken:
        return 1.0
    known: dict[str, int] = {}
    for one in profile.spoken:
        language = _primary(one.language)
        known[language] = max(known.get(language, 0), LEVELS.index(one.level))
    worth = 0.0
    for wanted in requirements.spoken:
        language = _primary(wanted.language)
        level = _enough(known.get(language, 0), LEVELS.index(wanted.level))
        worth += max(level, JAPANESE_TO_COME) if language == "ja" else level
    return worth / len(requirements.spoken)


def _primary(language: str) -> str:
    return language.split("-", 1)[0].lower()


def _salary(expected: int | None, highest: int) -> float:
    if expected is None:
        return NOT_SAID
    over = max(0, expected - highest) / highest
    return max(0.0, 1 - over / TOO_DEAR)


def _dates(profile: Profile, starts_on: date) -> float:
    early = 0 if profile.available_from is None else (profile.available_from - starts_on).days
    late = 0 if profile.available_until is None else (starts_on - profile.available_until).days
    return max(0.0, 1 - max(0, early, late) / DAYS_APART)


def fingerprint(written: str, requirements: Requirements) -> str:
    """Return a hash of a profile (as JSON) and a position's requirements.

    Where scores are equal it decides about the order, so that the same people and positions come out in the
    same order whatever ids they were given.
    """
    return hashlib.sha256(f"{written}\n{requirements.model_dump_json()}".encode()).hexdigest()[:16]
