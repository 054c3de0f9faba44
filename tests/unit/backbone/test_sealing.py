"""Private messages: notifications alone reads them, and says of what it cannot read only that."""

import base64
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.keys import make_keys
from shared.events import Undecodable
from shared.events.examples.people import CANDIDATE
from shared.events.ids import PersonId
from shared.events.private import LinkCode
from shared.messaging.errors import Unreadable
from shared.sealing import Sealer, Unsealer

CODE = LinkCode(person_id=PersonId(CANDIDATE), code="a-code-of-sixteen-or-more")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def sealer(folder: Path) -> Sealer:
    return Sealer(make_keys(folder).notifications_public)


@pytest.fixture(scope="module")
def unsealer(folder: Path) -> Unsealer:
    return Unsealer(make_keys(folder).notifications)


def test_what_was_sealed_comes_back_as_it_was(sealer: Sealer, unsealer: Unsealer) -> None:
    sealed = sealer.seal(CODE)
    assert unsealer.open(sealed.encode()) == CODE
    assert "sixteen" not in sealed


@given(data=st.data())
def test_what_was_touched_is_unreadable(sealer: Sealer, unsealer: Unsealer, data: st.DataObject) -> None:
    sealed = bytearray(sealer.seal(CODE).encode())
    index = data.draw(st.integers(0, len(sealed) - 2))
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.{\x00\xff"
    sealed[index] = data.draw(st.sampled_from(sorted(set(letters) - {sealed[index]})))
    with suppress(Unreadable, Undecodable):
        assert unsealer.open(bytes(sealed)) == CODE, "the last letter of a part has bits that mean nothing"


@given(nonsense=st.binary(max_size=200) | st.text("abc.-_{}=", max_size=80).map(str.encode))
def test_nonsense_is_unreadable(unsealer: Unsealer, nonsense: bytes) -> None:
    with pytest.raises(Unreadable) as raised:
        unsealer.open(nonsense)
    assert raised.value.reason == "not-sealed-for-us"


def test_what_was_sealed_for_somebody_else_is_unreadable(unsealer: Unsealer, tmp_path: Path) -> None:
    elsewhere = Sealer(make_keys(tmp_path).notifications_public)
    with pytest.raises(Unreadable):
        unsealer.open(elsewhere.seal(CODE).encode())


@pytest.mark.parametrize(
    "header",
    [
        b'{"alg":"dir","enc":"A256GCM"}',
        b'{"alg":"none","enc":"A256GCM"}',
        b'{"alg":"ECDH-ES+A256KW","enc":"A256GCM"}',
        b'{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":{"kty":"oct","k":"AAAA"}}',
        b'{"alg":"ECDH-ES+A256KW","enc":"A256GCM","epk":7}',
        b'{"alg":["ECDH-ES+A256KW"],"enc":{}}',
        b"[]",
        b"7",
    ],
)
def test_a_header_that_is_not_ours_is_unreadable(sealer: Sealer, unsealer: Unsealer, header: bytes) -> None:
    _, rest = sealer.seal(CODE).split(".", 1)
    forged = base64.urlsafe_b64encode(header).rstrip(b"=") + b"." + rest.encode()
    with pytest.raises(Unreadable):
        unsealer.open(forged)
