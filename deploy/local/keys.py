"""The keys of a local run, made once and kept under `.run/keys/`, and tokens of the local issuer.

In production the keys come from wherever secrets are kept; here they are files that only their owner reads.
"""

import base64
import contextlib
import functools
import json
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

ISSUER = "http://issuer.local"
"""Who signs the tokens of a local run."""

ROLES = ("staff", "firm", "candidate", "teacher", "interpreter", "city", "bank", "service")

TOKEN_SECONDS = 12 * 60 * 60

STAFF_PERSON_ID = "5a" * 16
"""The person a staff token is for, and to whom the local run's staff mail goes, unless told otherwise."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """Where each key of a local run lies."""

    issuer: Path
    issuer_jwks: Path
    intake_signing: Path
    intake_master: Path
    notifications: Path
    notifications_public: Path
    notifications_master: Path


def make_keys(folder: Path) -> Keys:
    """Write what is not there yet, readable by its owner alone, and say where all of it is."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keys(
        issuer=folder / "issuer.pem",
        issuer_jwks=folder / "issuer.jwks.json",
        intake_signing=folder / "intake-signing.pem",
        intake_master=folder / "intake-master.key",
        notifications=folder / "notifications.pem",
        notifications_public=folder / "notifications.pub.json",
        notifications_master=folder / "notifications-master.key",
    )
    _write_once(keys.issuer, _signing_key)
    _write_once(keys.intake_signing, _signing_key)
    _write_once(keys.notifications, _sealing_key)
    for file in (keys.intake_master, keys.notifications_master):
        _write_once(file, _random_key)
    _write_once(keys.issuer_jwks, lambda: _public_set(keys.issuer))
    _write_once(keys.notifications_public, lambda: _public_sealing(keys.notifications))
    return keys


def token(keys: Keys, role: str, *, person_id: str | None = None, firm_id: str | None = None) -> str:
    """A bearer token of the local issuer for one role, good for 12 hours of real time.

    A firm's person_id is its firm_id. Without a person_id, staff are always the same one, others a new one.
    """
    person_id = person_id or firm_id or (STAFF_PERSON_ID if role == "staff" else secrets.token_hex(16))
    now = int(time.time())
    claims: dict[str, str | int | list[str]] = {
        "iss": ISSUER,
        "sub": person_id,
        "roles": [role],
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    if firm_id:
        claims["firm_id"] = firm_id
    key = _signing(keys.issuer)
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


def _signing_key() -> bytes:
    return RSAKey.generate_key(2048).as_pem(private=True)


def _sealing_key() -> bytes:
    return ECKey.generate_key("P-256").as_pem(private=True)


def _random_key() -> bytes:
    return base64.b64encode(secrets.token_bytes(32))


@functools.cache
def _signing(file: Path) -> RSAKey:
    # Kept: a key is written once, and reading one takes longer than all else that a token needs.
    return RSAKey.import_key(file.read_bytes())


def _public_set(file: Path) -> bytes:
    key = _signing(file)
    public = key.as_dict(private=False, use="sig", alg="RS256", kid=key.thumbprint())
    return json.dumps({"keys": [public]}, indent=2).encode()


def _public_sealing(file: Path) -> bytes:
    key = ECKey.import_key(file.read_bytes())
    public = key.as_dict(private=False, use="enc", alg="ECDH-ES+A256KW", kid=key.thumbprint())
    return json.dumps(public, indent=2).encode()


def _write_once(file: Path, make: Callable[[], bytes]) -> None:
    """Write a file unless it is there; when two runs do so at once, the first one's stays."""
    if file.exists():
        return
    written = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(make())
    with contextlib.suppress(FileExistsError):
        os.link(written, file)
    written.unlink()
