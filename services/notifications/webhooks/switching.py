"""Switching a webhook off, with a message to its owner."""

from datetime import datetime
from urllib.parse import urlsplit

from services.notifications.domain.facts import Facts
from services.notifications.domain.messages import Message
from services.notifications.domain.webhooks import SWITCHED_OFF, Webhook, switched_off
from services.notifications.staff import StaffList
from services.notifications.store import webhooks
from services.notifications.telling import send
from shared.events.ids import MessageId, PersonId
from shared.ids import derived
from shared.storage.unit import UnitOfWork


async def switch_off(unit: UnitOfWork, webhook: Webhook, at: datetime) -> None:
    """Switch a webhook off, and tell its owner: all of staff where the settings do not know the owner any more."""
    unit.save(webhooks, switched_off(webhook, at))
    staff = unit.using(StaffList)
    owner = None if webhook.owner_id is None else staff.get(webhook.owner_id)
    for person_id in staff.ids if owner is None else [owner.person_id]:
        await send(unit, _message(webhook, person_id, unit.now))


def _message(webhook: Webhook, person_id: PersonId, now: datetime) -> Message:
    facts = Facts(
        webhook_id=webhook.webhook_id,
        host=urlsplit(webhook.url).hostname,
        error=webhook.last_error,
        missing_from=webhook.missing_from,
    )
    return Message(
        message_id=derived(MessageId, webhook.webhook_id, str(webhook.run), person_id, SWITCHED_OFF),
        recipient_id=person_id,
        role="staff",
        template=SWITCHED_OFF,
        happened_at=now,
        facts=(facts,),
    )
