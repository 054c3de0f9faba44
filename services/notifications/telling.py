"""Telling: an event becomes messages, each to go at once, to wait, or to be gathered."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.notifications.domain.facts import Facts, facts_of, of_teacher
from services.notifications.domain.messages import (
    Message,
    dropped,
    failed,
    gathered,
    gathering_days,
    kept,
    name,
    post,
    without_name,
)
from services.notifications.domain.people import Person
from services.notifications.domain.recipients import Addressed, recipients
from services.notifications.staff import StaffList
from services.notifications.store import firm_names, messages, people, position_titles, the_person
from shared.events.event import Event
from shared.events.ids import MessageId, PersonId
from shared.events.told import TOLD_BY_EVENT, Told, applies
from shared.ids import derived
from shared.messaging.reactions import NotYet
from shared.storage.collection import Key
from shared.storage.unit import UnitOfWork

MAIL: Final = "mail"
"""The kind of outgoing work that a message is."""
GATHERING_DUE: Final = "gathering-due"
"""The kind of timer that sends what was gathered."""


def _rows(event: Event) -> list[Told]:
    return [told for told in TOLD_BY_EVENT.get(type(event), ()) if applies(told, event)]


def what_it_reads(event: Event) -> Sequence[Key]:
    """Name what telling of an event will ask for: its people, its firm's name, its position's title."""
    rows = _rows(event)
    if not rows:
        return ()
    read = [people.key(person) for told in rows for _, person in recipients(told, event, ())]
    for field, collection in (("firm_id", firm_names), ("position_id", position_titles)):
        if id_ := getattr(event, field, None):
            read.append(collection.key(id_))
    return read


async def tell(event: Event, unit: UnitOfWork) -> None:
    """Tell everybody who is to be told of an event."""
    rows = _rows(event)
    if not rows:
        return
    facts = await _facts(event, unit)
    for told in rows:
        for role, person in recipients(told, event, unit.using(StaffList).ids):
            if told.gathered:
                await _gather(unit, told.template, (role, person), facts)
            else:
                await send(unit, _message(unit, told.template, (role, person), facts))


async def _facts(event: Event, unit: UnitOfWork) -> Facts:
    facts = facts_of(event)
    if firm_id := getattr(event, "firm_id", None):
        firm = await unit.get(firm_names, firm_id)
        if firm is None:
            raise NotYet("the firm's name")
        facts = replace(facts, firm_name=firm.name)
    if facts.title is None and (position_id := getattr(event, "position_id", None)):
        position = await unit.get(position_titles, position_id)
        if position is None:
            raise NotYet("the position's title")
        facts = replace(facts, title=position.title)
    return facts


def _message(unit: UnitOfWork, template: str, addressed: Addressed, facts: Facts) -> Message:
    role, recipient_id = addressed
    return Message(
        message_id=derived(MessageId, unit.envelope.id, recipient_id, template),
        recipient_id=recipient_id,
        role=role,
        template=template,
        happened_at=unit.envelope.time,
        facts=(facts,),
    )


async def send(unit: UnitOfWork, message: Message) -> None:
    """Have a message go as soon as what it needs is there, if its recipient wishes to get it; to who was erased, never."""
    recipient = await the_person(unit, message.recipient_id)
    if recipient.erased:
        unit.save(messages, dropped(message, unit.now))
    elif not recipient.preferences.want(message.role, message.template):
        unit.save(messages, kept(message, unit.now))
    elif recipient.has_bounced:
        unit.save(messages, *failed(message, "bounced", unit.now))
    elif (evening := _evening(unit, message, recipient)) is not None:
        unit.save(messages, replace(message, state="gathering"))
        unit.set_timer(GATHERING_DUE, message.message_id, evening)
    else:
        await _post(unit, message, recipient)


def _evening(unit: UnitOfWork, message: Message, recipient: Person) -> datetime | None:
    """Return until when a message waits, since its recipient wishes to get it in the evening; None: it goes now."""
    has_waited = message.state == "gathering"
    time_zone = _time_zone(unit, recipient)
    if has_waited or time_zone is None or not recipient.preferences.put_off(message.role, message.template):
        return None
    _, goes_at = next(iter(gathering_days(unit.now, time_zone)))
    return goes_at


def _time_zone(unit: UnitOfWork, recipient: Person) -> str | None:
    member = unit.using(StaffList).get(recipient.person_id)
    return recipient.time_zone if member is None else member.time_zone


async def _post(unit: UnitOfWork, message: Message, recipient: Person) -> None:
    if message.role == "staff":
        store(unit, replace(message, state="queued"))
        return
    message, recipient = post(message, recipient)
    unit.save(people, recipient)
    if message.names is not None:
        message = await _name(unit, message, message.names)
    store(unit, message)


async def _name(unit: UnitOfWork, message: Message, candidate_id: PersonId) -> Message:
    candidate = await the_person(unit, candidate_id)
    if candidate.erased:
        return without_name(message, candidate_id, unit.now)
    message, candidate = name(message, candidate)
    unit.save(people, candidate)
    return message


def store(unit: UnitOfWork, message: Message) -> None:
    """Keep a message, and have it sent where nothing holds it."""
    unit.save(messages, message)
    if message.state == "queued":
        unit.send_out(MAIL, message.message_id)


async def _gather(unit: UnitOfWork, template: str, addressed: Addressed, facts: Facts) -> None:
    role, recipient_id = addressed
    recipient = await the_person(unit, recipient_id)
    if recipient.erased:
        return
    if recipient.time_zone is None:
        raise NotYet("the recipient's time zone")
    message, goes_at = await _gathering(unit, template, addressed, recipient.time_zone)
    if not message.facts:
        unit.set_timer(GATHERING_DUE, message.message_id, goes_at)
    told = of_teacher(facts, recipient_id) if role == "teacher" else facts
    unit.save(messages, gathered(message, told))


async def _gathering(
    unit: UnitOfWork, template: str, addressed: Addressed, time_zone: str
) -> tuple[Message, datetime]:
    """Return what is gathered for somebody's next 18:00 that has not gone yet, and when it goes."""
    role, recipient_id = addressed
    for day, goes_at in gathering_days(unit.now, time_zone):
        message_id = derived(MessageId, template, recipient_id, day.isoformat())
        found = await unit.get(messages, message_id)
        if found is None:
            return Message(
                message_id=message_id,
                recipient_id=recipient_id,
                role=role,
                template=template,
                happened_at=unit.envelope.time,
                state="gathering",
                gathered=True,
            ), goes_at
        if found.state == "gathering":
            return found, goes_at
    raise AssertionError("days do not end")
