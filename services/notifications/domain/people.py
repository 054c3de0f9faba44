"""People: how to reach them, which codes they have for their links, and what waits for either."""

from dataclasses import dataclass, replace

from services.notifications.domain.preferences import USUAL, Preferences
from shared.events.ids import MessageId, PersonId
from shared.events.vocabulary import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody whom messages are for.

    One document, which everything that waits for this person writes: so no message can miss the contact or
    the code that arrives at the same moment. Contact and codes lie sealed with the person's own key.
    """

    person_id: PersonId
    erased: bool = False
    """Asked to be forgotten: the id stays, so that nothing late brings anything back."""
    role: Role | None = None
    contact: str | None = None
    """Sealed; absent until it has arrived."""
    contact_of: int = 0
    """The stamp of the private message that it came by."""
    address_number: int = 0
    """How often the e-mail address in it became another one: which one a mail went to."""
    has_bounced: bool = False
    """Whether mail to that address came back: nothing more is sent there until it is another one."""
    language: str | None = None
    time_zone: str | None = None
    as_of: int = 0
    """The sequence of the public event that language and time zone were taken from; 0: from the contact."""
    codes: tuple[str, ...] = ()
    """Sealed codes that no message carries yet, oldest first."""
    waiting: tuple[MessageId, ...] = ()
    """Messages that wait for this person's contact or code, oldest first."""
    preferences: Preferences = USUAL


def reachable(
    person: Person, contact: str, *, role: Role, language: str, time_zone: str, stamp: int, moved: bool
) -> Person:
    """Take over a contact, unless a later one has come; language and time zone only where no event has said them.

    ``moved``: its e-mail address is another one than before, and so may be tried again.
    """
    if stamp < person.contact_of:
        return person
    person = replace(person, contact=contact, contact_of=stamp, role=role)
    if moved:
        person = replace(person, address_number=person.address_number + 1, has_bounced=False)
    return person if person.as_of else replace(person, language=language, time_zone=time_zone)


def located(person: Person, *, language: str, time_zone: str, sequence: int) -> Person:
    """Take over what a public event says of somebody, unless a later one has said it already."""
    if person.erased or sequence <= person.as_of:
        return person
    return replace(person, language=language, time_zone=time_zone, as_of=sequence)


def forgotten(person: Person) -> Person:
    """Leave nothing of a person but the id."""
    return Person(person_id=person.person_id, erased=True)


def bounced(person: Person, address_number: int) -> Person:
    """Note that mail to an address came back; one that has been replaced meanwhile does not matter any more."""
    return replace(person, has_bounced=True) if address_number == person.address_number else person


def wishing(person: Person, preferences: Preferences) -> Person:
    """Keep what somebody wishes, as the next revision; the same again changes nothing."""
    known = person.preferences
    if replace(preferences, revision=known.revision) == known:
        return person
    return replace(person, preferences=replace(preferences, revision=known.revision + 1))
