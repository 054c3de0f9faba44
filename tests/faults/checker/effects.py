"""Effects: what each event has to have led to in the services that read it."""

from collections.abc import Callable, Iterator, Mapping

from tests.faults.checker.evidence import Entry, Evidence, Json
from tests.faults.checker.verdict import Finding

NOTHING: Json = {}
Missing = Iterator[str]
"""Where an effect is not to be seen."""


def judge_effects(evidence: Evidence) -> Iterator[Finding]:
    """Look for the effect of every event that has one."""
    for kind, look in _EFFECTS.items():
        for event in evidence.events(kind):
            for where in look(evidence, event):
                yield Finding("lost", f"{event.name} has had no effect in {where}")


def _in(evidence: Evidence, service: str, collection: str, name: object) -> Json:
    return evidence.collection(service, collection).get(str(name), NOTHING)


def _candidate(evidence: Evidence, service: str, event: Entry) -> Json:
    return _in(evidence, service, "candidates", event.data["candidate_id"])


def _application(*states: str) -> Callable[[Evidence, Entry], Missing]:
    """Look whether the application is in one of these states where it is known; nothing is asked of who was erased."""

    def look(evidence: Evidence, event: Entry) -> Missing:
        for service in ("matching", "scheduling"):
            found = _candidate(evidence, service, event)
            state = found.get("applications", {}).get(event.data["application_id"])
            if not found.get("erased") and state not in states:
                yield f"{service}.candidates: the application is {state}"

    return look


def _applied(evidence: Evidence, event: Entry) -> Missing:
    if event.data["application_id"] not in evidence.collection("intake", "applications"):
        yield "intake.applications"
    yield from _application("applied", "shortlisted", "ended")(evidence, event)
    yield from _updated(evidence, event)
    yield from _known_in_person(evidence, event)


def _known_in_person(evidence: Evidence, event: Entry) -> Missing:
    """Look whether intake knows whose address it is, and notifications how to reach them, unless they were erased."""
    candidate_id = event.data["candidate_id"]
    record = _in(evidence, "intake", "candidates", candidate_id).get("record")
    if not record:
        return
    person = _in(evidence, "intake", "people", record["fingerprint"])
    if person.get("candidate_id") != candidate_id:
        yield "intake.people"
    if not _in(evidence, "notifications", "people", candidate_id).get("contact"):
        yield "notifications.people: no contact is known"
    for service in ("intake", "notifications"):
        if candidate_id not in evidence.collection(service, "keys"):
            yield f"{service}.keys"


def _updated(evidence: Evidence, event: Entry) -> Missing:
    """Look whether what is known is as new as the event."""
    places = (
        ("matching", "candidates", "profile_of"),
        ("scheduling", "candidates", "record_sequence"),
        ("notifications", "people", "as_of"),
    )
    for service, collection, field in places:
        found = _in(evidence, service, collection, event.data["candidate_id"])
        if not found.get("erased") and int(found.get(field, -1)) < (event.sequence or 0):
            yield f"{service}.{collection}, which goes by an older one"


def _erased(evidence: Evidence, event: Entry) -> Missing:
    candidate_id = event.data["candidate_id"]
    for service, collection in (
        ("matching", "candidates"),
        ("scheduling", "candidates"),
        ("notifications", "people"),
    ):
        if not _in(evidence, service, collection, candidate_id).get("erased"):
            yield f"{service}.{collection}"
    if _in(evidence, "intake", "candidates", candidate_id).get("record"):
        yield "intake.candidates: the record is still there"
    for service in ("intake", "notifications"):
        if candidate_id in evidence.collection(service, "keys"):
            yield f"{service}.keys: the key is still there"


def _kept(*places: tuple[str, str]) -> Callable[[Evidence, Entry], Missing]:
    """Look for the subject's document in other services."""

    def look(evidence: Evidence, event: Entry) -> Missing:
        for service, collection in places:
            if event.subject not in evidence.collection(service, collection):
                yield f"{service}.{collection}"

    return look


def _position_opened(evidence: Evidence, event: Entry) -> Missing:
    """Look whether others know it, and whether it is in the pool of positions exactly while it is open."""
    yield from _kept(("scheduling", "positions"), ("notifications", "position_titles"))(evidence, event)
    is_open = _in(evidence, "matching", "positions", event.subject).get("state") == "open"
    if is_open != (event.subject in _in(evidence, "matching", "pools", "pool").get("positions", ())):
        yield "matching.pools"


def _position_changed(evidence: Evidence, event: Entry) -> Missing:
    for service, collection, field in (
        ("scheduling", "positions", "record_sequence"),
        ("notifications", "position_titles", "as_of"),
    ):
        found = _in(evidence, service, collection, event.subject)
        if int(found.get(field, 0)) < (event.sequence or 0):
            yield f"{service}.{collection}, which goes by an older one"


def _position_closed(evidence: Evidence, event: Entry) -> Missing:
    if _in(evidence, "scheduling", "positions", event.subject).get("is_open", True):
        yield "scheduling.positions: it is open"


def _made(evidence: Evidence, event: Entry) -> Missing:
    if event.data.get("complete"):
        yield from _kept(("scheduling", "matches"))(evidence, event)


def _unmade(evidence: Evidence, event: Entry) -> Missing:
    if _in(evidence, "scheduling", "matches", event.subject).get("state") != "ended":
        yield "scheduling.matches: it has not ended"


def _interviewed(evidence: Evidence, event: Entry) -> Missing:
    if not _in(evidence, "matching", "matches", event.data["match_id"]).get("interview"):
        yield "matching.matches: no interview is known"


def _hired(evidence: Evidence, event: Entry) -> Missing:
    """Look for the move; nothing is started for who has left."""
    candidate = _candidate(evidence, "scheduling", event)
    if candidate.get("erased") or "ended" in candidate.get("applications", {}).values():
        return
    moves = evidence.collection("scheduling", "relocations").values()
    if not any(one["offer_id"] == event.data["offer_id"] for one in moves):
        yield "scheduling.relocations"


_EFFECTS: Mapping[str, Callable[[Evidence, Entry], Missing]] = {
    "candidate-applied": _applied,
    "candidate-updated": _updated,
    "candidate-shortlisted": _application("shortlisted", "ended"),
    "candidate-declined": _application("ended"),
    "candidate-withdrawn": _application("ended"),
    "candidate-erased": _erased,
    "firm-registered": _kept(("scheduling", "firms"), ("notifications", "firm_names")),
    "position-opened": _position_opened,
    "position-changed": _position_changed,
    "position-closed": _position_closed,
    "match-accepted": _made,
    "match-declined": _unmade,
    "interview-held": _interviewed,
    "offer-accepted": _hired,
}
