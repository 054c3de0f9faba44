"""One hire, from the application on: what was told of it, and what each service holds of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tests.faults.checker.evidence import Json

NOW = datetime(2027, 5, 14, 3, tzinfo=UTC)
ROUND, CANDIDATE, APPLICATION, FIRM, POSITION, MATCH, OFFER, VISIT, INTERVIEW, MOVE = (
    f"{number:032x}" for number in range(1, 11)
)
SHOWCASE, PLAN, LESSON, TEACHER, REQUEST, ASSESSMENT = (f"{number:032x}" for number in range(11, 17))
SEAT = f"{VISIT}.{CANDIDATE}"
STAFF = "5a" * 16
PARTIES: Json = {"match_id": MATCH, "candidate_id": CANDIDATE, "position_id": POSITION, "firm_id": FIRM}
TIMES: Json = {"starts_at": "2027-05-10T01:00:00Z", "ends_at": "2027-05-10T02:00:00Z"}
TEAM: Json = {
    "showcase_id": SHOWCASE,
    "visit_id": VISIT,
    "theme": "Travel",
    "candidate_ids": [CANDIDATE],
    "firm_ids": [FIRM],
    "starts_at": "2027-05-11T01:00:00Z",
    "ends_at": "2027-05-11T02:00:00Z",
    "place": "here",
}
HELD: Json = {"lesson_id": LESSON, "plan_id": PLAN, "candidate_id": CANDIDATE, "attended": True}
STEP: Json = {"relocation_id": MOVE, "candidate_id": CANDIDATE, "firm_id": FIRM, "step": "visa"}
TESTERS, FIRMS, SCHOOL = (f"/external/{name}" for name in ("tests", "hr", "school"))
OUTSIDE: Sequence[tuple[str, str, str, Mapping[str, str]]] = (
    (TESTERS, "assessment-completed", ASSESSMENT, {"candidate_id": CANDIDATE, "assessment_id": ASSESSMENT}),
    (FIRMS, "position-requested", REQUEST, {"firm_id": FIRM, "request_id": REQUEST}),
    (SCHOOL, "lesson-reported", LESSON, {"lesson_id": LESSON, "candidate_id": CANDIDATE}),
)
"""Source, event, subject and ids of what was told outside."""
STORY: Sequence[tuple[str, str, str, Json]] = (
    ("intake", "round-opened", ROUND, {"round_id": ROUND}),
    ("matching", "firm-registered", FIRM, {"firm_id": FIRM}),
    (
        "matching",
        "position-opened",
        POSITION,
        {"position_id": POSITION, "firm_id": FIRM, "request_id": REQUEST},
    ),
    (
        "intake",
        "candidate-applied",
        CANDIDATE,
        {"candidate_id": CANDIDATE, "application_id": APPLICATION, "round_id": ROUND},
    ),
    (
        "intake",
        "candidate-shortlisted",
        CANDIDATE,
        {"candidate_id": CANDIDATE, "application_id": APPLICATION},
    ),
    ("intake", "candidate-updated", CANDIDATE, {"candidate_id": CANDIDATE}),
    ("matching", "match-proposed", MATCH, PARTIES),
    ("matching", "match-accepted", MATCH, {**PARTIES, "by": "candidate", "complete": False}),
    ("matching", "match-accepted", MATCH, {**PARTIES, "by": "firm", "complete": True}),
    ("scheduling", "visit-opened", VISIT, {"visit_id": VISIT}),
    ("scheduling", "visit-offered", SEAT, {"visit_id": VISIT, "candidate_id": CANDIDATE}),
    ("scheduling", "visit-booked", SEAT, {"visit_id": VISIT, "candidate_id": CANDIDATE}),
    ("scheduling", "interview-scheduled", INTERVIEW, {"interview_id": INTERVIEW, **PARTIES}),
    ("scheduling", "interview-held", INTERVIEW, {"interview_id": INTERVIEW, **PARTIES}),
    ("scheduling", "showcase-scheduled", SHOWCASE, TEAM),
    ("scheduling", "showcase-held", SHOWCASE, TEAM),
    ("scheduling", "lesson-held", PLAN, HELD),
    ("matching", "offer-made", OFFER, {"offer_id": OFFER, **PARTIES}),
    ("matching", "offer-accepted", OFFER, {"offer_id": OFFER, **PARTIES}),
    (
        "scheduling",
        "relocation-started",
        MOVE,
        {"relocation_id": MOVE, "candidate_id": CANDIDATE, "firm_id": FIRM},
    ),
    ("scheduling", "relocation-step-done", MOVE, STEP),
)
"""Service, event, subject and data, in order."""
Collections = dict[str, Mapping[str, Json]]


ASSESSED: Json = {"publisher": TESTERS, "assessment_id": ASSESSMENT}


def of_intake() -> Collections:
    """What intake holds: whoever applied."""
    return {
        "rounds": {ROUND: {"state": "open", "capacity": 1, "taken": 1}},
        "applications": {APPLICATION: {"candidate_id": CANDIDATE, "round_id": ROUND, "state": "shortlisted"}},
        "candidates": {CANDIDATE: {"record": {"fingerprint": "print", "assessments": [ASSESSED]}}},
        "people": {"print": {"candidate_id": CANDIDATE}},
        "keys": {CANDIDATE: {}},
    }


def of_matching() -> Collections:
    """What matching holds: the match and the offer."""
    return {
        "firms": {FIRM: {}},
        "positions": {
            POSITION: {
                "state": "open",
                "held": 1,
                "accepted": 1,
                "requirements": {"headcount": 1},
                "firm_id": FIRM,
                "request_id": REQUEST,
            }
        },
        "pools": {"pool": {"positions": [POSITION]}},
        "candidates": {CANDIDATE: {"applications": {APPLICATION: "shortlisted"}, "profile_of": 3}},
        "matches": {
            MATCH: {
                **PARTIES,
                "state": "made",
                "accepted_by_candidate": True,
                "accepted_by_firm": True,
                "interview": {"outcome": "offer"},
            }
        },
        "offers": {OFFER: {**PARTIES, "state": "accepted"}},
    }


def of_scheduling() -> Collections:
    """What scheduling holds: the visit, the interview and the move."""
    interview = {**PARTIES, **TIMES, "visit_id": VISIT, "state": "held", "outcome": "offer"}
    lesson = {"starts_at": "2027-05-12T01:00:00Z", "ends_at": "2027-05-12T02:00:00Z"}
    taken = (
        ((CANDIDATE, FIRM), {**TIMES, "id": INTERVIEW}),
        ((CANDIDATE, FIRM), {"starts_at": TEAM["starts_at"], "ends_at": TEAM["ends_at"], "id": SHOWCASE}),
        ((CANDIDATE, TEACHER), {**lesson, "id": LESSON}),
    )
    return {
        "candidates": {CANDIDATE: {"applications": {APPLICATION: "shortlisted"}, "record_sequence": 3}},
        "firms": {FIRM: {}},
        "positions": {POSITION: {"is_open": True, "record_sequence": 1}},
        "matches": {MATCH: {"state": "complete"}},
        "visits": {VISIT: {"state": "open", "seats": 1, "held": 1}},
        "seats": {
            SEAT: {
                "visit_id": VISIT,
                "candidate_id": CANDIDATE,
                "state": "booked",
                "starts_on": "2027-05-10",
                "ends_on": "2027-05-21",
            }
        },
        "interviews": {INTERVIEW: interview},
        "calendar": {
            f"{who}:{busy['starts_at'][:10]}": {"who": who, "busy": [busy]}
            for everyone, busy in taken
            for who in everyone
        },
        "showcases": {SHOWCASE: {**TEAM, "state": "held"}},
        "plans": {
            PLAN: {
                "candidate_id": CANDIDATE,
                "state": "planned",
                "lessons": [{**lesson, "lesson_id": LESSON, "teacher_id": TEACHER, "attended": True}],
            }
        },
        "relocations": {
            MOVE: {"offer_id": OFFER, "state": "started", "steps": [{"step": "visa", "is_done": True}]}
        },
    }


def of_notifications() -> Collections:
    """What notifications holds: whom to tell."""
    return {
        "people": {CANDIDATE: {"as_of": 3, "contact": "sealed", "time_zone": "Europe/Kyiv"}},
        "keys": {CANDIDATE: {}},
        "firm_names": {FIRM: {}},
        "position_titles": {POSITION: {"as_of": 1}},
    }
