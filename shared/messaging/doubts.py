"""Subjects in doubt: which events the broker does not take, and which of many it was that broke the link."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import structlog

from shared.messaging.errors import Refused
from shared.storage.outbox import Entry
from shared.waiting import back_off

Chain = Sequence[Entry]
"""Entries of one subject, in their order."""
MOST = 10_000
"""So many subjects are kept apart. Where there are more, it is not the subjects: all are tried anew."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Doubt:
    """How often a subject's event has failed alone, and until when (monotonic) it is left alone."""

    failures: int = 0
    until: float = 0.0


class Doubts:
    """Keeps subjects apart whose events were not taken, so that they hold up nobody else.

    What the broker refuses says so itself. What breaks the link (a right that is missing closes the channel, a
    frame that is too large the connection) takes along whatever is in flight with it: of those, each goes alone the
    next time, and the one that breaks the link again is found. It is tried ever more seldom, and alone.
    """

    def __init__(self) -> None:
        self._by_subject: dict[str, Doubt] = {}

    def others(self) -> dict[str, object]:
        """Return a filter for entries of subjects that need not be left alone now."""
        now = time.monotonic()
        left_alone = [subject for subject, doubt in self._by_subject.items() if doubt.until > now]
        return {"subject": {"$nin": left_alone}} if left_alone else {}

    def sort(self, chains: Iterable[Chain]) -> list[list[Chain]]:
        """Return which chains go side by side: first all that nobody doubts, then each of the others."""
        sure: list[Chain] = []
        doubtful: list[list[Chain]] = []
        for chain in chains:
            if chain[0].subject in self._by_subject:
                doubtful.append([chain])
            else:
                sure.append(chain)
        return [sure, *doubtful] if sure else doubtful

    def judge(self, chain: Chain, outcome: BaseException | None, *, alone: bool) -> None:
        """Take in how a chain fared, and whether nothing else was in flight."""
        subject = chain[0].subject
        if outcome is None:
            self._by_subject.pop(subject, None)
            return
        if len(self._by_subject) >= MOST:
            self._by_subject.clear()
        doubt = self._by_subject.setdefault(subject, Doubt())
        if alone or isinstance(outcome, Refused):
            self._blame(doubt, subject, outcome)

    def _blame(self, doubt: Doubt, subject: str, error: BaseException) -> None:
        doubt.failures += 1
        delay = back_off(doubt.failures)
        doubt.until = time.monotonic() + delay
        log.error(
            "event not taken",
            subject=subject,
            failures=doubt.failures,
            error=type(error).__name__,
            retry_in=delay,
        )


def by_subject(entries: Sequence[Entry]) -> list[Chain]:
    """Group entries by subject, each group in its order."""
    chains: dict[str, list[Entry]] = {}
    for entry in entries:
        chains.setdefault(entry.subject, []).append(entry)
    return list(chains.values())
