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
from shared.events.told import TOLD

_CANDIDATES: Final[frozenset[type[Event]]] = frozenset(
    {
        CandidateApplied,
        CandidateUpdated,
        CandidateShortlisted,
        CandidateDeclined,
        CandidateWithdrawn,
        CandidateErased,
    }
)

_NAMES_AND_TITLES: Final[frozenset[type[Event]]] = frozenset(
    {FirmRegistered, FirmChanged, PositionOpened, PositionChanged}
)

READERS: Final[Mapping[str, frozenset[type[Event]]]] = {
    "intake": frozenset({AssessmentCompleted}),
    "matching": _CANDIDATES | {InterviewHeld, PositionRequested},
    "scheduling": _CANDIDATES
    | _NAMES_AND_TITLES
    | {PositionClosed, MatchAccepted, MatchDeclined, OfferAccepted, HireEnded}
    | {LessonReported},
    "notifications": frozenset(told.event for told in TOLD)
    | _NAMES_AND_TITLES
    | {CandidateUpdated, CandidateErased},
}
"""The events that each service reads from its own queue."""
