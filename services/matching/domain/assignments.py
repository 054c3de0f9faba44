"""Assignments: answers to who should meet whom."""

from dataclasses import dataclass
from datetime import datetime

from services.matching.domain.engine import Pair
from shared.events.ids import AssignmentId, CandidateId


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """Whom to invite, in order, and which matches they should be interviewed for."""

    assignment_id: AssignmentId
    seats: int
    candidates: tuple[CandidateId, ...]
    pairs: tuple[Pair, ...]
    made_at: datetime
