"""Comparing: whether the history, the outboxes and the inboxes tell the same; and catching up where they do not."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractConnection

from shared.events.readers import READERS
from shared.messaging.history import Passed, passed
from shared.messaging.ladder import ROUTING_KEY
from shared.messaging.publisher import Publisher
from shared.messaging.topology import events_queue
from shared.storage.client import Database
from shared.storage.outbox import OUTBOX, PUBLISHED
from shared.storage.transactions import INBOX

PAGE = 1000


class NothingRemembered(Exception):  # noqa: N818
    """The inbox is empty: to redeliver the whole history would repeat every effect, every mail among them."""


@dataclass(slots=True)
class Comparison:
    """What was found. Counts of events; lists name at most the first few, as ``source:id``."""

    events: int = 0
    repeated: int = 0
    """Times that an event lies in the history once more."""
    unpublished: dict[str, list[str]] = field(default_factory=dict)
    """By service: outbox entries that are marked as published and are not in the history."""
    unknown: list[str] = field(default_factory=list)
    """Events of our services in the history that no outbox has."""
    missed: dict[str, list[str]] = field(default_factory=dict)
    """By service: events that it reads and that its inbox does not know."""

    @property
    def agrees(self) -> bool:
        """Whether all tell the same."""
        return not (any(self.unpublished.values()) or self.unknown or any(self.missed.values()))


async def compare(connection: AbstractConnection, stores: Mapping[str, Database]) -> Comparison:
    """Compare the history with each service's outbox and inbox.

    What is on its way at that moment (in a queue, waiting to be tried again, parked) counts as missed.
    """
    found = Comparison()
    history: dict[str, str] = {}
    async for event in _everything(connection):
        found.events += 1
        key = _key(event)
        found.repeated += key in history
        history[key] = event.envelope.routing_key
    unaccounted = {key for key in history if not key.startswith("/external/")}
    for service, store in stores.items():
        found.unpublished[service] = await _compare_outbox(store, history, unaccounted)
        missed = await _unknown_to(store, (key for key, route in history.items() if _reads(service, route)))
        found.missed[service] = missed
    found.unknown = sorted(unaccounted)
    return found


async def _compare_outbox(store: Database, history: Mapping[str, str], unaccounted: set[str]) -> list[str]:
    """Return what is marked as published and is not in the history; account for what is."""
    missing: list[str] = []
    entries = store[OUTBOX].find({"source": {"$exists": True}}, projection={"state": 1, "source": 1})
    async for entry in entries:
        key = f"{entry['source']}:{entry['_id']}"
        unaccounted.discard(key)
        if key not in history and entry["state"] == PUBLISHED:
            missing.append(key)
    return missing


async def redeliver(
    connection: AbstractConnection, store: Database, service: str, publish_timeout: float
) -> AsyncIterator[Passed]:
    """Put onto a service's queue what the history has for it and its inbox does not know; give each when it is done.

    Safe at any time: what is on its way as well has its effect once. Raises NothingRemembered.
    """
    if await store[INBOX].find_one({}) is None:
        raise NothingRemembered(service)
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    publisher = Publisher(channel, publish_timeout)
    page: list[Passed] = []
    async for event in _everything(connection):
        if _reads(service, event.envelope.routing_key):
            page.append(event)
        if len(page) == PAGE:
            async for sent in _send_missing(publisher, store, service, page):
                yield sent
            page = []
    async for sent in _send_missing(publisher, store, service, page):
        yield sent
    await channel.close()


async def _send_missing(
    publisher: Publisher, store: Database, service: str, page: list[Passed]
) -> AsyncIterator[Passed]:
    by_key = {_key(event): event for event in page}
    for key in await _unknown_to(store, by_key):
        event = by_key[key]
        await publisher.publish("", events_queue(service).name, _again(event))
        yield event


def _again(event: Passed) -> Message:
    headers = {key: value for key, value in event.message.headers.items() if not key.startswith("x-")}
    return Message(
        event.message.body,
        headers=headers | {ROUTING_KEY: event.envelope.routing_key},
        content_type=event.message.content_type,
        message_id=event.message.message_id,
        timestamp=event.message.timestamp,
        delivery_mode=DeliveryMode.PERSISTENT,
    )


async def _everything(connection: AbstractConnection) -> AsyncIterator[Passed]:
    channel = await connection.channel(publisher_confirms=False)
    async for event in passed(channel, "first"):
        yield event
    await channel.close()


async def _unknown_to(store: Database, keys: Iterable[str]) -> list[str]:
    """Return those of these that the inbox does not know, in their order."""
    unknown: list[str] = []
    wanted = list(keys)
    for start in range(0, len(wanted), PAGE):
        page = wanted[start : start + PAGE]
        known = {entry["_id"] async for entry in store[INBOX].find({"_id": {"$in": page}}, projection={})}
        unknown.extend(key for key in page if key not in known)
    return unknown


def _reads(service: str, routing_key: str) -> bool:
    return any(event.routing_key == routing_key for event in READERS[service])


def _key(event: Passed) -> str:
    return f"{event.envelope.source}:{event.envelope.id}"
