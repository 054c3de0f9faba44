"""Matches: one candidate with one position, from the proposal to its end."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.matching.domain.engine import Scored
from shared.events.ids import CandidateId, FirmId, MatchId, OfferId, PositionId
from shared.events.matching import MatchAccepted, MatchDeclined, MatchProposed
from shared.events.profile import Reason
from shared.events.vocabulary import InterviewOutcome, Party

MatchState = Literal["proposed", "made", "ended"]
Side = Literal["candidate", "firm"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Interview:
    """What a firm said of the last interview that took place."""

    outcome: InterviewOutcome
    ended_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A match. There is one for a candidate and a position, whatever changes."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    score: float
    reasons: tuple[Reason, ...]
    content: str
    """What the score was made from, as a hash: it puts equal scores into an order that does not hang on ids."""
    proposed_at: datetime
    state: MatchState = "proposed"
    accepted_by_candidate: bool = False
    accepted_by_firm: bool = False
    ended_by: Party | None = None
    interview: Interview | None = None
    offer: OfferId | None = None
    """The offer that is open or was accepted; at most one."""
    hired: bool = False
    """Whether that offer was accepted."""

    @property
    def is_open(self) -> bool:
        """Whether the match can still lead somewhere: neither ended, nor come to a hire."""
        return self.state != "ended" and not self.hired

    @property
    def was_interviewed(self) -> bool:
        """Whether an interview took place."""
        return self.interview is not None and self.interview.outcome != "no-show"


def best_first(match: Match) -> tuple[float, str, datetime, str]:
    """Return what matches are sorted by: score, then content, then time, and the id only last."""
    return (-match.score, match.content, match.proposed_at, match.match_id)


def proposed(match: Match) -> MatchProposed:
    """Say that a match was proposed, and why."""
    return MatchProposed(
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        score=match.score,
        reasons=match.reasons,
    )


def scored_again(match: Match, scored: Scored) -> Match:
    """Bring a match's score up to date; what was proposed stays proposed, however low it is now."""
    return replace(match, score=scored.score, reasons=scored.reasons, content=scored.content)


def has_accepted(match: Match, by: Side) -> bool:
    """Say whether this side has accepted the match."""
    return match.accepted_by_candidate if by == "candidate" else match.accepted_by_firm


def accepted(match: Match, by: Side) -> tuple[Match, MatchAccepted]:
    """Accept an open match for one side; it is made when both have accepted."""
    match = replace(
        match,
        accepted_by_candidate=match.accepted_by_candidate or by == "candidate",
        accepted_by_firm=match.accepted_by_firm or by == "firm",
    )
    complete = match.accepted_by_candidate and match.accepted_by_firm
    event = MatchAccepted(
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        by=by,
        complete=complete,
    )
    return (replace(match, state="made") if complete else match), event


def ended(match: Match, by: Party) -> tuple[Match, MatchDeclined]:
    """End a match, whatever it has come to; no offer of it stands any more."""
    event = MatchDeclined(
        match_id=match.match_id,
        candidate_id=match.candidate_id,
        position_id=match.position_id,
        firm_id=match.firm_id,
        by=by,
    )
    return replace(match, state="ended", ended_by=by, offer=None, hired=False), event


def offered(match: Match, offer_id: OfferId) -> Match:
    """Note that an offer was made."""
    return replace(match, offer=offer_id)


def without_offer(match: Match) -> Match:
    """Note that the offer no longer stands; another may be made."""
    return replace(match, offer=None, hired=False)


def interviewed(match: Match, outcome: InterviewOutcome, ended_at: datetime) -> Match:
    """Take in what came of an interview: the last one that took place counts, in whatever order they come."""
    known = match.interview
    if known is not None and (known.outcome != "no-show", known.ended_at) > (outcome != "no-show", ended_at):
        return match
    return replace(match, interview=Interview(outcome=outcome, ended_at=ended_at))


def forgotten(match: Match) -> Match:
    """Keep of an erased candidate's match nothing that says what the candidate can do."""
    return replace(match, reasons=(), content="", score=0.0)
