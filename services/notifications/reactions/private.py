"""What notifications does when a private message comes: how to reach somebody, a code, a notice."""

from dataclasses import replace

from services.notifications.domain.messages import Message, arrived, linked, waits_for_code
from services.notifications.domain.people import Person, reachable
from services.notifications.store import messages, people, the_key, the_person
from services.notifications.telling import send, store
from shared.events.ids import MessageId, PersonId
from shared.events.private import Contact, LinkCode, Notice
from shared.ids import derived
from shared.messaging.reactions import Reactions
from shared.storage.collection import Key
from shared.storage.unit import UnitOfWork
from shared.vault import Vault, keys

private_reactions = Reactions()


def _of_person(message: Contact | LinkCode) -> list[Key]:
    return [people.key(message.person_id), keys.key(message.person_id)]


@private_reactions.on(Contact, reads=_of_person)
async def keep_contact(contact: Contact, unit: UnitOfWork) -> None:
    """Keep a contact, sealed with the person's own key, and let go what waited for it."""
    person = await the_person(unit, contact.person_id)
    if person.erased:
        return
    vault, key = unit.using(Vault), await the_key(unit, contact.person_id)
    known = None if person.contact is None else vault.open(key, person.contact, Contact)
    released = [arrived(one, person.person_id) for one in await unit.get_many(messages, person.waiting)]
    for message in released:
        store(unit, message)
    person = reachable(
        person,
        vault.seal(key, contact),
        role=contact.role,
        language=contact.language,
        time_zone=contact.time_zone,
        stamp=unit.stamp,
        moved=known is None or known.addresses.email != contact.addresses.email,
    )
    unit.save(people, replace(person, waiting=_still_waiting(released, person)))


def _still_waiting(found: list[Message], person: Person) -> tuple[MessageId, ...]:
    return tuple(message.message_id for message in found if waits_for_code(message, person))


@private_reactions.on(LinkCode, reads=_of_person)
async def keep_code(link: LinkCode, unit: UnitOfWork) -> None:
    """Give a code, sealed with the person's own key, to the first message that waits for one, or keep it."""
    person = await the_person(unit, link.person_id)
    if person.erased:
        return
    sealed = unit.using(Vault).seal(await the_key(unit, link.person_id), link)
    waiting = await unit.get_many(messages, person.waiting)
    first = next((one for one in waiting if waits_for_code(one, person)), None)
    if first is None:
        unit.save(people, replace(person, codes=(*person.codes, sealed)))
        return
    message = linked(first, sealed)
    store(unit, message)
    if message.state == "queued":
        left = tuple(one for one in person.waiting if one != message.message_id)
        unit.save(people, replace(person, waiting=left))


def _message_id(notice: Notice) -> MessageId:
    return derived(MessageId, notice.notice_id, notice.person_id, notice.template)


@private_reactions.on(
    Notice, reads=lambda notice: [people.key(notice.person_id), messages.key(_message_id(notice))]
)
async def send_notice(notice: Notice, unit: UnitOfWork) -> None:
    """Send what has no public event: the answer to a repeated application, a link that was asked for."""
    if await unit.get(messages, _message_id(notice)) is None:
        message = Message(
            message_id=_message_id(notice),
            recipient_id=PersonId(notice.person_id),
            role="candidate",
            template=notice.template,
            happened_at=unit.now,
        )
        await send(unit, message)
