"""Verdicts: what is wrong, counted by promise, and each finding in a sentence."""

from dataclasses import dataclass
from typing import Literal, get_args

Promise = Literal[
    "lost", "duplicated", "double_booked", "stuck", "disordered", "parked_again", "smtp_repeats"
]
PROMISES: tuple[Promise, ...] = get_args(Promise)
ALLOWED: frozenset[Promise] = frozenset({"parked_again", "smtp_repeats"})
BROKEN: tuple[Promise, ...] = tuple(one for one in PROMISES if one not in ALLOWED)
"""What must not be."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong (or allowed, see :data:`ALLOWED`), with the ids that prove it."""

    promise: Promise
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """How a run has kept its promises. Zero everywhere but in the last three is what it should be.

    - ``lost``: something that was acknowledged or decided is not there, or has not had its effect.
    - ``duplicated``: something is there, or has had its effect, more often than it was decided.
    - ``double_booked``: more were let in than there is room for, or somebody is twice at one time.
    - ``stuck``: something has not come to an end, or is parked and should not be.
    - ``disordered``: of one subject, events appeared for the first time in another order than theirs.
    - ``parked_again``: how often garbage lies in a parking lot once more, as the connection was lost between the
      move there and the acknowledgement; nothing is lost so, and whoever replays it has its effect once.
    - ``republished``: how often an event lies in the history once more, identical; that is allowed.
    - ``smtp_repeats``: how often a mail was sent again as notifications died while it was talking to the SMTP
      server; that cannot be helped.
    """

    findings: tuple[Finding, ...] = ()
    republished: int = 0

    def count(self, promise: Promise) -> int:
        """Return how many findings there are about a promise."""
        return sum(1 for one in self.findings if one.promise == promise)

    @property
    def is_sound(self) -> bool:
        """Whether every promise was kept."""
        return all(one.promise in ALLOWED for one in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """All counts by name, for a report."""
        return {name: self.count(name) for name in PROMISES} | {"republished": self.republished}
