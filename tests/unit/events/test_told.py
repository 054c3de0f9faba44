"""Who is told what: the contract's table, row by row."""

import pytest

from shared.events import CandidateApplied, Event, MatchAccepted, PositionClosed, VisitDeclined
from shared.events.examples import EXAMPLES
from shared.events.told import TOLD, TOLD_BY_EVENT, applies

# event: recipient template (g: gathered) (?condition)
TABLE = """
candidate-applied: candidate application-received ?placed
candidate-applied: candidate application-waitlisted ?waitlisted
candidate-promoted: candidate candidate-promoted
candidate-shortlisted: candidate candidate-shortlisted
candidate-declined: candidate candidate-declined
candidate-withdrawn: candidate candidate-withdrawn
match-proposed: candidate proposals g
match-proposed: firm proposals g
match-accepted: candidate match-made ?complete
match-accepted: firm match-made ?complete
offer-made: candidate offer-made
offer-withdrawn: candidate offer-withdrawn
offer-expired: candidate offer-expired
offer-expired: firm offer-expired
offer-accepted: candidate hired
offer-accepted: firm offer-accepted
offer-accepted: staff offer-accepted
offer-declined: firm offer-declined
firm-registered: firm welcome
position-closed: firm position-filled ?filled
visit-offered: candidate visit-offered
visit-booked: candidate visit-booked
visit-cancelled: candidate visit-cancelled
visit-declined: candidate visit-declined ?expired
interview-scheduled: candidate interview-scheduled
interview-scheduled: firm interview-scheduled
interview-scheduled: interpreter interview-scheduled
interview-moved: candidate interview-moved
interview-moved: firm interview-moved
interview-moved: interpreter interview-moved
interview-cancelled: candidate interview-cancelled
interview-cancelled: firm interview-cancelled
interview-cancelled: interpreter interview-cancelled
showcase-scheduled: candidate showcase-scheduled
showcase-scheduled: firm showcase-scheduled
lessons-planned: candidate lessons-planned
lessons-planned: teacher lessons-planned g
lesson-moved: candidate lesson-moved
lesson-moved: teacher lesson-moved g
lessons-finished: candidate lessons-finished
visit-step-due: owner visit-step-due
relocation-step-due: owner relocation-step-due
relocation-started: candidate relocation-started
relocation-started: firm relocation-started
candidate-relocated: candidate candidate-relocated
candidate-relocated: firm candidate-relocated
round-closed: staff round-closed
"""


def test_everybody_is_told_what_the_contract_says() -> None:
    rows = [
        f"{told.event.type}: {told.recipient} {told.template}"
        + (" g" if told.gathered else "")
        + (f" ?{told.when}" if told.when else "")
        for told in TOLD
    ]
    assert sorted(rows) == sorted(TABLE.split("\n")[1:-1])


def sent(event: Event) -> set[str]:
    return {told.template for told in TOLD_BY_EVENT[type(event)] if applies(told, event)}


APPLIED = EXAMPLES[CandidateApplied]
ACCEPTED = EXAMPLES[MatchAccepted]
CLOSED = EXAMPLES[PositionClosed]
DECLINED = EXAMPLES[VisitDeclined]


@pytest.mark.parametrize(
    ("event", "templates"),
    [
        (APPLIED.model_copy(update={"waitlist_place": None}), {"application-received"}),
        (APPLIED.model_copy(update={"waitlist_place": 3}), {"application-waitlisted"}),
        (ACCEPTED.model_copy(update={"complete": True}), {"match-made"}),
        (ACCEPTED.model_copy(update={"complete": False}), set()),
        (CLOSED.model_copy(update={"reason": "filled"}), {"position-filled"}),
        (CLOSED.model_copy(update={"reason": "firm"}), set()),
        (DECLINED.model_copy(update={"reason": "expired"}), {"visit-declined"}),
        (DECLINED.model_copy(update={"reason": "own-wish"}), set()),
    ],
)
def test_a_condition_decides_whether_a_message_is_sent(event: Event, templates: set[str]) -> None:
    assert sent(event) == templates
