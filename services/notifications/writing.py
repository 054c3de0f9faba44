"""Writing: a message, and who it is for, become a letter at the last moment."""

from asyncio import gather
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from services.notifications.domain.facts import Facts
from services.notifications.domain.messages import WITHOUT_NAME, Message
from services.notifications.domain.people import Person
from services.notifications.domain.preferences import may_be_switched_off
from services.notifications.render import Mail, render
from services.notifications.staff import StaffList
from services.notifications.store import people
from services.notifications.unsubscribing import token_of
from shared.events.ids import PersonId
from shared.events.private import Contact, LinkCode
from shared.vault import PersonKey, Vault, keys
from shared.web.pages import Reader

GATHERED_AS: Final = {"proposals": "proposals", "lessons-planned": "plans", "lesson-moved": "lessons"}
"""What a template calls the list of what was gathered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A mail with the name and the address on it; neither shows in logs."""

    name: str = field(repr=False)
    address: str | None = field(repr=False)
    """None where no e-mail address is known."""
    mail: Mail = field(repr=False)
    address_number: int = 0
    """Which of the recipient's addresses it is."""
    has_bounced: bool = False
    """Whether mail to it came back."""
    is_wanted: bool = True
    """Whether its recipient wishes to get such messages."""
    unsubscribe_url: str | None = field(default=None, repr=False)
    """Where such messages can be switched off; None where they cannot be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Somebody who might read a message."""

    name: str = field(repr=False)
    candidate_name: str = field(repr=False)
    """Of whom it tells a firm."""
    language: str
    time_zone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """Somebody who reads a message."""

    name: str = field(repr=False)
    address: str | None = field(repr=False)
    language: str
    time_zone: str
    key: PersonKey | None = field(default=None, repr=False)
    person: Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """What every letter says alike."""

    programme: str
    frontend_url: str
    time_zone: str
    """The programme's own, in which what takes place there is told."""
    public_url: str | None = None
    """Where this service is reached from outside; None: mails do not say how to switch them off."""


class Writer:
    """Opens contacts and codes, and writes letters with them."""

    def __init__(self, vault: Vault, staff: StaffList, letterhead: Letterhead) -> None:
        self._vault = vault
        self._staff = staff
        self._letterhead = letterhead

    async def write(self, message: Message, documents: Reader, *, with_code: bool = True) -> Letter | None:
        """Return the letter; None where somebody it is for, or has to name, was erased or is not there.

        Without its code, the link leads to the page where a new one can be asked for.
        """
        reader = await self._reader(message, documents)
        named = None if message.names is None else await self._contact(message.names, documents)
        nameless = message.names is not None and named is None and message.template not in WITHOUT_NAME
        if reader is None or nameless:
            return None
        candidate_name = None if named is None else named.name
        link = self._link(message, reader.key if with_code else None)
        values = self._values(message, reader.name, candidate_name, link)
        person = reader.person
        return Letter(
            name=reader.name,
            address=reader.address,
            mail=self._mail(message, reader.language, reader.time_zone, values),
            address_number=person.address_number,
            has_bounced=person.has_bounced,
            is_wanted=person.preferences.want(message.role, message.template),
            unsubscribe_url=self._unsubscribe_url(message),
        )

    def sample(self, message: Message, reader: Sample) -> Mail:
        """Return what a message says to somebody who is not there; its link leads to the page itself."""
        values = self._values(message, reader.name, reader.candidate_name, self._letterhead.frontend_url)
        return self._mail(message, reader.language, reader.time_zone, values)

    def _values(
        self, message: Message, name: str, candidate_name: str | None, link: str
    ) -> Mapping[str, object]:
        return {
            **values_of(message),
            "name": name,
            "candidate_name": candidate_name,
            "programme": self._letterhead.programme,
            "frontend_url": self._letterhead.frontend_url,
            "link": link,
        }

    def _mail(self, message: Message, language: str, time_zone: str, values: Mapping[str, object]) -> Mail:
        return render(
            message.role,
            message.template,
            language,
            time_zone,
            values,
            programme_time_zone=self._letterhead.time_zone,
        )

    async def _reader(self, message: Message, documents: Reader) -> _Reader | None:
        if message.role == "staff":
            return await self._staff_reader(message.recipient_id, documents)
        return await self._contact(message.recipient_id, documents)

    async def _staff_reader(self, person_id: PersonId, documents: Reader) -> _Reader | None:
        member = self._staff.get(person_id)
        if member is None:
            return None
        person = await documents.get(people, person_id) or Person(person_id=person_id)
        return _Reader(
            name=member.name,
            address=member.email,
            language=person.preferences.language or member.language,
            time_zone=member.time_zone,
            person=person,
        )

    async def _contact(self, person_id: PersonId, documents: Reader) -> _Reader | None:
        looking = documents.get(people, person_id), documents.get(keys, person_id)
        person, key = await gather(*looking)
        if person is None or person.contact is None or key is None:
            return None
        contact = self._vault.open(key, person.contact, Contact)
        return _Reader(
            name=contact.name,
            address=contact.addresses.email,
            language=person.preferences.language or person.language or contact.language,
            time_zone=person.time_zone or contact.time_zone,
            key=key,
            person=person,
        )

    def _unsubscribe_url(self, message: Message) -> str | None:
        base = self._letterhead.public_url
        if base is None or not may_be_switched_off(message.role, message.template):
            return None
        return f"{base}/unsubscribe/{token_of(self._vault, message.message_id)}"

    def _link(self, message: Message, key: PersonKey | None) -> str:
        if key is None or message.link is None:
            return self._letterhead.frontend_url
        code = self._vault.open(key, message.link, LinkCode).code
        return f"{self._letterhead.frontend_url}#{code}"


def values_of(message: Message) -> Mapping[str, object]:
    """Return what the template of a message is given of the events that it tells."""
    if message.gathered:
        return {GATHERED_AS[message.template]: sorted(message.facts, key=_order)}
    facts = message.facts[0] if message.facts else Facts()
    told = {one.name: getattr(facts, one.name) for one in fields(facts)}
    return {name: value for name, value in told.items() if value is not None or name == "interpreter_id"}


def _order(facts: Facts) -> tuple[float, str, str, str]:
    """Order what was gathered: proposals by score, lessons by time; by id only last."""
    first = facts.lessons[0].starts_at if facts.lessons else facts.starts_at
    when = "" if first is None else first.isoformat()
    return (
        -(facts.score or 0),
        when or facts.title or "",
        facts.firm_name or "",
        facts.match_id or facts.plan_id or "",
    )
