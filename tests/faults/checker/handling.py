"""Inboxes and effects: what a service reads is handled once, and has its effect."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tests.faults.checker.contract import ONCE, READS
from tests.faults.checker.evidence import Entry, Evidence, Json
from tests.faults.checker.verdict import Finding

PRIVATE = "private"
"""Under which source private messages are remembered."""
CONTACTS = "notifications.contacts"


def judge_handling(evidence: Evidence) -> Iterator[Finding]:
    """Compare the history with each service's inbox, and with what each has made of it."""
    for service in READS:
        yield from _handled(evidence, service)
    yield from _happened_once(evidence)
    yield from _one_record(evidence)


def _handled(evidence: Evidence, service: str) -> Iterator[Finding]:
    published = {_key(told.source, told.id): told.type for told in evidence.history}
    wanted = {key: kind for key, kind in published.items() if kind.partition(".")[0] in READS[service]}
    queues = {f"{service}.events"}
    if service == "notifications":
        wanted |= {_key(PRIVATE, one.id): "private" for one in evidence.outbox if one.source is None}
        queues.add(CONTACTS)
    remembered = Counter(evidence.inbox.get(service, ()))
    injected = {one.message_id for one in evidence.injected if one.queue in queues}
    # What is parked and should not be is stuck, and not lost. Some of the injected bear the id of a real event.
    parked = {one.message_id for one in evidence.parked if one.queue in queues} - injected
    for key, kind in wanted.items():
        if key not in remembered and key.rpartition(":")[2] not in parked:
            yield Finding("lost", f"{service} has never handled {kind} {key}")
    for key, times in remembered.items():
        if times > 1:
            yield Finding("duplicated", f"{service} has handled {key} {times} times")
        if key not in wanted and key.rpartition(":")[2] not in injected:
            yield Finding("duplicated", f"{service} has handled {key}, which is not for it, or nobody's")


def _key(source: str, message_id: str) -> str:
    return f"{source}:{message_id}"


def _happened_once(evidence: Evidence) -> Iterator[Finding]:
    """What can happen to a thing once was told once, whatever the ids of the events are."""
    for kind, fields in ONCE.items():
        told = Counter(_values(entry, fields) for entry in evidence.events(kind))
        for thing, times in told.items():
            if times > 1:
                yield Finding("duplicated", f"{kind} of {' '.join(thing)} was decided {times} times")


def _values(entry: Entry, fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(entry.data.get(field)) for field in fields)


def _one_record(evidence: Evidence) -> Iterator[Finding]:
    """A person is there once, applies once in a round, and has one match with a position."""
    applications = evidence.collection("intake", "applications").values()
    standing = (one for one in applications if one["state"] not in {"repeat", "erased"})
    yield from _unique("applications", standing, "candidate_id", "round_id")
    known = (
        one["record"] for one in evidence.collection("intake", "candidates").values() if one.get("record")
    )
    yield from _unique("candidates", known, "fingerprint")
    matches = evidence.collection("matching", "matches").values()
    yield from _unique("matches", matches, "candidate_id", "position_id")
    relocations = evidence.collection("scheduling", "relocations").values()
    yield from _unique("relocations", relocations, "offer_id")
    plans = evidence.collection("scheduling", "plans").values()
    yield from _unique("lesson plans", (one for one in plans if one["state"] == "planned"), "candidate_id")


def _unique(name: str, documents: Iterable[Json], *fields: str) -> Iterator[Finding]:
    for values, times in Counter(tuple(str(one[field]) for field in fields) for one in documents).items():
        if times > 1:
            yield Finding("duplicated", f"there are {times} {name} of {' '.join(values)}")
