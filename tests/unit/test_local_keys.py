"""The keys of a local run, and the tokens of its issuer."""

import json
import stat
from dataclasses import fields
from pathlib import Path

from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet

from deploy.local.keys import ISSUER, STAFF_PERSON_ID, Keys, make_keys, token


def claims_of(keys: Keys, text: str) -> dict[str, object]:
    """What a token says, once its signature has been checked with the published keys."""
    published = KeySet.import_key_set(json.loads(keys.issuer_jwks.read_text()))
    return jwt.decode(text, published).claims


def test_keys_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()}
    assert set(modes) == {getattr(keys, one.name).name for one in fields(keys)}
    assert set(modes.values()) == {0o600}


def test_keys_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    make_keys(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    make_keys(tmp_path)

    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_staff_token_is_signed_by_the_local_issuer(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    claims = claims_of(keys, token(keys, "staff"))

    assert (claims["iss"], claims["roles"], claims["sub"]) == (ISSUER, ["staff"], STAFF_PERSON_ID)
    assert "firm_id" not in claims


def test_a_firms_token_is_for_the_firm(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    claims = claims_of(keys, token(keys, "firm", firm_id="f0" * 16))

    assert (claims["sub"], claims["firm_id"]) == ("f0" * 16, "f0" * 16)


def test_what_is_sealed_for_notifications_opens_with_its_private_key(tmp_path: Path) -> None:
    keys = make_keys(tmp_path)
    public = ECKey.import_key(json.loads(keys.notifications_public.read_text()))
    private = ECKey.import_key(keys.notifications.read_bytes())
    sealed = jwe.encrypt_compact({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}, b"a name", public)

    assert jwe.decrypt_compact(sealed, private).plaintext == b"a name"
    assert not public.is_private
