"""What a released document said and no service of that version did: to say it right breaks nobody."""

import re
from dataclasses import dataclass
from typing import Final

from deploy.contract.breaks import Break, Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """A difference from a released document that is no break, and why it is none."""

    version: str
    """The released version that said it wrongly."""
    rule: Rule
    where: re.Pattern[str]
    """The places, whole, as the gate names them."""
    details: frozenset[str]
    why: str

    def covers(self, version: str, found: Break) -> bool:
        """Say whether a difference from that version is this one."""
        return (
            version == self.version
            and found.rule == self.rule
            and found.detail in self.details
            and self.where.fullmatch(found.where) is not None
        )


CORRECTIONS: Final = (
    Correction(
        version="1.0.0",
        rule="narrowed",
        where=re.compile(r"\w+ (POST|PATCH|PUT) \S+ header\.(Idempotency-Key|If-Match)"),
        details=frozenset({"minLength none and 1"}),
        why="An empty header was answered as one that is missing.",
    ),
    Correction(
        version="1.0.0",
        rule="narrowed",
        where=re.compile(r"scheduling (POST|PUT) \S+ request\.hours\.\*\.(begins|ends)"),
        details=frozenset({"pattern none and ^([01][0-9]|2[0-3]):[0-5][0-9](:00(\\.0{1,6})?)?$"}),
        why="The format `time` wants an offset and allows seconds, and both were refused.",
    ),
    Correction(
        version="1.0.0",
        rule="widened",
        where=re.compile(r"scheduling (GET|POST|PUT) \S+ 20[01]\.(items\[\]\.)?hours\.\*\.(begins|ends)"),
        details=frozenset({"format none and time"}),
        why="The format `time` wants an offset, and none was ever written: hours are of the wall in somebody's own zone.",
    ),
)


def is_corrected(version: str, found: Break) -> bool:
    """Say whether what is different from a released version is only said rightly now."""
    return any(one.covers(version, found) for one in CORRECTIONS)
