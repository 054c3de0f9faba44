"""Examples of what notifications publishes, and of what somebody outside may."""

from typing import Final

from shared.events.event import Event
from shared.events.examples.people import (
    ASSESSMENT,
    CANDIDATE,
    FIRM,
    LESSON,
    MESSAGE,
    RECIPIENT,
    REQUEST,
    REQUIREMENTS,
)
from shared.events.external import AssessmentCompleted, LessonReported, PositionRequested
from shared.events.notifications import MessageFailed, MessageSent
from shared.events.profile import Skill

NOTIFICATIONS: Final[tuple[Event, ...]] = (
    MessageSent(
        message_id=MESSAGE,
        recipient_id=RECIPIENT,
        role="candidate",
        template="application-received",
        channel="email",
    ),
    MessageFailed(
        message_id=MESSAGE,
        recipient_id=RECIPIENT,
        role="candidate",
        template="visit-booked",
        channel="email",
        reason="bounced",
    ),
)
"""One of each that notifications publishes."""

EXTERNAL: Final[tuple[Event, ...]] = (
    PositionRequested(firm_id=FIRM, request_id=REQUEST, requirements=REQUIREMENTS),
    AssessmentCompleted(
        candidate_id=CANDIDATE, assessment_id=ASSESSMENT, skills=(Skill(name="Python", years=5),)
    ),
    LessonReported(lesson_id=LESSON, candidate_id=CANDIDATE, attended=True),
)
"""One of each that somebody outside may publish."""
