"""Assessments: a testing service outside confirms or corrects what a candidate has said of their skills."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.events.ids import AssessmentId
from shared.events.profile import Profile, Skill


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """What was tested, as it came. Two publishers may give the same id: each has its own assessments."""

    publisher: str
    """Its source: `/external/<name>`."""
    assessment_id: AssessmentId
    assessed_at: datetime
    """When, as the publisher says: an older one never overwrites a newer one."""
    skills: tuple[Skill, ...]


def same_as(assessment: Assessment, known: Iterable[Assessment]) -> Assessment | None:
    """Return the assessment of this id by this publisher, where one has come before."""
    wanted = (assessment.publisher, assessment.assessment_id)
    return next((one for one in known if (one.publisher, one.assessment_id) == wanted), None)


def corrected(profile: Profile, assessment: Assessment, known: Iterable[Assessment]) -> Profile:
    """Return the profile with the tested skills at the years they are worth; one worth nothing is no longer in it.

    A skill keeps the name that the candidate gave it; one that was not in the profile comes at its end. What a
    newer assessment has tested stays. Raises ValidationError where a profile cannot hold so many skills.
    """
    newer = [one for one in known if one.assessed_at > assessment.assessed_at]
    settled = {_folded(skill) for one in newer for skill in one.skills}
    tested = {_folded(skill): skill for skill in assessment.skills if _folded(skill) not in settled}
    said = [_folded(skill) for skill in profile.skills]
    kept = [_worth(skill, tested.get(_folded(skill))) for skill in profile.skills]
    added = [skill for name, skill in tested.items() if name not in said]
    worthless = {name for name, skill in tested.items() if not skill.years}
    skills = [skill for skill in (*kept, *added) if _folded(skill) not in worthless]
    return Profile.model_validate(dict(profile) | {"skills": skills})


def _worth(skill: Skill, tested: Skill | None) -> Skill:
    return skill if tested is None else Skill(name=skill.name, years=tested.years)


def _folded(skill: Skill) -> str:
    return " ".join(skill.name.casefold().split())
