"""Unsubscribing with one click, as RFC 8058 has it: no token of a person's, and nothing more to be asked."""

from dataclasses import replace
from typing import Annotated

from fastapi import Path
from pydantic import Field

from services.notifications.domain.messages import Message
from services.notifications.domain.people import wishing
from services.notifications.domain.preferences import may_be_switched_off
from services.notifications.store import messages, people, the_person
from services.notifications.unsubscribing import message_of
from shared.events.ids import PersonId
from shared.events.texts import Code
from shared.events.value import Value
from shared.storage.unit import UnitOfWork
from shared.vault import Vault
from shared.web.app import router as new_router
from shared.web.identity import ANYONE
from shared.web.parts import Command
from shared.web.problems import Conflict, NotFound, documented

router = new_router()
UNKNOWN = "this token is of no message that is known here"
Token = Annotated[str, Path(pattern="^[0-9a-f]{96}$", description="From a mail's List-Unsubscribe")]


class Unsubscribed(Value):
    """Which messages are switched off now."""

    person_id: PersonId
    """Whose preferences they are: `PUT /preferences/{person_id}` switches them on again."""
    template: Code = Field(examples=["proposals"])
    """The messages that are switched off."""


@router.post(
    "/unsubscribe/{token}",
    tags=["preferences"],
    dependencies=[ANYONE],
    responses=documented(NotFound, Conflict),
)
async def unsubscribe(token: Token, command: Command) -> Unsubscribed:
    """Switch off messages like the one that carried this token. Repeatable.

    Mail programs call it with the form `List-Unsubscribe=One-Click` (RFC 8058); whatever body is sent is not read.
    The token is good as long as its recipient was not erased.
    """

    async def make(unit: UnitOfWork) -> Unsubscribed:
        message = await _the_message(unit, token)
        person = await the_person(unit, message.recipient_id)
        if person.erased:
            raise NotFound(UNKNOWN)
        if not may_be_switched_off(message.role, message.template):
            raise Conflict("messages of this kind cannot be switched off")
        known = person.preferences
        off = tuple(sorted({*known.off, message.template}))
        unit.save(people, wishing(person, replace(known, off=off)))
        return Unsubscribed(person_id=person.person_id, template=message.template)

    return await command(make)


async def _the_message(unit: UnitOfWork, token: str) -> Message:
    message_id = message_of(unit.using(Vault), token)
    if message_id is not None:
        message = await unit.get(messages, message_id)
        if message is not None:
            return message
    raise NotFound(UNKNOWN)
