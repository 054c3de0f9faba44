"""The matching engine: how well a candidate and a position suit each other, and who should meet whom.

This is the seam where a better engine goes: whoever calls ``rank`` and ``assign`` knows nothing of how they
come to their answer. It sees what somebody can do and wants, never who that is, and is deterministic.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.matching.domain.positions import Position
from services.matching.domain.scoring import fingerprint, reasons_for
from shared.events.ids import CandidateId, FirmId, MatchId, PositionId
from shared.events.profile import Profile, Reason

PRECISION = 4
"""Decimals of a score and of its points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """How well a position suits a candidate. The reasons' points add up to the score."""

    position: Position
    score: float
    reasons: tuple[Reason, ...]
    content: str
    """What the score was made from, as a hash; see :func:`fingerprint`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """A match both sides of which want to meet."""

    match_id: MatchId
    candidate_id: CandidateId
    position_id: PositionId
    firm_id: FirmId
    score: float


@dataclass(frozen=True, slots=True)
class Meeting:
    """Whom to invite, best first, and which of their matches are worth an interview, best first."""

    candidates: tuple[CandidateId, ...]
    pairs: tuple[Pair, ...]


def rank(profile: Profile, positions: Iterable[Position]) -> list[Scored]:
    """Score a candidate's profile against positions, best first; equal scores are ordered by content."""
    written = profile.model_dump_json()
    scored = [_scored(profile, written, position) for position in positions]
    return sorted(scored, key=lambda one: (-one.score, one.content, one.position.position_id))


def _scored(profile: Profile, written: str, position: Position) -> Scored:
    reasons = reasons_for(profile, position.requirements)
    return Scored(
        position=position,
        score=max(0.0, round(sum(reason.points for reason in reasons), PRECISION)),
        reasons=reasons,
        content=fingerprint(written, position.requirements),
    )


def assign(pairs: Sequence[Pair], seats: int, per_candidate: int) -> Meeting:
    """Choose whom to invite onto so many seats, and whom they should meet.

    ``pairs`` come best first. Greedy: whoever has the best pair comes first; nobody meets more than
    ``per_candidate``.
    """
    counts: dict[CandidateId, int] = {}
    chosen: list[Pair] = []
    for pair in pairs:
        if pair.candidate_id not in counts and len(counts) == seats:
            continue
        met = counts.get(pair.candidate_id, 0)
        if met < per_candidate:
            counts[pair.candidate_id] = met + 1
            chosen.append(pair)
    return Meeting(tuple(counts), tuple(chosen))
