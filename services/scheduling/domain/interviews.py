"""Interviews during a visit."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypedDict

from services.scheduling.domain.calendar import Busy
from services.scheduling.domain.planner import Placed
from shared.events.ids import CandidateId, FirmId, InterviewId, MatchId, PositionId, RoomId, VisitId
from shared.events.scheduling import InterviewCancelled, InterviewHeld, InterviewScheduled
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
    state: Literal["scheduled", "cancelled", "held"] = "scheduled"
    reason: InterviewCancellationReason | None = None
    """Why it was cancelled."""
    outcome: InterviewOutcome | None = None
    """The firm's word."""

    @property
    def takes_part(self) -> tuple[str, ...]:
        """Whose calendars it stands in."""
        return (self.candidate_id, self.firm_id, *((self.room_id,) if self.room_id else ()))

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
    )
    return interview, InterviewScheduled(**_public(interview))


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
