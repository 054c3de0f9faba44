"""Bounces over HTTP: mail that a server took and that came back later."""

from typing import Literal

from pydantic import ConfigDict

from services.notifications.api.messages import MessageView
from services.notifications.domain.messages import Message, failed
from services.notifications.domain.people import bounced
from services.notifications.store import messages, people, the_person
from shared.events.ids import MessageId
from shared.events.value import Value
from shared.storage.unit import UnitOfWork
from shared.web.app import router as new_router
from shared.web.identity import StaffOrService
from shared.web.lookup import existing
from shared.web.parts import Command
from shared.web.problems import Conflict, NotFound, documented

router = new_router()


class Bounce(Value):
    """A mail that came back."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message_id": "7d0f4c6b9e3a4f51a2c8d6e0b1f37c94", "kind": "hard"}]}
    )

    message_id: MessageId
    """What stands before the @ in its Message-ID."""
    kind: Literal["hard", "soft"]
    """`hard`: the address takes no mail, now or later (SMTP 5xx); `soft`: not at the moment."""


@router.post("/bounces", tags=["messages"], responses=documented(NotFound, Conflict))
async def report_bounce(request: Bounce, _: StaffOrService, command: Command) -> MessageView:
    """Say that a mail came back. Repeatable.

    After a hard bounce the message has failed (`bounced`), and further ones to that address fail at once, until the
    person's contact has another one. Of a message to staff the address is in the settings, and is tried again. After a
    soft one nothing changes: servers try for days by themselves.
    """

    async def make(unit: UnitOfWork) -> Message:
        message = await existing(unit, messages, request.message_id, "message")
        if message.state not in {"queued", "sent", "failed", "dropped"}:
            raise Conflict(f"the message was never sent: it is {message.state}")
        if request.kind == "soft" or message.state in {"failed", "dropped"}:
            return message
        await _mark(unit, message)
        message, event = failed(message, "bounced", unit.now)
        unit.save(messages, message, event)
        return message

    return MessageView.of(await command(make, [messages.key(request.message_id)]))


async def _mark(unit: UnitOfWork, message: Message) -> None:
    person = await the_person(unit, message.recipient_id)
    if message.role != "staff" and not person.erased:
        number = person.address_number if message.address_number is None else message.address_number
        unit.save(people, bounced(person, number))
