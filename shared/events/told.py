"""Who is told what, as data.

One message for each event, recipient and template; a *gathered* one for each template, recipient and local
day of theirs, sent at 18:00 there. An event that is not here sends nothing, and after `candidate-erased`
nothing more goes to that person.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from shared.events.event import Event
from shared.events.intake import (
    CandidateApplied,
    CandidateDeclined,
    CandidatePromoted,
    CandidateShortlisted,
    CandidateWithdrawn,
    RoundClosed,
)
from shared.events.matching import (
    FirmRegistered,
    MatchAccepted,
    MatchProposed,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    OfferWithdrawn,
    PositionClosed,
)
from shared.events.scheduling import (
    CandidateRelocated,
    InterviewCancelled,
    InterviewMoved,
    InterviewScheduled,
    LessonMoved,
    LessonsFinished,
    LessonsPlanned,
    RelocationStarted,
    RelocationStepDue,
    ShowcaseScheduled,
    VisitBooked,
    VisitCancelled,
    VisitDeclined,
    VisitOffered,
    VisitStepDue,
)

Recipient = Literal["candidate", "firm", "staff", "teacher", "interpreter", "owner"]
"""Whom a message is for. `owner`: the candidate, the firm or staff, as the step says; `interpreter`: where
there is one; of a showcase every candidate of the team and every firm that comes."""

Condition = Literal["placed", "waitlisted", "complete", "filled", "expired"]
"""What has to be so for the message to be sent.

- `placed`, `waitlisted`: the application has a place in the round, or on its waitlist (`waitlist_place`).
- `complete`: both sides have accepted the match.
- `filled`, `expired`: that is the event's `reason`.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One message that one event sends to one kind of recipient."""

    event: type[Event]
    recipient: Recipient
    template: str
    gathered: bool = False
    """Whether it waits for 18:00 and goes together with others of its kind."""
    when: Condition | None = None
    """What has to be so; absent: always."""


def _tell(
    event: type[Event],
    *recipients: Recipient,
    template: str | None = None,
    gathered: bool = False,
    when: Condition | None = None,
) -> Iterable[Told]:
    """Return a row for each recipient, with the event's own name where no template is named."""
    for recipient in recipients:
        yield Told(
            event=event, recipient=recipient, template=template or event.type, gathered=gathered, when=when
        )


TOLD: Final[tuple[Told, ...]] = (
    *_tell(CandidateApplied, "candidate", template="application-received", when="placed"),
    *_tell(CandidateApplied, "candidate", template="application-waitlisted", when="waitlisted"),
    *_tell(CandidatePromoted, "candidate"),
    *_tell(CandidateShortlisted, "candidate"),
    *_tell(CandidateDeclined, "candidate"),
    *_tell(CandidateWithdrawn, "candidate"),
    *_tell(RoundClosed, "staff"),
    *_tell(FirmRegistered, "firm", template="welcome"),
    *_tell(PositionClosed, "firm", template="position-filled", when="filled"),
    *_tell(MatchProposed, "candidate", "firm", template="proposals", gathered=True),
    *_tell(MatchAccepted, "candidate", "firm", template="match-made", when="complete"),
    *_tell(OfferMade, "candidate"),
    *_tell(OfferWithdrawn, "candidate"),
    *_tell(OfferExpired, "candidate", "firm"),
    *_tell(OfferAccepted, "candidate", template="hired"),
    *_tell(OfferAccepted, "firm", "staff"),
    *_tell(OfferDeclined, "firm"),
    *_tell(VisitOffered, "candidate"),
    *_tell(VisitBooked, "candidate"),
    *_tell(VisitCancelled, "candidate"),
    *_tell(VisitDeclined, "candidate", when="expired"),
    *_tell(VisitStepDue, "owner"),
    *_tell(InterviewScheduled, "candidate", "firm", "interpreter"),
    *_tell(InterviewMoved, "candidate", "firm", "interpreter"),
    *_tell(InterviewCancelled, "candidate", "firm", "interpreter"),
    *_tell(ShowcaseScheduled, "candidate", "firm"),
    *_tell(LessonsPlanned, "candidate"),
    *_tell(LessonsPlanned, "teacher", gathered=True),
    *_tell(LessonMoved, "candidate"),
    *_tell(LessonMoved, "teacher", gathered=True),
    *_tell(LessonsFinished, "candidate"),
    *_tell(RelocationStarted, "candidate", "firm"),
    *_tell(RelocationStepDue, "owner"),
    *_tell(CandidateRelocated, "candidate", "firm"),
)
"""Every message that a public event sends."""

NoticeTemplate = Literal["already-applied", "link"]
"""What a private notice sends, to a candidate: the answer to a repeated application; a new link that was
asked for."""


def _by_event() -> Mapping[type[Event], tuple[Told, ...]]:
    events = dict.fromkeys(told.event for told in TOLD)
    return {event: tuple(told for told in TOLD if told.event is event) for event in events}


TOLD_BY_EVENT: Final = _by_event()
"""The rows of each event that sends anything."""


def applies(told: Told, event: Event) -> bool:
    """Say whether what has to be so for a message is so."""
    match told.when, event:
        case None, _:
            return True
        case "placed", CandidateApplied(waitlist_place=place):
            return place is None
        case "waitlisted", CandidateApplied(waitlist_place=place):
            return place is not None
        case "complete", MatchAccepted(complete=complete):
            return complete
        case ("filled" | "expired") as reason, PositionClosed(reason=found) | VisitDeclined(reason=found):
            return found == reason
        case _:
            return False
