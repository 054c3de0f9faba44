"""Claims: whose a piece of outgoing work is for some seconds, by the database server's clock."""

import time
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of outgoing work in hand; ``token`` is nobody else's."""

    kind: str
    key: str
    token: str
    attempts: int = 0
    """How many tries have failed."""
    since: float = field(default_factory=time.monotonic, compare=False)
    """When it was asked for (monotonic): it holds no longer than for its seconds from then."""

    @property
    def id(self) -> str:
        """The id of the work's document."""
        return f"{self.kind}:{self.key}"

    @property
    def owner(self) -> str:
        """Whose it is: the word before the dot of its key; without one it is nobody else's."""
        return self.key.partition(".")[0]


class Taker(Protocol):
    """Somebody in this process who does outgoing work, and can begin at once with what is being committed."""

    claim_seconds: float
    """How long a claim of theirs holds."""

    def take(self, kind: str, key: str) -> Claim | None:
        """Claim a piece that will be committed with the claim; None where it is not theirs, or they have enough."""
        ...

    def begin(self, claim: Claim) -> None:
        """Do a piece that has been committed."""
        ...

    def give_back(self, claim: Claim) -> None:
        """Forget a piece that was not committed, or is not known to be."""
        ...


def claimed(claim: Claim, seconds: float) -> dict[str, Any]:
    """Return the document of a piece of work that begins its life with a claim, as an expression of the server's."""
    said = {"_id": claim.id, "kind": claim.kind, "key": claim.key, "claim": claim.token, "attempts": 0}
    return {
        **{name: {"$literal": value} for name, value in said.items()},
        "due_at": from_now(seconds),
    }


def from_now(seconds: float) -> dict[str, Any]:
    """Return the time that is so many seconds ahead by the server's clock."""
    return {"$add": ["$$NOW", int(seconds * 1000)]}
