"""Interviews during a visit."""

from typing import Annotated

from shared.events.event import Event
from shared.events.ids import CandidateId, FirmId, InterpreterId, InterviewId, MatchId, PositionId, VisitId
from shared.events.texts import Line
from shared.events.times import Moment
from shared.events.value import at_least
from shared.events.vocabulary import InterviewCancellationReason, InterviewOutcome


class _OfInterview(Event):
    interview_id: InterviewId
    visit_id: VisitId
    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    starts_at: Moment
    """When it begins."""
    ends_at: Annotated[Moment, at_least("starts_at")]
    """When it ends."""
    place: Line
    """Where it takes place."""
    interpreter_id: InterpreterId | None = None
    """Who interprets; absent: nobody."""


class InterviewScheduled(
    _OfInterview, source="scheduling", type="interview-scheduled", subject="interview_id"
):
    """An interview was planned, for a match that both sides accepted."""


class InterviewMoved(_OfInterview, source="scheduling", type="interview-moved", subject="interview_id"):
    """An interview's time, place or interpreter changed: these are the new ones."""


class InterviewCancelled(
    _OfInterview, source="scheduling", type="interview-cancelled", subject="interview_id"
):
    """An interview will not take place. Everybody's time is free again."""

    reason: InterviewCancellationReason
    """Who called it off (`candidate`, `firm`, `staff`), or what made it pointless: the candidate has withdrawn or
    was erased (`withdrawn`, `erased`), or the position closed (`position-closed`)."""


class InterviewHeld(_OfInterview, source="scheduling", type="interview-held", subject="interview_id"):
    """An interview is over, and the firm said what came of it."""

    outcome: InterviewOutcome
    """The firm's word: it will make an offer, it will not, it does not know yet; `no-show`: it did not take place."""
