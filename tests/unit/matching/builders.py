"""Documents with sane defaults, for tests of matching's decisions."""

from datetime import UTC, date, datetime
from typing import Any

from services.matching.domain.matches import Match
from services.matching.domain.offers import Offer
from services.matching.domain.positions import Position
from shared.events.ids import CandidateId, FirmId, MatchId, OfferId, PositionId
from shared.events.profile import Profile, RequiredSkill, Requirements, Skill
from shared.events.vocabulary import Education
from shared.ids import new

NOW = datetime(2027, 4, 5, tzinfo=UTC)
STARTS_ON = date(2027, 12, 1)
BACHELOR: Education = "bachelor"


def profile(*skills: str, years: float = 5, **changes: Any) -> Profile:
    """A profile of somebody with these skills, each used for so many years."""
    given = {
        "skills": tuple(Skill(name=name, years=years) for name in skills),
        "years_of_experience": years,
        "education": BACHELOR,
        **changes,
    }
    return Profile(**given)


def must(name: str, years: float = 1) -> RequiredSkill:
    return RequiredSkill(name=name, years=years, must=True)


def wish(name: str, years: float = 1) -> RequiredSkill:
    return RequiredSkill(name=name, years=years)


def requirements(*skills: RequiredSkill, **changes: Any) -> Requirements:
    given = {
        "title": "Engineer",
        "skills": skills,
        "salary_min": 4_000_000,
        "salary_max": 6_000_000,
        "starts_on": STARTS_ON,
        **changes,
    }
    return Requirements(**given)


def position(*skills: RequiredSkill, **changes: Any) -> Position:
    return Position(
        position_id=new(PositionId), firm_id=new(FirmId), requirements=requirements(*skills, **changes)
    )


def match(**changes: Any) -> Match:
    given = {
        "match_id": new(MatchId),
        "candidate_id": new(CandidateId),
        "position_id": new(PositionId),
        "firm_id": new(FirmId),
        "score": 0.5,
        "reasons": (),
        "content": "",
        "proposed_at": NOW,
        **changes,
    }
    return Match(**given)


def offer(**changes: Any) -> Offer:
    given = {
        "offer_id": new(OfferId),
        "match_id": new(MatchId),
        "candidate_id": new(CandidateId),
        "position_id": new(PositionId),
        "firm_id": new(FirmId),
        "salary": 5_000_000,
        "starts_on": STARTS_ON,
        "expires_at": NOW,
        "made_at": NOW,
        **changes,
    }
    return Offer(**given)
