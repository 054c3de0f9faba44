"""Ids: 32 lower-case hexadecimal digits, each of a type of its own."""

import hashlib
import secrets
from typing import TypeVar

IdT = TypeVar("IdT", bound=str)


def new(kind: type[IdT]) -> IdT:
    """Make a random id of this kind (128 bits)."""
    return kind(secrets.token_hex(16))


def derived(kind: type[IdT], *parts: str) -> IdT:
    """Make the one id that these parts always give, so that making it twice makes one thing."""
    return kind(hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest())
