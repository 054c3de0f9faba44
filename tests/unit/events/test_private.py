"""Private messages, before they are sealed."""

import pytest

from shared.events import Undecodable
from shared.events.ids import NoticeId, PersonId
from shared.events.private import Addresses, Contact, LinkCode, Notice, PrivateMessage, body, read

PERSON = PersonId("7d0f4c6b9e3a4f51a2c8d6e0b1f37c94")

CONTACT = Contact(
    person_id=PERSON,
    role="candidate",
    name="О'Коннор Łukasz",
    addresses=Addresses(email="lukasz@example.org"),
    language="pl",
    time_zone="Europe/Warsaw",
)
CODE = LinkCode(person_id=PERSON, code="s3cret-s3cret-s3cret")
NOTICE = Notice(notice_id=NoticeId("0" * 32), template="already-applied", person_id=PERSON)


@pytest.mark.parametrize("message", [CONTACT, CODE, NOTICE])
def test_a_private_message_arrives_as_it_was_sent(message: PrivateMessage) -> None:
    assert read(body(message)) == message


@pytest.mark.parametrize("secret", ["Łukasz", "lukasz@example.org", "s3cret"])
def test_nothing_personal_is_shown(secret: str) -> None:
    assert secret not in repr((CONTACT, CODE, NOTICE))
    assert secret not in f"{CONTACT} {CODE} {NOTICE}"


def test_a_name_stays_as_it_was_written() -> None:
    decomposed = "Jose\u0301"
    arrived = read(body(CONTACT.model_copy(update={"name": decomposed})))
    assert isinstance(arrived, Contact)
    assert arrived.name == decomposed


def test_an_address_cannot_break_out_of_its_header() -> None:
    with pytest.raises(Undecodable, match=r"addresses\.email"):
        read(body(CONTACT).replace(b"lukasz@example.org", b"a@example.org\\nBcc: b@example.org"))


@pytest.mark.parametrize("data", [b"{}", b'{"kind": "Oksana"}', b"[]"])
def test_an_unknown_kind_is_refused(data: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        read(data)
    assert refused.value.reason == "invalid-data"
    assert "Oksana" not in str(refused.value)


def test_a_field_that_is_not_known_is_ignored() -> None:
    assert read(body(NOTICE).replace(b"{", b'{"more": 1, ', 1)) == NOTICE


def test_a_number_that_json_does_not_have_is_refused() -> None:
    with pytest.raises(Undecodable) as refused:
        read(body(NOTICE).replace(b"{", b'{"more": NaN, ', 1))
    assert refused.value.reason == "bad-json"
