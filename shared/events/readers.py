"""Who reads what, as data: topology, tests and documents are made from it.

Reporting, and whoever is outside, read everything from the history.
"""

from collections.abc import Mapping
from typing import Final

from shared.events.event import Event
from shared.events.external import AssessmentCompleted, LessonReported, PositionRequested
from shared.events.intake import (
    CandidateApplied,
    CandidateDeclined,
    CandidateErased,
    CandidateShortlisted,
    CandidateUpdated,
    CandidateWithdrawn,
)
from shared.events.matching import (
    FirmChanged,
    FirmRegistered,
    HireEnded,
    MatchAccepted,
    MatchDeclined,
    OfferAccepted,
    PositionChanged,
    PositionClosed,
    PositionOpened,
)
from shared.events.scheduling import InterviewHeld
from shared.events.told import TOLD_BY_EVENT


def _events(*classes: type[Event]) -> frozenset[type[Event]]:
    return frozenset(classes)


_CANDIDATES: Final = _events(
    CandidateApplied,
    CandidateUpdated,
    CandidateShortlisted,
    CandidateDeclined,
    CandidateWithdrawn,
    CandidateErased,
)

_NAMES_AND_TITLES: Final = _events(FirmRegistered, FirmChanged, PositionOpened, PositionChanged)

READERS: Final[Mapping[str, frozenset[type[Event]]]] = {
    "intake": _events(AssessmentCompleted),
    "matching": _CANDIDATES | _events(InterviewHeld, PositionRequested),
    "scheduling": _CANDIDATES
    | _NAMES_AND_TITLES
    | _events(PositionClosed, MatchAccepted, MatchDeclined, OfferAccepted, HireEnded, LessonReported),
    "notifications": _events(*TOLD_BY_EVENT, CandidateUpdated, CandidateErased) | _NAMES_AND_TITLES,
}
"""The events that each service reads from its own queue."""
