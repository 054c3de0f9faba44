"""Applications and candidates: what becomes of them, and what is kept of whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.intake.domain.assessments import Assessment
from shared.events.ids import ApplicationId, CandidateId, RoundId
from shared.events.intake import CandidateApplied, CandidateUpdated
from shared.events.profile import Profile
from shared.events.vocabulary import AgeBand, Channel

ApplicationState = Literal[
    "applied", "waitlisted", "shortlisted", "declined", "withdrawn", "repeat", "erased"
]
HOLDS_A_PLACE = frozenset({"applied", "shortlisted"})
"""The states in which an application counts against its round's capacity."""
CAN_END = frozenset({"applied", "waitlisted", "shortlisted"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What is known of a candidate. The contact lies sealed with the candidate's own key."""

    contact: str
    fingerprint: str
    """Stands for the e-mail address; see :class:`Person`."""
    country: str
    language: str
    time_zone: str
    profile: Profile
    wants_lessons: bool
    consent: str
    """The version of the privacy notice that was agreed to."""
    age_band: AgeBand | None = None
    assessments: tuple[Assessment, ...] = ()
    """What was tested, in the order in which it came."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A person, in all rounds. Without a record: erased; the id stays, so that nothing late brings it back."""

    candidate_id: CandidateId
    record: Record | None = None
    applications: Mapping[RoundId, ApplicationId] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Whom an e-mail address belongs to. The id is a keyed hash of it, which tells nothing of the address."""

    fingerprint: str
    candidate_id: CandidateId


@dataclass(frozen=True, kw_only=True, slots=True)
class Application:
    """A candidate's request in one round."""

    application_id: ApplicationId
    candidate_id: CandidateId
    round_id: RoundId
    state: ApplicationState
    applied_at: datetime
    channel: Channel
    country: str | None = None
    """Of residence, as of the day of the application, for staff's lists."""
    waitlist_place: int | None = None
    reason: str | None = None
    """Why it was declined or withdrawn."""


def applied(
    candidate: Candidate, record: Record, application: Application
) -> tuple[Candidate, CandidateApplied]:
    """Let a candidate apply in one more round, with what is known of them now."""
    event = CandidateApplied(
        candidate_id=candidate.candidate_id,
        application_id=application.application_id,
        round_id=application.round_id,
        waitlist_place=application.waitlist_place,
        country=record.country,
        channel=application.channel,
        language=record.language,
        time_zone=record.time_zone,
        profile=record.profile,
        wants_lessons=record.wants_lessons,
        age_band=record.age_band,
    )
    applications = {**candidate.applications, application.round_id: application.application_id}
    return replace(candidate, record=record, applications=applications), event


def updated(candidate: Candidate, record: Record) -> tuple[Candidate, CandidateUpdated | None]:
    """Change what is known of a candidate; there is an event if a public part of it changed."""
    event = announced(candidate.candidate_id, record)
    known = None if candidate.record is None else announced(candidate.candidate_id, candidate.record)
    return replace(candidate, record=record), None if event == known else event


def announced(candidate_id: CandidateId, record: Record) -> CandidateUpdated:
    """Say all that is public of a record, as it is now."""
    return CandidateUpdated(
        candidate_id=candidate_id,
        country=record.country,
        profile=record.profile,
        language=record.language,
        time_zone=record.time_zone,
        wants_lessons=record.wants_lessons,
    )


def erased(application: Application) -> Application:
    """Keep of an application no more than that there was one."""
    return replace(application, state="erased", country=None, reason=None)
