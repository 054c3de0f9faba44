"""What scheduling publishes: visits, interviews, showcases, lessons, relocations."""

from shared.events.scheduling.interviews import (
    InterviewCancelled,
    InterviewHeld,
    InterviewMoved,
    InterviewScheduled,
)
from shared.events.scheduling.lessons import (
    LessonHeld,
    LessonMoved,
    LessonsFinished,
    LessonsPlanned,
    PlannedLesson,
)
from shared.events.scheduling.relocations import (
    CandidateRelocated,
    RelocationCancelled,
    RelocationStarted,
    RelocationStep,
    RelocationStepDone,
    RelocationStepDue,
)
from shared.events.scheduling.showcases import (
    ShowcaseHeld,
    ShowcaseScheduled,
)
from shared.events.scheduling.visits import (
    VisitAttended,
    VisitBooked,
    VisitCancelled,
    VisitClosed,
    VisitDeclined,
    VisitOffered,
    VisitOpened,
    VisitStepDone,
    VisitStepDue,
)

__all__ = [
    "CandidateRelocated",
    "InterviewCancelled",
    "InterviewHeld",
    "InterviewMoved",
    "InterviewScheduled",
    "LessonHeld",
    "LessonMoved",
    "LessonsFinished",
    "LessonsPlanned",
    "PlannedLesson",
    "RelocationCancelled",
    "RelocationStarted",
    "RelocationStep",
    "RelocationStepDone",
    "RelocationStepDue",
    "ShowcaseHeld",
    "ShowcaseScheduled",
    "VisitAttended",
    "VisitBooked",
    "VisitCancelled",
    "VisitClosed",
    "VisitDeclined",
    "VisitOffered",
    "VisitOpened",
    "VisitStepDone",
    "VisitStepDue",
]
