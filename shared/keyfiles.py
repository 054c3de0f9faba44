"""Keys from files, as settings name them: PEM or JWK."""

import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, OKPKey, RSAKey

AnyKey = RSAKey | ECKey | OKPKey
BY_TYPE: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}


def load_key(file: Path) -> AnyKey:
    """Read a key: a private one in PEM, or any as a JWK; its id is its thumbprint unless it has one."""
    text = file.read_text()
    key = _from_pem(text) if text.startswith("-----BEGIN") else _from_jwk(text)
    key.ensure_kid()
    return key


def _from_jwk(text: str) -> AnyKey:
    parsed = json.loads(text)
    return BY_TYPE[parsed["kty"]].import_key(parsed)


def _from_pem(text: str) -> AnyKey:
    match load_pem_private_key(text.encode(), password=None):
        case RSAPrivateKey():
            return RSAKey.import_key(text)
        case EllipticCurvePrivateKey():
            return ECKey.import_key(text)
        case _:
            return OKPKey.import_key(text)
