"""What notifications keeps in MongoDB."""

from datetime import timedelta
from typing import Any

from services.notifications.domain.messages import Message
from services.notifications.domain.names import FirmName, PositionTitle
from services.notifications.domain.people import Person
from services.notifications.domain.webhooks import Delivery, Lane, Webhook
from shared.events.ids import PersonId
from shared.storage.client import Database
from shared.storage.collection import Collection, Index
from shared.storage.unit import UnitOfWork
from shared.vault import PersonKey, Vault, keys

people = Collection(Person, "people", id="person_id")
messages = Collection(
    Message,
    "messages",
    id="message_id",
    indexes=[Index(("recipient_id",)), Index(("state",)), Index(("template", "role"))],
)
firm_names = Collection(FirmName, "firm_names", id="firm_id")
position_titles = Collection(PositionTitle, "position_titles", id="position_id")

webhooks = Collection(Webhook, "webhooks", id="webhook_id", indexes=[Index(("state",))])
lanes = Collection(Lane, "webhook_lanes", id="lane_id")
# A delivery that has ended is what tells a repeat in the history from an event: those come within seconds.
deliveries = Collection(
    Delivery,
    "webhook_deliveries",
    id="delivery_id",
    indexes=[Index(("webhook_id", "event_id"))],
    keep_for=timedelta(days=30),
)

COLLECTIONS: list[Collection[Any]] = [
    people,
    messages,
    firm_names,
    position_titles,
    keys,
    webhooks,
    lanes,
    deliveries,
]


async def the_person(unit: UnitOfWork, person_id: PersonId) -> Person:
    """Return what is known of a person, which may be nothing yet."""
    return await unit.get(people, person_id) or Person(person_id=person_id)


async def the_key(unit: UnitOfWork, person_id: PersonId) -> PersonKey:
    """Return a person's key; make it where there is none. Never called for somebody who was erased."""
    key = await unit.get(keys, person_id)
    if key is None:
        key = unit.using(Vault).new_key(person_id)
        unit.save(keys, key)
    return key


async def count_waiting(store: Database) -> int:
    """Count the messages that wait for a contact or a code."""
    return await store[messages.name].count_documents({"state": "waiting"})
