"""What somebody wishes about their messages, and which messages may be switched off at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

OPTIONAL: Final[Mapping[str, frozenset[str]]] = {
    "candidate": frozenset(
        {"proposals", "match-made", "showcase-scheduled", "lessons-finished", "candidate-relocated"}
    ),
    "firm": frozenset(
        {
            "proposals",
            "match-made",
            "offer-expired",
            "position-filled",
            "showcase-scheduled",
            "relocation-started",
            "candidate-relocated",
        }
    ),
    "staff": frozenset({"round-closed", "offer-accepted"}),
}
"""The templates that may be switched off, by the role in which somebody gets them.

Nobody misses a date, an answer that is waited for, or a decision about themselves by not reading these; what they tell
can be looked up. All others go whatever is wished: all that teachers and interpreters get.
"""

When = Literal["at-once", "evening"]
"""`evening`: what may be switched off waits for 18:00 where the recipient lives."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """What somebody wishes. The default: everything, at once, in the language that their record says."""

    language: str | None = None
    """Absent: the one that their record says."""
    channel: Literal["email"] = "email"
    when: When = "at-once"
    quiet: bool = False
    """Whether all that may be switched off is."""
    off: tuple[str, ...] = ()
    """The templates that are switched off."""
    revision: int = 0
    """How often they were changed."""

    def want(self, role: str, template: str) -> bool:
        """Say whether somebody wants this message; one that cannot be switched off always."""
        return not (may_be_switched_off(role, template) and (self.quiet or template in self.off))

    def put_off(self, role: str, template: str) -> bool:
        """Say whether this message is to wait for the evening."""
        return self.when == "evening" and may_be_switched_off(role, template)


USUAL: Final = Preferences()
"""Of whoever has not said anything."""


def optional(role: str) -> frozenset[str]:
    """Return the templates that may be switched off in this role."""
    return OPTIONAL.get(role, frozenset())


def may_be_switched_off(role: str, template: str) -> bool:
    """Say whether somebody may do without this message."""
    return template in optional(role)
