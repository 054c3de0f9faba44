"""Links: how a candidate, who has no password, gets a token."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.events.ids import CandidateId

LIVES = timedelta(days=7)
SAME_KEY = timedelta(minutes=10)
"""For how long a retry with the same Idempotency-Key gets its token again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A single-use code, of which a hash is kept."""

    code_hash: str
    candidate_id: CandidateId
    expires_at: datetime
    used_at: datetime | None = None
    used_with: str | None = None


def used(link: Link, key: str | None, now: datetime) -> Link | None:
    """Use a code (real time); None where it was used before by somebody else, or has run out."""
    if link.used_at is None:
        return replace(link, used_at=now, used_with=key) if now < link.expires_at else None
    again = key is not None and key == link.used_with and now < link.used_at + SAME_KEY
    return link if again else None
