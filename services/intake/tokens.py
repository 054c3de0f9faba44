"""Candidates' tokens, signed with intake's own key; every service trusts it for the role ``candidate`` alone."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jwt

from shared.events.ids import CandidateId
from shared.keyfiles import load_key
from shared.web.identity import INTAKE_ISSUER, Role

LIFETIME = timedelta(hours=12)


class Tokens:
    """Makes codes and tokens."""

    def __init__(self, signing_key_file: Path) -> None:
        self._key = load_key(signing_key_file)
        self._algorithm = "RS256" if self._key.key_type == "RSA" else "EdDSA"

    def new_code(self) -> str:
        """Make a single-use code (256 bits), fit for a URL."""
        return secrets.token_urlsafe(32)

    def token(self, candidate_id: CandidateId, issued_at: datetime) -> str:
        """Sign a token; the same candidate and moment (real time) always give the same one."""
        claims = {
            "iss": INTAKE_ISSUER,
            "sub": str(candidate_id),
            "roles": [Role.CANDIDATE.value],
            "iat": int(issued_at.timestamp()),
            "exp": int((issued_at + LIFETIME).timestamp()),
        }
        header = {"alg": self._algorithm, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[self._algorithm])

    def jwks(self) -> dict[str, Any]:
        """Return the public key, for whoever checks such tokens."""
        public = self._key.as_dict(private=False) | {"use": "sig", "alg": self._algorithm}
        return {"keys": [public]}


def real_now() -> datetime:
    """Return the real time, which codes and tokens go by."""
    return datetime.now(UTC).replace(microsecond=0)
