"""Claims: whose a piece of outgoing work is for some seconds, by the database server's clock."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pymongo import ReturnDocument, UpdateOne

from shared.storage.client import Database
from shared.storage.collection import Key

OUTGOING = "outgoing"


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
    def place(self) -> Key:
        """Where the work's document lies."""
        return outgoing_key(self.kind, self.key)

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


class Claims:
    """The outgoing work of a service, as the database has it."""

    def __init__(self, store: Database) -> None:
        self._outgoing = store[OUTGOING]

    async def search(self, seconds: float, among: Mapping[str, object]) -> Claim | None:
        """Claim for so many seconds what is due and matches, and has waited longest; None where nothing does."""
        since = time.monotonic()
        found = await self._outgoing.find_one_and_update(
            {"$expr": {"$lte": ["$due_at", "$$NOW"]}, **among},
            [{"$set": {"due_at": _from_now(seconds), "claim": new_token()}}],
            sort=[("due_at", 1)],
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            return None
        return Claim(found["kind"], found["key"], found["claim"], found["attempts"], since)

    async def is_there(self, claim: Claim) -> bool:
        """Say whether the work is still to be done, and the claim nobody else's."""
        return await self._outgoing.find_one({"_id": claim.place.id, "claim": claim.token}) is not None

    async def move(self, claim: Claim, seconds: float, attempts: int) -> None:
        """Have it fall due so many seconds from now, unless the claim has run out and is another's by now."""
        await self._outgoing.update_one(
            {"_id": claim.place.id, "claim": claim.token},
            [{"$set": {"due_at": _from_now(seconds), "attempts": attempts}}],
        )


def claimed(claim: Claim, seconds: float) -> UpdateOne:
    """Write a piece of work that begins its life with a claim: the server says until when."""
    said = {"kind": claim.kind, "key": claim.key, "claim": claim.token, "attempts": claim.attempts}
    content = {"_id": claim.place.id, **said}
    literal = {name: {"$literal": value} for name, value in content.items()}
    return UpdateOne(
        {"_id": claim.place.id}, [{"$replaceWith": literal | {"due_at": _from_now(seconds)}}], upsert=True
    )


def outgoing_key(kind: str, key: str) -> Key:
    """Name the document of a piece of outgoing work."""
    return Key(OUTGOING, f"{kind}:{key}")


def new_token() -> str:
    """Make a claim's token."""
    return secrets.token_hex(8)


def _from_now(seconds: float) -> dict[str, Any]:
    """Return the time that is so many seconds ahead by the server's clock."""
    return {"$add": ["$$NOW", int(seconds * 1000)]}
