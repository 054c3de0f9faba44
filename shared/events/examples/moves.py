"""Examples of what scheduling publishes about lessons and relocations."""

from datetime import date
from typing import Final

from shared.events.event import Event
from shared.events.examples.people import CANDIDATE, FIRM, LESSON, PLAN, RELOCATION, TEACHER, at
from shared.events.scheduling import (
    CandidateRelocated,
    LessonHeld,
    LessonMoved,
    LessonsFinished,
    LessonsPlanned,
    RelocationCancelled,
    RelocationStarted,
    RelocationStepDone,
    RelocationStepDue,
)
from shared.events.scheduling.lessons import PlannedLesson
from shared.events.scheduling.relocations import RelocationStep

_LESSON_DAY: Final = date(2027, 5, 18)

_LESSONS: Final[tuple[Event, ...]] = (
    LessonsPlanned(
        plan_id=PLAN,
        candidate_id=CANDIDATE,
        level="A1",
        target="A2",
        lessons=(
            PlannedLesson(
                lesson_id=LESSON,
                starts_at=at(_LESSON_DAY, 17),
                ends_at=at(_LESSON_DAY, 18),
                teacher_id=TEACHER,
            ),
        ),
    ),
    LessonMoved(
        plan_id=PLAN,
        lesson_id=LESSON,
        candidate_id=CANDIDATE,
        teacher_id=TEACHER,
        starts_at=at(_LESSON_DAY, 19),
        ends_at=at(_LESSON_DAY, 20),
    ),
    LessonHeld(
        plan_id=PLAN,
        lesson_id=LESSON,
        candidate_id=CANDIDATE,
        teacher_id=TEACHER,
        starts_at=at(_LESSON_DAY, 19),
        ends_at=at(_LESSON_DAY, 20),
        attended=True,
    ),
    LessonsFinished(plan_id=PLAN, candidate_id=CANDIDATE, level="A2"),
)

_RELOCATIONS: Final[tuple[Event, ...]] = (
    RelocationStarted(
        relocation_id=RELOCATION,
        candidate_id=CANDIDATE,
        firm_id=FIRM,
        starts_on=date(2027, 12, 1),
        steps=(
            RelocationStep(step="certificate-of-eligibility", due_on=date(2027, 8, 2), owner="firm"),
            RelocationStep(step="arrival", due_on=date(2027, 11, 24), owner="candidate"),
        ),
    ),
    RelocationStepDue(
        relocation_id=RELOCATION,
        candidate_id=CANDIDATE,
        firm_id=FIRM,
        step="housing",
        due_on=date(2027, 11, 10),
        owner="staff",
    ),
    RelocationStepDone(
        relocation_id=RELOCATION,
        candidate_id=CANDIDATE,
        firm_id=FIRM,
        step="visa",
        due_on=date(2027, 11, 3),
        owner="candidate",
    ),
    RelocationCancelled(
        relocation_id=RELOCATION,
        candidate_id=CANDIDATE,
        firm_id=FIRM,
        step="flight",
        due_on=date(2027, 11, 17),
        owner="candidate",
        reason="withdrawn",
    ),
    CandidateRelocated(
        relocation_id=RELOCATION, candidate_id=CANDIDATE, firm_id=FIRM, arrived_on=date(2027, 11, 23)
    ),
)

MOVES: Final[tuple[Event, ...]] = (*_LESSONS, *_RELOCATIONS)
"""One of each."""
