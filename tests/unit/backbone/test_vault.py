"""Personal data at rest: opens with the person's own key alone, and not after it was touched."""

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from shared.vault import Vault


class Secret(BaseModel):
    name: str
    email: str | None = None


SECRET = Secret(name="Łukasz О'Коннор 李", email="lukasz@mail.example")


def vault_in(folder: Path, name: str = "master.key") -> Vault:
    file = folder / name
    file.write_text(base64.b64encode(os.urandom(32)).decode())
    return Vault(file)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return vault_in(tmp_path_factory.mktemp("keys"))


@given(name=st.text(st.characters(exclude_categories=["Cs"])), email=st.none() | st.text("abc@.", min_size=1))
def test_what_was_sealed_comes_back_as_it_was(vault: Vault, name: str, email: str | None) -> None:
    key = vault.new_key("a" * 32)
    secret = Secret(name=name, email=email)
    assert vault.open(key, vault.seal(key, secret), Secret) == secret


def test_the_same_content_is_never_sealed_alike(vault: Vault) -> None:
    key = vault.new_key("a" * 32)
    assert vault.seal(key, SECRET) != vault.seal(key, SECRET)


def test_nothing_of_it_can_be_read(vault: Vault) -> None:
    key = vault.new_key("a" * 32)
    raw = base64.b64decode(vault.seal(key, SECRET))
    assert b"mail.example" not in raw
    assert base64.b64decode(key.wrapped) not in raw


@given(data=st.data())
def test_what_was_touched_is_refused(vault: Vault, data: st.DataObject) -> None:
    key = vault.new_key("a" * 32)
    raw = bytearray(base64.b64decode(vault.seal(key, SECRET)))
    index = data.draw(st.integers(0, len(raw) - 1))
    raw[index] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InvalidTag):
        vault.open(key, base64.b64encode(raw).decode(), Secret)


@given(kept=st.integers(0, 60))
def test_what_was_cut_short_is_refused(vault: Vault, kept: int) -> None:
    key = vault.new_key("a" * 32)
    raw = base64.b64decode(vault.seal(key, SECRET))[:kept]
    with pytest.raises(InvalidTag):
        vault.open(key, base64.b64encode(raw).decode(), Secret)


@pytest.mark.parametrize("nonsense", ["", "!", "not base64", "é", "AAA"])
def test_what_was_never_sealed_is_refused(vault: Vault, nonsense: str) -> None:
    with pytest.raises(InvalidTag):
        vault.open(vault.new_key("a" * 32), nonsense, Secret)


def test_another_persons_key_does_not_open_it(vault: Vault) -> None:
    key, other = vault.new_key("a" * 32), vault.new_key("b" * 32)
    sealed = vault.seal(key, SECRET)
    for wrong in (other, replace(key, person_id="b" * 32), replace(other, person_id="a" * 32)):
        with pytest.raises(InvalidTag):
            vault.open(wrong, sealed, Secret)


def test_another_master_key_does_not_open_it(vault: Vault, tmp_path: Path) -> None:
    key = vault.new_key("a" * 32)
    with pytest.raises(InvalidUnwrap):
        vault_in(tmp_path).open(key, vault.seal(key, SECRET), Secret)


def test_a_fingerprint_is_always_the_same_and_the_masters_own(vault: Vault, tmp_path: Path) -> None:
    assert vault.fingerprint("a@b.example") == vault.fingerprint("a@b.example")
    assert vault.fingerprint("a@b.example") != vault.fingerprint("A@b.example")
    assert vault.fingerprint("a@b.example") != vault_in(tmp_path).fingerprint("a@b.example")
