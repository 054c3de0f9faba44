"""Interviews during a visit."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypedDict

from services.scheduling.domain.calendar import Busy
from services.scheduling.domain.planner import Placed
from shared.events.ids import (
    CandidateId,
    FirmId,
    InterpreterId,
    InterviewId,
    MatchId,
    PositionId,
    RoomId,
    VisitId,
)
from shared.events.scheduling import InterviewCancelled, InterviewHeld, InterviewMoved, InterviewScheduled
from shared.events.vocabulary import InterviewCancellationReason, InterviewOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Interview:
    """An interview of one candidate by one firm."""

    interview_id: InterviewId
    visit_id: VisitId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    starts_at: datetime
    ends_at: datetime
    place: str
    room_id: RoomId | None = None
    interpreter_id: InterpreterId | None = None
    state: Literal["scheduled", "cancelled", "held"] = "scheduled"
    reason: InterviewCancellationReason | None = None
    """Why it was cancelled."""
    outcome: InterviewOutcome | None = None
    """The firm's word."""

    @property
    def takes_part(self) -> tuple[str, ...]:
        """Whose calendars it stands in."""
        others = (self.room_id, self.interpreter_id)
        return (self.candidate_id, self.firm_id, *(one for one in others if one is not None))

    @property
    def persons(self) -> tuple[str, ...]:
        """Who takes part."""
        return tuple(one for one in self.takes_part if one != self.room_id)

    @property
    def busy(self) -> Busy:
        """The time that it takes."""
        return Busy(starts_at=self.starts_at, ends_at=self.ends_at, what="interview", id=self.interview_id)


class _Public(TypedDict):
    interview_id: InterviewId
    visit_id: VisitId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    starts_at: datetime
    ends_at: datetime
    place: str
    interpreter_id: InterpreterId | None


def _public(interview: Interview) -> _Public:
    """Return what every event of an interview says."""
    return {
        "interview_id": interview.interview_id,
        "visit_id": interview.visit_id,
        "match_id": interview.match_id,
        "candidate_id": interview.candidate_id,
        "position_id": interview.position_id,
        "firm_id": interview.firm_id,
        "starts_at": interview.starts_at,
        "ends_at": interview.ends_at,
        "place": interview.place,
        "interpreter_id": interview.interpreter_id,
    }


def scheduled(
    interview_id: InterviewId, visit_id: VisitId, placed: Placed
) -> tuple[Interview, InterviewScheduled]:
    """Schedule an interview where the planner put it."""
    interview = Interview(
        interview_id=interview_id,
        visit_id=visit_id,
        match_id=placed.wanted.match_id,
        candidate_id=placed.wanted.candidate_id,
        position_id=placed.wanted.position_id,
        firm_id=placed.wanted.firm_id,
        starts_at=placed.starts_at,
        ends_at=placed.ends_at,
        place=placed.place,
        room_id=placed.room_id,
        interpreter_id=placed.interpreter_id,
    )
    return interview, InterviewScheduled(**_public(interview))


def moved(interview: Interview, placed: Placed) -> tuple[Interview, InterviewMoved]:
    """Move an interview to where the planner put it now."""
    after = replace(
        interview,
        starts_at=placed.starts_at,
        ends_at=placed.ends_at,
        place=placed.place,
        room_id=placed.room_id,
        interpreter_id=placed.interpreter_id,
    )
    return after, InterviewMoved(**_public(after))


def cancelled(
    interview: Interview, reason: InterviewCancellationReason
) -> tuple[Interview, InterviewCancelled]:
    """Call an interview off."""
    event = InterviewCancelled(**_public(interview), reason=reason)
    return replace(interview, state="cancelled", reason=reason), event


def held(interview: Interview, outcome: InterviewOutcome) -> tuple[Interview, InterviewHeld]:
    """Keep the firm's word on an interview that is over."""
    event = InterviewHeld(**_public(interview), outcome=outcome)
    return replace(interview, state="held", outcome=outcome), event
