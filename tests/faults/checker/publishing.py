"""Outboxes and history: what was decided is told, at least once, always the same, and in its order."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from tests.faults.checker.evidence import Entry, Evidence, Told
from tests.faults.checker.verdict import Finding

OUTSIDE = "/external/"
"""What publishers outside send has no outbox of ours."""
Key = tuple[str, str]


def republished(evidence: Evidence) -> int:
    """Count how often an event lies in the history once more."""
    return len(evidence.history) - len({_key(told) for told in evidence.history})


def judge_publishing(evidence: Evidence) -> Iterator[Finding]:
    """Compare what was decided with what was told."""
    decided = {_key(entry): entry for entry in evidence.outbox if entry.source is not None}
    first: dict[Key, Told] = {}
    for told in evidence.history:
        yield from _as_before(told, first.setdefault(_key(told), told))
    for key, told in first.items():
        yield from _as_decided(told, decided.get(key))
    for key, entry in decided.items():
        if key not in first:
            yield Finding("lost", f"{entry.name} is in the outbox ({entry.state}), and not in the history")
    yield from _complete(evidence)
    yield from _in_order(first.values())
    yield from _documents_agree(evidence)


def _key(one: Entry | Told) -> Key:
    return str(one.source), one.id


def _name(told: Told) -> str:
    return f"{told.source} {told.type} {told.id} of {told.subject}"


def _as_before(told: Told, before: Told) -> Iterator[Finding]:
    if (told.digest, told.headers) != (before.digest, before.headers):
        yield Finding("duplicated", f"{_name(told)} is in the history again with another body or headers")


def _as_decided(told: Told, entry: Entry | None) -> Iterator[Finding]:
    if entry is None:
        if not told.source.startswith(OUTSIDE):
            yield Finding("duplicated", f"{_name(told)} is in the history, and nobody decided it")
        return
    here = (told.type, told.subject, told.sequence, told.digest)
    if here != (entry.type, entry.subject, entry.sequence, entry.digest):
        yield Finding("duplicated", f"{_name(told)} is in the history otherwise than in the outbox")


def _complete(evidence: Evidence) -> Iterator[Finding]:
    """Each subject's events are counted from one, without gaps, and each number once."""
    numbers: dict[Key, Counter[int]] = defaultdict(Counter)
    for entry in evidence.outbox:
        if entry.source is not None and entry.sequence is not None:
            numbers[entry.source, entry.subject][entry.sequence] += 1
    for (source, subject), found in numbers.items():
        missing = sorted(set(range(1, max(found) + 1)) - set(found))
        twice = sorted(number for number, count in found.items() if count > 1)
        if missing:
            yield Finding("lost", f"of {source} {subject}, events {missing} are in no outbox")
        if twice:
            yield Finding("duplicated", f"of {source} {subject}, numbers {twice} were given twice")


def _in_order(first: Iterable[Told]) -> Iterator[Finding]:
    last: dict[Key, int] = {}
    for told in first:
        if told.sequence is None:
            continue
        subject = (told.source, told.subject)
        before = last.get(subject, 0)
        if told.sequence < before:
            yield Finding("disordered", f"{_name(told)} is number {told.sequence}, and came after {before}")
        last[subject] = max(before, told.sequence)


def _documents_agree(evidence: Evidence) -> Iterator[Finding]:
    """The counter in a subject's own document stands where the outbox does."""
    decided: dict[Key, int] = defaultdict(int)
    for entry in evidence.outbox:
        if entry.sequence is not None:
            key = (entry.service, entry.subject)
            decided[key] = max(decided[key], entry.sequence)
    counted: dict[Key, int] = defaultdict(int)
    for service, collections in evidence.documents.items():
        for documents in collections.values():
            for name, document in documents.items():
                key = (service, name)
                counted[key] = max(counted[key], int(document.get("sequence", 0)))
    for (service, subject), last in decided.items():
        if counted.get((service, subject), 0) < last:
            yield Finding("lost", f"{service} decided event {last} of {subject}, whose document is older")
    for (service, subject), last in counted.items():
        if decided.get((service, subject), 0) < last:
            yield Finding("lost", f"{service}'s document {subject} counts {last} events, its outbox fewer")
