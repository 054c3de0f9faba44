"""Examples of what scheduling publishes about visits, interviews and showcases."""

from datetime import date
from typing import Final

from shared.events.event import Event
from shared.events.examples.people import (
    CANDIDATE,
    FIRM,
    INTERPRETER,
    INTERVIEW,
    MATCH,
    POSITION,
    SHOWCASE,
    TEAM_MATE,
    VISIT,
    at,
)
from shared.events.scheduling import (
    InterviewCancelled,
    InterviewHeld,
    InterviewMoved,
    InterviewScheduled,
    ShowcaseHeld,
    ShowcaseScheduled,
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

_STARTS_ON: Final = date(2027, 6, 21)
_ENDS_ON: Final = date(2027, 7, 4)
_DEMO_DAY: Final = date(2027, 7, 2)
_INTERVIEW_DAY: Final = date(2027, 6, 24)

_SEATS: Final[tuple[Event, ...]] = (
    VisitOpened(visit_id=VISIT, starts_on=_STARTS_ON, ends_on=_ENDS_ON, seats=9),
    VisitClosed(visit_id=VISIT, starts_on=_STARTS_ON, ends_on=_ENDS_ON, seats=9),
    VisitOffered(
        visit_id=VISIT,
        candidate_id=CANDIDATE,
        starts_on=_STARTS_ON,
        ends_on=_ENDS_ON,
        expires_at=at(date(2027, 5, 10), 18),
        needs_visa=True,
    ),
    VisitBooked(visit_id=VISIT, candidate_id=CANDIDATE, starts_on=_STARTS_ON, ends_on=_ENDS_ON),
    VisitDeclined(
        visit_id=VISIT, candidate_id=CANDIDATE, starts_on=_STARTS_ON, ends_on=_ENDS_ON, reason="expired"
    ),
    VisitCancelled(
        visit_id=VISIT, candidate_id=CANDIDATE, starts_on=_STARTS_ON, ends_on=_ENDS_ON, reason="withdrawn"
    ),
    VisitAttended(visit_id=VISIT, candidate_id=CANDIDATE, starts_on=_STARTS_ON, ends_on=_ENDS_ON),
    VisitStepDue(
        visit_id=VISIT, candidate_id=CANDIDATE, step="flight", due_on=date(2027, 5, 31), owner="candidate"
    ),
    VisitStepDone(
        visit_id=VISIT,
        candidate_id=CANDIDATE,
        step="invitation-letter",
        due_on=date(2027, 5, 14),
        owner="staff",
    ),
)

_INTERVIEWS: Final[tuple[Event, ...]] = (
    InterviewScheduled(
        interview_id=INTERVIEW,
        visit_id=VISIT,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        starts_at=at(_INTERVIEW_DAY, 10),
        ends_at=at(_INTERVIEW_DAY, 11),
        place="市役所 会議室1",
        interpreter_id=INTERPRETER,
    ),
    InterviewMoved(
        interview_id=INTERVIEW,
        visit_id=VISIT,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        starts_at=at(_INTERVIEW_DAY, 13, 30),
        ends_at=at(_INTERVIEW_DAY, 14, 30),
        place="市役所 会議室2",
    ),
    InterviewCancelled(
        interview_id=INTERVIEW,
        visit_id=VISIT,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        starts_at=at(_INTERVIEW_DAY, 13, 30),
        ends_at=at(_INTERVIEW_DAY, 14, 30),
        place="市役所 会議室2",
        reason="position-closed",
    ),
    InterviewHeld(
        interview_id=INTERVIEW,
        visit_id=VISIT,
        match_id=MATCH,
        candidate_id=CANDIDATE,
        position_id=POSITION,
        firm_id=FIRM,
        starts_at=at(_INTERVIEW_DAY, 13, 30),
        ends_at=at(_INTERVIEW_DAY, 14, 30),
        place="市役所 会議室2",
        outcome="offer",
    ),
)

_SHOWCASES: Final[tuple[Event, ...]] = (
    ShowcaseScheduled(
        showcase_id=SHOWCASE,
        visit_id=VISIT,
        theme="Travel in the region",
        team="Team 1",
        candidate_ids=(CANDIDATE, TEAM_MATE),
        firm_ids=(FIRM,),
        starts_at=at(_DEMO_DAY, 14),
        ends_at=at(_DEMO_DAY, 14, 20),
        place="市民会館",
    ),
    ShowcaseHeld(
        showcase_id=SHOWCASE,
        visit_id=VISIT,
        theme="Travel in the region",
        team="Team 1",
        candidate_ids=(CANDIDATE, TEAM_MATE),
        firm_ids=(FIRM,),
        starts_at=at(_DEMO_DAY, 14),
        ends_at=at(_DEMO_DAY, 14, 20),
        place="市民会館",
    ),
)

VISITS: Final[tuple[Event, ...]] = (*_SEATS, *_INTERVIEWS, *_SHOWCASES)
"""One of each."""
