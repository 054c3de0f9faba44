"""Writing: a message, and who it is for, become a letter at the last moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Final

from services.notifications.domain.facts import Facts
from services.notifications.domain.messages import WITHOUT_NAME, Message
from services.notifications.render import Mail, render
from services.notifications.staff import StaffList
from services.notifications.store import people
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reader:
    """Somebody who reads a message."""

    name: str = field(repr=False)
    address: str | None = field(repr=False)
    language: str
    time_zone: str
    key: PersonKey | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letterhead:
    """What every letter says alike."""

    programme: str
    frontend_url: str
    time_zone: str
    """The programme's own, in which what takes place there is told."""


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
        values = {
            **values_of(message),
            "name": reader.name,
            "candidate_name": None if named is None else named.name,
            "programme": self._letterhead.programme,
            "frontend_url": self._letterhead.frontend_url,
            "link": self._link(message, reader.key if with_code else None),
        }
        return Letter(name=reader.name, address=reader.address, mail=self._mail(message, reader, values))

    def _mail(self, message: Message, reader: _Reader, values: Mapping[str, object]) -> Mail:
        return render(
            message.role,
            message.template,
            reader.language,
            reader.time_zone,
            values,
            programme_time_zone=self._letterhead.time_zone,
        )

    async def _reader(self, message: Message, documents: Reader) -> _Reader | None:
        if message.role == "staff":
            return self._staff_reader(message.recipient_id)
        return await self._contact(message.recipient_id, documents)

    def _staff_reader(self, person_id: PersonId) -> _Reader | None:
        member = self._staff.get(person_id)
        if member is None:
            return None
        return _Reader(
            name=member.name, address=member.email, language=member.language, time_zone=member.time_zone
        )

    async def _contact(self, person_id: PersonId, documents: Reader) -> _Reader | None:
        person = await documents.get(people, person_id)
        key = await documents.get(keys, person_id)
        if person is None or person.contact is None or key is None:
            return None
        contact = self._vault.open(key, person.contact, Contact)
        return _Reader(
            name=contact.name,
            address=contact.addresses.email,
            language=person.language or contact.language,
            time_zone=person.time_zone or contact.time_zone,
            key=key,
        )

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


def _order(facts: Facts) -> tuple[float, datetime | str, str, str]:
    """Order what was gathered: proposals by score, lessons by time; by id only last."""
    first = facts.lessons[0].starts_at if facts.lessons else facts.starts_at
    when = "" if first is None else first.isoformat()
    return (
        -(facts.score or 0),
        when or facts.title or "",
        facts.firm_name or "",
        facts.match_id or facts.plan_id or "",
    )
