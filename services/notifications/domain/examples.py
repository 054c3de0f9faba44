"""Examples of messages: for whoever wants to see one that nobody was sent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from services.notifications.domain.facts import Facts, facts_of
from services.notifications.domain.messages import Message
from services.notifications.domain.recipients import RecipientRole
from services.notifications.domain.webhooks import SWITCHED_OFF
from shared.events.examples import EXAMPLES
from shared.events.ids import MessageId, PersonId
from shared.events.told import TOLD, Told

FIRM_NAME: Final = "島根ソフト"
TITLE: Final = "Backend engineer"
NOBODY: Final = "0" * 32
WHEN: Final = datetime(2027, 4, 5, tzinfo=UTC)


def example_facts(role: RecipientRole, template: str) -> Facts:
    """Return what the contract's example of an event tells in this message; of a notice, which has none, nothing."""
    if template == SWITCHED_OFF:
        return Facts(webhook_id=NOBODY, host="example.org", error="timeout", missing_from=WHEN)
    told = _told(role, template)
    if told is None:
        return Facts()
    facts = facts_of(EXAMPLES[told.event])
    return replace(facts, firm_name=FIRM_NAME, title=facts.title or TITLE)


def example(role: RecipientRole, template: str, facts: Sequence[Facts]) -> Message:
    """Return a message to nobody that tells this."""
    told = _told(role, template)
    return Message(
        message_id=MessageId(NOBODY),
        recipient_id=PersonId(NOBODY),
        role=role,
        template=template,
        happened_at=WHEN,
        facts=tuple(facts),
        gathered=told is not None and told.gathered,
    )


def _told(role: RecipientRole, template: str) -> Told | None:
    return next((one for one in TOLD if one.template == template and _reaches(one, role)), None)


def _reaches(told: Told, role: RecipientRole) -> bool:
    return told.recipient == role or (told.recipient == "owner" and role in {"candidate", "firm", "staff"})
