"""Personal data at rest: encrypted with a key of each person's own, so that destroying it destroys the data."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from pydantic import BaseModel

from shared.storage.collection import Collection

ModelT = TypeVar("ModelT", bound=BaseModel)
NONCE = 12
TAG = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonKey:
    """A person's key, wrapped with the service's master key."""

    person_id: str
    wrapped: str


keys = Collection(PersonKey, "keys", id="person_id")


class Vault:
    """Encrypts with a person's key (AES-256-GCM), which itself is wrapped with the master key (RFC 3394)."""

    def __init__(self, master_key_file: Path) -> None:
        self._master = base64.b64decode(master_key_file.read_text())

    def new_key(self, person_id: str) -> PersonKey:
        """Make a key for a person."""
        wrapped = aes_key_wrap(self._master, AESGCM.generate_key(256))
        return PersonKey(person_id=person_id, wrapped=base64.b64encode(wrapped).decode())

    def seal(self, key: PersonKey, content: BaseModel) -> str:
        """Encrypt a model for this person."""
        nonce = os.urandom(NONCE)
        sealed = self._cipher(key).encrypt(nonce, content.model_dump_json().encode(), key.person_id.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, key: PersonKey, sealed: str, kind: type[ModelT]) -> ModelT:
        """Decrypt what was sealed for this person; raises InvalidTag where it was not."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except ValueError as error:
            raise InvalidTag from error
        if len(raw) < NONCE + TAG:
            raise InvalidTag
        return kind.model_validate_json(
            self._cipher(key).decrypt(raw[:NONCE], raw[NONCE:], key.person_id.encode())
        )

    def fingerprint(self, text: str) -> str:
        """Return what always stands for this text and, without the master key, tells nothing of it."""
        return hmac.new(self._master, text.encode(), hashlib.sha256).hexdigest()

    def _cipher(self, key: PersonKey) -> AESGCM:
        return AESGCM(aes_key_unwrap(self._master, base64.b64decode(key.wrapped)))
