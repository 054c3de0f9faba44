"""Letters: what is written to whom, and how it travels."""

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from services.notifications.domain.facts import Facts, facts_of
from services.notifications.domain.messages import Message
from services.notifications.domain.recipients import recipients
from services.notifications.languages import Language
from services.notifications.letters import Sender, parcel, travelling
from services.notifications.render import Mail
from services.notifications.staff import StaffList, StaffMember
from services.notifications.store import people
from services.notifications.writing import Letter, Letterhead, Writer, values_of
from shared.events import Event
from shared.events.ids import MatchId, PersonId
from shared.events.matching import MatchProposed
from shared.events.private import Addresses, Contact, LinkCode
from shared.events.scheduling import InterviewCancelled, InterviewScheduled, LessonsPlanned
from shared.events.told import TOLD, Told
from shared.storage.collection import Collection
from shared.vault import Vault, keys
from shared.web.pages import Reader
from tests.unit.notifications.builders import CANDIDATE, FIRM, NOW, like, message, person

DocumentT = TypeVar("DocumentT")
PAGE = "https://enmusubi.example/me"
NAME = 'О\'Коннор, Łukasz (李) "Ł"'
SENDER = Sender(
    name="縁結び Izumo", address="a@izumo.example", reply_to="b@izumo.example", domain="izumo.example"
)
STAFF = StaffMember.model_validate(
    {"person_id": "5a" * 16, "name": "出雲 太郎", "email": "staff@izumo.example"}
)


class Shelf(Reader):
    """Documents in memory."""

    def __init__(self) -> None:
        self._documents: dict[tuple[str, str], Any] = {}

    def put(self, collection: Collection[DocumentT], document: DocumentT) -> None:
        self._documents[collection.name, collection.id_of(document)] = document

    def remove(self, collection: Collection[Any], id_: str) -> None:
        del self._documents[collection.name, id_]

    async def get(self, collection: Collection[DocumentT], id: str) -> DocumentT | None:  # noqa: A002
        found: DocumentT | None = self._documents.get((collection.name, id))
        return found


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def writer(vault: Vault) -> Writer:
    return Writer(
        vault, StaffList([STAFF]), Letterhead(programme="Enmusubi", frontend_url=PAGE, time_zone="Asia/Tokyo")
    )


@pytest.fixture
def introduce(vault: Vault, shelf: Shelf) -> Callable[..., None]:
    """Put a person's contact on the shelf."""

    def put(person_id: PersonId, **changed: Any) -> None:
        made = {
            "name": NAME,
            "addresses": Addresses(email="o@example.org"),
            "language": "uk",
            "time_zone": "Europe/Kyiv",
        }
        contact = Contact(person_id=person_id, role="candidate", **{**made, **changed})
        key = vault.new_key(person_id)
        shelf.put(keys, key)
        shelf.put(people, person(person_id, contact=vault.seal(key, contact)))

    return put


def of(told: Told, event: Event) -> Message:
    """Make the message of a row of the contract's table."""
    role, recipient_id = recipients(told, event, [STAFF.person_id])[0]
    facts = replace(facts_of(event), firm_name="島根ソフト", title="Backend engineer")
    return message(
        role=role, recipient_id=recipient_id, template=told.template, facts=(facts,), gathered=told.gathered
    )


def cases() -> list[Any]:
    """Return every message of the contract, of the contract's examples, for each owner where there is one."""
    made = []
    for told in TOLD:
        owners = ["candidate", "firm", "staff"] if told.recipient == "owner" else [None]
        for owner in owners:
            changed = (
                {"owner": owner}
                if owner
                else {"reason": "other-offer"}
                if told.template == "offer-withdrawn"
                else {}
            )
            if told.recipient == "interpreter":
                changed = {"interpreter_id": "1e" * 16}
            made.append(
                pytest.param(
                    told, like(told.event, **changed), id=f"{told.event.type} {told.recipient} {owner}"
                )
            )
    return made


@pytest.mark.parametrize(("told", "event"), cases())
async def test_every_message_can_be_written_from_its_event(
    told: Told, event: Event, writer: Writer, shelf: Shelf, introduce: Callable[..., None]
) -> None:
    one = of(told, event)
    introduce(one.recipient_id)
    introduce(PersonId(getattr(event, "candidate_id", CANDIDATE)))
    letter = await writer.write(one, shelf)
    assert letter is not None
    assert letter.mail.subject
    assert "None" not in letter.mail.text


async def test_a_link_carries_the_code_in_the_mail_alone(
    writer: Writer, shelf: Shelf, vault: Vault, introduce: Callable[..., None]
) -> None:
    introduce(CANDIDATE)
    key = await shelf.get(keys, CANDIDATE)
    assert key is not None
    link = vault.seal(key, LinkCode(person_id=CANDIDATE, code="code-code-code-code"))
    mail = await written(writer, message(template="link", link=link), shelf)
    assert f"{PAGE}#code-code-code-code" in mail.mail.text
    shown = await writer.write(message(template="link", link=link), shelf, with_code=False)
    assert shown is not None
    assert "code-code-code-code" not in shown.mail.text


async def written(writer: Writer, one: Message, shelf: Shelf) -> Letter:
    letter = await writer.write(one, shelf)
    assert letter is not None
    return letter


async def test_a_firm_learns_a_name_that_is_still_known(
    writer: Writer, shelf: Shelf, introduce: Callable[..., None]
) -> None:
    introduce(FIRM, name="島根ソフト", language="ja")
    introduce(CANDIDATE)
    mails = {}
    for event in (InterviewScheduled, InterviewCancelled):
        facts = replace(
            facts_of(like(event, candidate_id=CANDIDATE)), firm_name="島根ソフト", title="Backend engineer"
        )
        mails[event] = message(role="firm", recipient_id=FIRM, template=event.type, facts=(facts,))
        assert NAME in (await written(writer, mails[event], shelf)).mail.text
    shelf.remove(keys, CANDIDATE)
    assert await writer.write(mails[InterviewScheduled], shelf) is None
    assert NAME not in (await written(writer, mails[InterviewCancelled], shelf)).mail.text


async def test_nothing_is_written_to_somebody_without_a_key(
    writer: Writer, shelf: Shelf, introduce: Callable[..., None]
) -> None:
    introduce(CANDIDATE)
    shelf.remove(keys, CANDIDATE)
    assert await writer.write(message(), shelf) is None


async def test_nothing_is_written_to_staff_who_have_left(writer: Writer, shelf: Shelf) -> None:
    assert await writer.write(message(role="staff", recipient_id=PersonId("5c" * 16)), shelf) is None


def proposal(score: float, title: str, match_id: str) -> Facts:
    reason = like(MatchProposed).reasons[0].model_copy(update={"points": score})
    event = like(MatchProposed, score=score, reasons=(reason,), match_id=MatchId(match_id * 16))
    return replace(facts_of(event), title=title, firm_name="島根ソフト")


def test_proposals_stand_with_the_best_first() -> None:
    facts = (proposal(0.5, "b", "11"), proposal(0.9, "c", "22"), proposal(0.5, "a", "33"))
    told = values_of(message(template="proposals", facts=facts, gathered=True))["proposals"]
    assert [one.title for one in told] == ["c", "a", "b"]  # type: ignore[attr-defined]


def test_plans_stand_in_the_order_of_their_first_lessons() -> None:
    later = facts_of(like(LessonsPlanned))
    assert later.lessons is not None
    moved = later.lessons[0].model_copy(update={"starts_at": NOW.replace(year=2026)})
    earlier = replace(later, lessons=(moved,))
    told = values_of(message(template="lessons-planned", facts=(later, earlier), gathered=True))["plans"]
    assert told == [earlier, later]


def read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


async def test_a_letter_travels_in_ascii_and_arrives_as_it_was_written(
    writer: Writer, shelf: Shelf, introduce: Callable[..., None]
) -> None:
    introduce(CANDIDATE)
    letter = await written(writer, message(template="candidate-shortlisted"), shelf)
    sealed = parcel(letter, "o@example.org", message(template="candidate-shortlisted"), SENDER, NOW)
    assert sealed.content.isascii()
    assert max(map(len, sealed.content.splitlines())) <= 998
    mail = read(sealed.content)
    assert mail["To"].addresses[0].display_name == NAME
    assert mail["From"].addresses[0].display_name == "縁結び Izumo"
    assert mail["Reply-To"] == "b@izumo.example"
    assert mail["Subject"] == letter.mail.subject
    assert mail["Message-ID"] == f"<{message().message_id}@izumo.example>"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["Content-Language"] == "uk"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Enmusubi-Template"] == "candidate-shortlisted"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().replace("\r\n", "\n") == letter.mail.text


@given(
    words=some.lists(some.text("абвїєabc出雲", min_size=1, max_size=14), min_size=1, max_size=9).map(" ".join)
)
@example(words="Місце для вас у поїздці до Ідзумо")
def test_a_subject_and_a_name_keep_their_spaces_on_every_line(words: str) -> None:
    letter = Letter(name=words, address=None, mail=Mail(subject=words, text="", language=Language.UK))
    sealed = parcel(letter, "o@example.org", message(template="candidate-shortlisted"), SENDER, NOW)
    assert sealed.content.isascii()
    mail = message_from_bytes(sealed.content)
    assert str(make_header(decode_header(mail["Subject"]))) == words
    assert str(make_header(decode_header(mail["To"]))) == f"{words} <o@example.org>"


@pytest.mark.parametrize("address", ["o@example.org", "太郎@出雲.jp"])
@pytest.mark.parametrize(
    "name",
    [
        "Smith, " + "J" * 150,
        "a" * 76 + " <x@example.org>, " + "b" * 60,
        "x" * 90 + " ," + "y" * 90,
        "=?utf-8?q?Somebody_else?=",
        'O\'Neil, "Bob" (x@example.org)',
        "a\u2028\u2028b",
    ],
)
def test_no_name_adds_a_recipient_or_ends_the_headers(name: str, address: str) -> None:
    letter = Letter(name=name, address=None, mail=Mail(subject="Hello", text="Text", language=Language.EN))
    sealed = parcel(letter, address, message(template="candidate-shortlisted"), SENDER, NOW)
    mail = message_from_bytes(sealed.content)
    shown = " ".join(name.splitlines())
    if address.isascii():  # the library cannot read the other sort back
        assert str(make_header(decode_header(mail["To"]))) == f"{shown} <{address}>"
        assert [one.addr_spec for one in read(sealed.content)["To"].addresses] == [address]
    assert mail["Subject"] == "Hello"
    assert str(mail.get_payload()).strip() == "Text"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("o@exämple.jp", "o@xn--exmple-cua.jp"),
        ("太郎@出雲.jp", "太郎@出雲.jp"),
        ("o@example.org\nBcc: x@example.org", None),
        ("nobody", None),
        ("", None),
    ],
)
def test_an_address_travels_in_ascii_where_it_can(address: str, expected: str | None) -> None:
    assert travelling(address) == expected


async def test_an_address_that_is_not_ascii_asks_for_a_server_that_takes_it(
    writer: Writer, shelf: Shelf, introduce: Callable[..., None]
) -> None:
    introduce(CANDIDATE)
    letter = await written(writer, message(template="candidate-shortlisted"), shelf)
    sealed = parcel(letter, "太郎@出雲.jp", message(template="candidate-shortlisted"), SENDER, NOW)
    assert sealed.needs_utf8
    assert "<太郎@出雲.jp>".encode() in sealed.content
