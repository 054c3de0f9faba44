"""What a message tells of: an event's public values, under the names that events and templates share."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Final

from shared.events.event import Event
from shared.events.ids import (
    CandidateId,
    InterpreterId,
    InterviewId,
    MatchId,
    OfferId,
    PlanId,
    RelocationId,
    RoundId,
    VisitId,
)
from shared.events.matching import PositionClosed
from shared.events.profile import Reason
from shared.events.scheduling import PlannedLesson, RelocationStep


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """The values of one event that some template can tell. Never personal data: events hold none.

    What else an event says (a profile, a country) is not kept.
    """

    candidate_id: CandidateId | None = None
    interpreter_id: InterpreterId | None = None
    interview_id: InterviewId | None = None
    match_id: MatchId | None = None
    offer_id: OfferId | None = None
    plan_id: PlanId | None = None
    relocation_id: RelocationId | None = None
    round_id: RoundId | None = None
    visit_id: VisitId | None = None

    firm_name: str | None = None
    title: str | None = None
    """The position's."""
    place: str | None = None
    team: str | None = None
    theme: str | None = None
    reason: str | None = None
    step: str | None = None
    level: str | None = None
    target: str | None = None
    needs_visa: bool | None = None
    salary: int | None = None
    """Yen, gross, a year."""
    score: float | None = None
    taken: int | None = None
    waitlisted: int | None = None
    waitlist_place: int | None = None

    arrived_on: date | None = None
    due_on: date | None = None
    ends_on: date | None = None
    starts_on: date | None = None
    ends_at: datetime | None = None
    expires_at: datetime | None = None
    starts_at: datetime | None = None

    lessons: tuple[PlannedLesson, ...] | None = None
    reasons: tuple[Reason, ...] | None = None
    steps: tuple[RelocationStep, ...] | None = None

    webhook_id: str | None = None
    host: str | None = None
    """Of a webhook's URL: the rest of it may be a secret."""
    error: str | None = None
    """What was wrong with a webhook, as a code."""
    missing_from: datetime | None = None
    """When the first event was published that a webhook has not taken."""


_NAMES: Final = tuple(field.name for field in fields(Facts))


def facts_of(event: Event) -> Facts:
    """Return what an event tells by itself; a firm's name comes from elsewhere, and mostly a title too."""
    told = Facts(**{name: getattr(event, name) for name in _NAMES if hasattr(event, name)})
    if isinstance(event, PositionClosed):
        told = replace(told, title=event.requirements.title)
    return told


def of_teacher(facts: Facts, teacher_id: str) -> Facts:
    """Return the facts with that teacher's own lessons alone, where they are of a plan."""
    if facts.lessons is None:
        return facts
    return replace(facts, lessons=tuple(one for one in facts.lessons if one.teacher_id == teacher_id))
