"""Private messages: sealed so that notifications alone can read them, wherever they pass or lie."""

from pathlib import Path

from joserfc import jwe
from pydantic import BaseModel

from shared.events.private import PrivateMessage, body, read
from shared.keyfiles import load_key
from shared.messaging.errors import Unreadable

HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
ALGORITHMS = list(HEADER.values())


class Sealer:
    """Seals private messages with notifications' public key."""

    def __init__(self, public_key_file: Path) -> None:
        self._key = load_key(public_key_file)

    def seal(self, message: PrivateMessage) -> str:
        """Return the message as a compact JWE."""
        return jwe.encrypt_compact(HEADER, body(message), self._key, algorithms=ALGORITHMS)


class Unsealer:
    """Opens what was sealed for notifications."""

    def __init__(self, private_key_file: Path) -> None:
        self._key = load_key(private_key_file)

    def open(self, sealed: bytes) -> BaseModel:
        """Return the private message; raises Unreadable or Undecodable, which quote nothing of it."""
        try:
            plain = jwe.decrypt_compact(sealed, self._key, algorithms=ALGORITHMS).plaintext or b""
        except Exception as error:  # anything may come of what a stranger has written as a header
            raise Unreadable("not-sealed-for-us", type(error).__name__) from error
        return read(plain)
