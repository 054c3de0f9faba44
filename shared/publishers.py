"""Publishers outside: who of them may say what, and what becomes of what cannot be taken in.

What comes from outside bears its publisher's own source, `/external/<name>`; settings go by that name. That
it is the publisher's own is not checked: whoever has a user on the broker is trusted with that.
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Final

from pydantic import StringConstraints

from shared.messaging.errors import Unreadable

EVERY: Final = "*"
"""In place of a name or an id: every one of them."""
PublisherName = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,62})$")]
"""What stands after `/external/` in a publisher's source; `*`: whatever stands there."""


class Refused(Unreadable):
    """An event from outside that no retry can mend, but its author can: it is parked at once.

    ``reason`` is stable. ``detail`` says which field is meant, and what would be right; it quotes no value.
    """


class Publishers:
    """Which publishers may speak, and for whom: a setting of the service that listens to them."""

    def __init__(self, setting: str, allowed: Mapping[str, Collection[str]]) -> None:
        self._setting = setting
        self._allowed = allowed

    def require(self, source: str, spoken_for: str = EVERY) -> None:
        """Raise Refused unless who has this source may speak for this firm (absent: for everybody)."""
        if not {EVERY, spoken_for}.intersection(self._for(source)):
            detail = f"the setting {self._setting} does not allow it to this publisher"
            raise Refused("publisher-not-allowed", detail)

    def names(self, source: str, spoken_for: str) -> bool:
        """Say whether the setting names this firm itself, and not only every one."""
        return spoken_for in self._for(source)

    def _for(self, source: str) -> frozenset[str]:
        name = source.rpartition("/")[2]
        return frozenset({*self._allowed.get(name, ()), *self._allowed.get(EVERY, ())})


def kept_as(source: str, given_id: str) -> str:
    """Return what an id that a publisher gave is kept under: the same id of another publisher is another."""
    return f"{source}/{given_id}"
