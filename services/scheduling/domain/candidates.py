"""What scheduling knows of candidates, firms, positions and matches, as their events told it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from shared.events.ids import (
    ApplicationId,
    CandidateId,
    FirmId,
    InterviewId,
    MatchId,
    OfferId,
    PlanId,
    PositionId,
    RelocationId,
    ShowcaseId,
    VisitId,
)
from shared.events.profile import SpokenLanguage
from shared.events.vocabulary import LEVELS, Level

ApplicationState = Literal["applied", "shortlisted", "ended"]
_FURTHER: tuple[ApplicationState, ...] = ("applied", "shortlisted", "ended")
Ending = Literal["withdrawn", "erased", "staff"]
"""Why a candidate is no longer there; `staff`: they declined the application."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """The days for which a candidate has booked a visit."""

    visit_id: VisitId
    starts_on: date
    ends_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A candidate, and all that is planned for them.

    Whatever is planned for a candidate is written here, and so is their ending; of the two, whichever comes
    second sees the first. Erased: nothing is left but that.
    """

    candidate_id: CandidateId
    time_zone: str | None = None
    """None until something is known of them."""
    language: str | None = None
    """The one to be written to in."""
    wants_lessons: bool = False
    spoken: tuple[SpokenLanguage, ...] = ()
    record_sequence: int = 0
    """Of the event that said so: an older one does not overwrite it."""
    applications: Mapping[ApplicationId, ApplicationState] = field(default_factory=dict)
    erased: bool = False
    visits: tuple[VisitId, ...] = ()
    """To which they were invited, in whatever state their seat is."""
    turns: int = 0
    """How often something was decided by what is said here that shows nowhere else in it: see :func:`used`."""
    stays: tuple[Stay, ...] = ()
    interviews: tuple[InterviewId, ...] = ()
    showcases: tuple[ShowcaseId, ...] = ()
    plan_id: PlanId | None = None
    relocations: tuple[RelocationId, ...] = ()
    ended_hires: tuple[OfferId, ...] = ()
    """Of hires that have ended: what was accepted and is told of late starts no move."""

    @property
    def is_shortlisted(self) -> bool:
        """Whether anything may be planned for them."""
        return not self.erased and "shortlisted" in self.applications.values()

    @property
    def is_gone(self) -> bool:
        """Whether they have left: erased, or with no application that goes on."""
        states = self.applications.values()
        return self.erased or (bool(states) and all(state == "ended" for state in states))

    @property
    def japanese(self) -> Level:
        """How well they speak Japanese."""
        levels = [one.level for one in self.spoken if one.language.lower().split("-")[0] == "ja"]
        return max(levels, key=LEVELS.index, default="none")


def recorded(
    candidate: Candidate,
    *,
    time_zone: str,
    language: str,
    wants_lessons: bool,
    spoken: tuple[SpokenLanguage, ...],
    sequence: int,
) -> Candidate:
    """Return the candidate with what is known now, unless something newer is known."""
    if candidate.erased or sequence < candidate.record_sequence:
        return candidate
    return replace(
        candidate,
        time_zone=time_zone,
        language=language,
        wants_lessons=wants_lessons,
        spoken=spoken,
        record_sequence=sequence,
    )


def moved_on(candidate: Candidate, application_id: ApplicationId, state: ApplicationState) -> Candidate:
    """Return the candidate with an application in this state; it never goes back to an earlier one."""
    before = candidate.applications.get(application_id, state)
    further = max(before, state, key=_FURTHER.index)
    return replace(candidate, applications={**candidate.applications, application_id: further})


def used(candidate: Candidate) -> Candidate:
    """Mark that something is planned by what is known here; so that whatever ends meanwhile meets it here."""
    return replace(candidate, turns=candidate.turns + 1)


def left(candidate: Candidate) -> Candidate:
    """Return the candidate with nothing planned any more."""
    return replace(candidate, visits=(), stays=(), interviews=(), showcases=(), plan_id=None, relocations=())


def erased(candidate: Candidate) -> Candidate:
    """Return what is kept of somebody who was erased, so that nothing late brings them back."""
    return Candidate(
        candidate_id=candidate.candidate_id,
        record_sequence=candidate.record_sequence,
        applications=dict.fromkeys(candidate.applications, "ended"),
        erased=True,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Firm:
    """A firm: its name is where its interviews take place."""

    firm_id: FirmId
    name: str
    record_sequence: int
    language: str | None = None
    """The one it is written to in, and interviews in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A position; once closed it stays closed."""

    position_id: PositionId
    firm_id: FirmId
    title: str
    is_open: bool
    record_sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A candidate and a position that have accepted each other, until that ends."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    state: Literal["complete", "ended"]
    interview_id: InterviewId | None = None
    """The interview that is planned for it, or took place."""
    is_called_off: bool = False
    """Whether one side called the interview off, so that it is not planned again by itself."""
