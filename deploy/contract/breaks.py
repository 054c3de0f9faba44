"""What a change of the contract may do to somebody who relies on it."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "removed",
    "retyped",
    "narrowed",
    "widened",
    "made-required",
    "made-optional",
    "default-changed",
    "subject-changed",
    "address-changed",
    "closed-off",
    "example-refused",
    "stale",
    "version-used",
]
"""How a change breaks what was released, or what is committed.

- `removed`: something that was there is not there any more; what was renamed is removed.
- `retyped`: it is of another type.
- `narrowed`: what could be written is refused now. `widened`: what is written now would not be understood.
- `made-required`: it has to be there, and had not to. `made-optional`: it may be absent, and was always there.
- `default-changed`: its absence means something else now.
- `subject-changed`, `address-changed`: the event has another subject; it goes another way.
- `closed-off`: who could call without a token cannot any more.
- `example-refused`: an example does not fit its schema, or is not understood.
- `stale`: a committed document is not what the code says.
- `version-used`: documents of this version were released, and they said something else.
"""


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that somebody who relies on the contract would stumble over."""

    rule: Rule
    where: str
    """The event or endpoint, and the field: `intake.round-opened.v1 data.capacity`."""
    detail: str = ""

    def __str__(self) -> str:
        """Put it as a line that a person can act on."""
        return f"{self.where}: {self.rule}" + (f" ({self.detail})" if self.detail else "")
