"""States: each thing is in the state that the last event about it tells of."""

from collections.abc import Iterator, Mapping

from tests.faults.checker.evidence import Entry, Evidence
from tests.faults.checker.verdict import Finding

MOVES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("intake", "rounds"): {"round-opened": "open", "round-closed": "closed"},
    ("matching", "positions"): {
        "position-opened": "open",
        "position-changed": "open",
        "position-closed": "closed",
    },
    ("matching", "matches"): {"match-declined": "ended"},
    ("matching", "offers"): {
        "offer-made": "open",
        "offer-accepted": "accepted",
        "offer-declined": "declined",
        "offer-expired": "expired",
        "offer-withdrawn": "withdrawn",
    },
    ("scheduling", "visits"): {"visit-opened": "open", "visit-closed": "closed"},
    ("scheduling", "seats"): {
        "visit-offered": "offered",
        "visit-booked": "booked",
        "visit-declined": "declined",
        "visit-cancelled": "cancelled",
        "visit-attended": "attended",
    },
    ("scheduling", "interviews"): {
        "interview-scheduled": "scheduled",
        "interview-moved": "scheduled",
        "interview-cancelled": "cancelled",
        "interview-held": "held",
    },
    ("scheduling", "showcases"): {"showcase-held": "held"},
    ("scheduling", "plans"): {"lessons-planned": "planned", "lessons-finished": "finished"},
    ("scheduling", "relocations"): {
        "relocation-started": "started",
        "candidate-relocated": "relocated",
        "relocation-cancelled": "cancelled",
    },
    ("notifications", "messages"): {"message-sent": "sent", "message-failed": "failed"},
}
"""By service and collection: the state that an event moves the thing that it is about to. Others move nothing."""
APPLICATIONS: Mapping[str, str] = {
    "candidate-applied": "applied",
    "candidate-promoted": "applied",
    "candidate-shortlisted": "shortlisted",
    "candidate-declined": "declined",
    "candidate-withdrawn": "withdrawn",
}


def judge_standing(evidence: Evidence) -> Iterator[Finding]:
    """Compare states with events."""
    for (service, collection), moves in MOVES.items():
        documents = evidence.collection(service, collection)
        for subject, event in _last(evidence, service, moves).items():
            yield from _stands(event, moves, subject, documents.get(subject, {}).get("state"))
    yield from _applications(evidence)
    yield from _made(evidence)
    yield from _steps(evidence)


def _last(evidence: Evidence, service: str, moves: Mapping[str, str]) -> dict[str, Entry]:
    """Return each subject's last event of these."""
    last: dict[str, Entry] = {}
    for event in evidence.events(*moves):
        before = last.get(event.subject)
        if event.service == service and (before is None or (before.sequence or 0) < (event.sequence or 0)):
            last[event.subject] = event
    return last


def _stands(event: Entry, moves: Mapping[str, str], subject: str, state: object) -> Iterator[Finding]:
    wanted = moves[(event.type or "").partition(".")[0]]
    if state is not None and state != wanted:  # what is missing altogether is found elsewhere
        yield Finding("lost", f"{event.name} says that {subject} is {wanted}, and it is {state}")


def _applications(evidence: Evidence) -> Iterator[Finding]:
    """An application goes by its own events, which are about its candidate."""
    last: dict[str, Entry] = {}
    for event in evidence.events(*APPLICATIONS):
        before = last.get(event.data["application_id"])
        if before is None or (before.sequence or 0) < (event.sequence or 0):
            last[event.data["application_id"]] = event
    for application_id, event in last.items():
        state = evidence.collection("intake", "applications").get(application_id, {}).get("state")
        if state != "erased":
            waits = "waitlist_place" in event.data and state == "waitlisted"
            yield from _stands(event, APPLICATIONS, application_id, "applied" if waits else state)


def _made(evidence: Evidence) -> Iterator[Finding]:
    """A match has been accepted by whom the events say, and is made when that is both."""
    for event in evidence.events("match-accepted"):
        match = evidence.collection("matching", "matches").get(event.subject, {})
        if not match.get(f"accepted_by_{event.data['by']}"):
            yield Finding("lost", f"{event.name} is of {event.data['by']}, and the match does not know")
        if event.data.get("complete") and match.get("state") == "proposed":
            yield Finding("lost", f"{event.name} makes the match, and it is not made")


def _steps(evidence: Evidence) -> Iterator[Finding]:
    """A step of a move is done exactly where an event says so."""
    moves = evidence.collection("scheduling", "relocations")
    told = {(event.subject, event.data["step"]) for event in evidence.events("relocation-step-done")}
    noted = {
        (move_id, step["step"])
        for move_id, move in moves.items()
        for step in move.get("steps", ())
        if step["is_done"]
    }
    for move_id, step in sorted(told ^ noted):
        what = "not told of" if (move_id, step) in noted else "told of, and not done"
        yield Finding("lost", f"step {step} of move {move_id} is {what}")
