"""One hire, from the application on: what was told of it, and what each service holds of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tests.faults.checker.evidence import Json

NOW = datetime(2027, 5, 14, 3, tzinfo=UTC)
ROUND, CANDIDATE, APPLICATION, FIRM, POSITION, MATCH, OFFER, VISIT, INTERVIEW, MOVE = (
    f"{number:032x}" for number in range(1, 11)
)
SEAT = f"{VISIT}.{CANDIDATE}"
STAFF = "5a" * 16
PARTIES: Json = {"match_id": MATCH, "candidate_id": CANDIDATE, "position_id": POSITION, "firm_id": FIRM}
TIMES: Json = {"starts_at": "2027-05-10T01:00:00Z", "ends_at": "2027-05-10T02:00:00Z"}
STORY: Sequence[tuple[str, str, str, Json]] = (
    ("intake", "round-opened", ROUND, {"round_id": ROUND}),
    ("matching", "firm-registered", FIRM, {"firm_id": FIRM}),
    ("matching", "position-opened", POSITION, {"position_id": POSITION, "firm_id": FIRM}),
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
    ("matching", "match-proposed", MATCH, PARTIES),
    ("matching", "match-accepted", MATCH, {**PARTIES, "by": "candidate", "complete": False}),
    ("matching", "match-accepted", MATCH, {**PARTIES, "by": "firm", "complete": True}),
    ("scheduling", "visit-opened", VISIT, {"visit_id": VISIT}),
    ("scheduling", "visit-offered", SEAT, {"visit_id": VISIT, "candidate_id": CANDIDATE}),
    ("scheduling", "visit-booked", SEAT, {"visit_id": VISIT, "candidate_id": CANDIDATE}),
    ("scheduling", "interview-scheduled", INTERVIEW, {"interview_id": INTERVIEW, **PARTIES}),
    ("scheduling", "interview-held", INTERVIEW, {"interview_id": INTERVIEW, **PARTIES}),
    ("matching", "offer-made", OFFER, {"offer_id": OFFER, **PARTIES}),
    ("matching", "offer-accepted", OFFER, {"offer_id": OFFER, **PARTIES}),
    (
        "scheduling",
        "relocation-started",
        MOVE,
        {"relocation_id": MOVE, "candidate_id": CANDIDATE, "firm_id": FIRM},
    ),
)
"""Service, event, subject and data, in order."""
Collections = dict[str, Mapping[str, Json]]


def of_intake() -> Collections:
    """What intake holds: whoever applied."""
    return {
        "rounds": {ROUND: {"state": "open", "capacity": 1, "taken": 1}},
        "applications": {APPLICATION: {"candidate_id": CANDIDATE, "round_id": ROUND, "state": "shortlisted"}},
        "candidates": {CANDIDATE: {"record": {"fingerprint": "print"}}},
        "people": {"print": {"candidate_id": CANDIDATE}},
        "keys": {CANDIDATE: {}},
    }


def of_matching() -> Collections:
    """What matching holds: the match and the offer."""
    return {
        "firms": {FIRM: {}},
        "positions": {
            POSITION: {"state": "open", "held": 1, "accepted": 1, "requirements": {"headcount": 1}}
        },
        "pools": {"pool": {"positions": [POSITION]}},
        "candidates": {CANDIDATE: {"applications": {APPLICATION: "shortlisted"}, "profile_of": 1}},
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
    busy = [{**TIMES, "id": INTERVIEW, "what": "interview"}]
    return {
        "candidates": {CANDIDATE: {"applications": {APPLICATION: "shortlisted"}, "record_sequence": 1}},
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
        "calendar": {f"{who}:2027-05-10": {"who": who, "busy": busy} for who in (CANDIDATE, FIRM)},
        "relocations": {MOVE: {"offer_id": OFFER, "state": "started"}},
    }


def of_notifications() -> Collections:
    """What notifications holds: whom to tell."""
    return {
        "people": {CANDIDATE: {"as_of": 1, "contact": "sealed", "time_zone": "Europe/Kyiv"}},
        "keys": {CANDIDATE: {}},
        "firm_names": {FIRM: {}},
        "position_titles": {POSITION: {"as_of": 1}},
    }
