"""Comparing: whether the history, the outboxes and the inboxes tell the same; and catching up where they do not."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pamqp.commands import Basic

from shared.events.readers import READERS
from shared.messaging.history import Passed
from shared.messaging.inbound import body_hash
from shared.messaging.ladder import ROUTING_KEY
from shared.messaging.onward import onward, passed_on
from shared.messaging.publisher import Publisher
from shared.messaging.topology import events_queue
from shared.storage import inbox
from shared.storage.client import Database
from shared.storage.outbox import OUTBOX, PUBLISHED

PAGE = 1000
MARGIN = timedelta(hours=1)
"""A year ago to the second is not asked about: an outbox marks what is published a little after it was."""
AT_ONCE = 100
"""So many are published in their order before the first is confirmed: one at a time would be five times slower."""
OUTSIDE = "/external/"


class NothingRemembered(Exception):  # noqa: N818
    """The inbox is empty: to redeliver the whole history would repeat every effect, every mail among them."""


@dataclass(slots=True)
class Comparison:
    """What was found. Events are named as ``source:id``."""

    events: int = 0
    repeated: int = 0
    """Times that an event lies in the history once more."""
    unpublished: dict[str, list[str]] = field(default_factory=dict)
    """By service: outbox entries that are marked as published and are not in the history."""
    unknown: list[str] = field(default_factory=list)
    """Events of our services in the history that no outbox has."""
    altered: list[str] = field(default_factory=list)
    """Events with one body here and another there: in the history, in an outbox, in an inbox."""
    missed: dict[str, list[str]] = field(default_factory=dict)
    """By service: events that it reads and that its inbox does not know."""
    parked: dict[str, list[str]] = field(default_factory=dict)
    """By service: those among them that lie in its parking lot instead, for a person to decide on."""

    @property
    def agrees(self) -> bool:
        """Whether all tell the same."""
        lists = (*self.unpublished.values(), *self.missed.values(), self.unknown, self.altered)
        return not any(lists)


@dataclass(frozen=True, slots=True)
class _Heard:
    route: str
    hash: str


class Comparing:
    """Hears the history of so long (``kept``), then asks each service.

    What is on its way at that moment counts as missed.
    """

    def __init__(self, begun: datetime, kept: timedelta) -> None:
        self._begun = begun
        self._kept_since = begun - kept + MARGIN
        self._found = Comparison()
        self._heard: dict[str, _Heard] = {}
        self._unaccounted: set[str] = set()
        self._altered: set[str] = set()

    def hear(self, event: Passed) -> None:
        """Take in an event of the history."""
        key, heard = _key(event), _Heard(event.envelope.routing_key, body_hash(event.message.body))
        self._found.events += 1
        self._found.repeated += key in self._heard
        if self._heard.setdefault(key, heard) != heard:
            self._altered.add(key)
        if not event.envelope.source.startswith(OUTSIDE):
            self._unaccounted.add(key)

    async def ask(self, service: str, store: Database, parked: Collection[str]) -> None:
        """Compare with a service's outbox and inbox, once all of the history has been heard.

        ``parked`` is what lay in its parking lot just before.
        """
        self._found.unpublished[service] = await self._compare_outbox(store)
        unknown = await self._compare_inbox(service, store)
        self._found.missed[service] = [key for key in unknown if key not in parked]
        self._found.parked[service] = [key for key in unknown if key in parked]

    def result(self) -> Comparison:
        """Return what was found, once every service has been asked."""
        self._found.unknown, self._found.altered = sorted(self._unaccounted), sorted(self._altered)
        return self._found

    async def _compare_outbox(self, store: Database) -> list[str]:
        """Return what is marked as published and is not in the history; account for what is."""
        missing: list[str] = []
        wanted = {"state": 1, "source": 1, "body": 1, "published_at": 1}
        async for entry in store[OUTBOX].find({"source": {"$exists": True}}, projection=wanted):
            key = inbox.key_of(entry["source"], entry["_id"])
            self._unaccounted.discard(key)
            heard = self._heard.get(key)
            if heard is None:
                if entry["state"] == PUBLISHED and self._must_be_there(entry["published_at"]):
                    missing.append(key)
            elif heard.hash != body_hash(entry["body"]):
                self._altered.add(key)
        return missing

    def _must_be_there(self, published_at: datetime) -> bool:
        """Say whether what was published then lies in what was heard: not too long ago, nor since we began."""
        return self._kept_since < published_at < self._begun

    async def _compare_inbox(self, service: str, store: Database) -> list[str]:
        wanted = [key for key, heard in self._heard.items() if _reads(service, heard.route)]
        unknown: list[str] = []
        for page in _pages(wanted):
            known = await inbox.known(store, page)
            unknown.extend(key for key in page if key not in known)
            self._altered.update(key for key, known_as in known.items() if known_as != self._heard[key].hash)
        return unknown


async def require_memory(store: Database, service: str) -> None:
    """Raise NothingRemembered where a service's inbox is empty."""
    if await inbox.knows_nothing(store):
        raise NothingRemembered(service)


async def redeliver(
    events: AsyncIterator[Passed],
    publisher: Publisher,
    store: Database,
    service: str,
    parked: Collection[str],
) -> AsyncIterator[Passed]:
    """Put onto a service's queue which of these events it reads and does not know; give each when it is done.

    What is ``parked`` stays there: it did not miss its way, and would only be parked once more.
    Safe at any time: what is on its way as well has its effect once. Of two bodies under one id the first goes,
    as it would have the first time. The events must be of a time that the inbox remembers.
    """
    page: dict[str, Passed] = {}
    async for event in events:
        if _reads(service, event.envelope.routing_key) and _key(event) not in parked:
            page.setdefault(_key(event), event)
        if len(page) == PAGE:
            async for sent in _send_missing(publisher, store, service, page):
                yield sent
            page = {}
    async for sent in _send_missing(publisher, store, service, page):
        yield sent


async def _send_missing(
    publisher: Publisher, store: Database, service: str, page: Mapping[str, Passed]
) -> AsyncIterator[Passed]:
    known = await inbox.known(store, list(page))
    missing = [event for key, event in page.items() if key not in known]
    queue = events_queue(service).name
    for start in range(0, len(missing), AT_ONCE):
        some = missing[start : start + AT_ONCE]
        await asyncio.gather(
            *(publisher.publish("", queue, event.message.body, _again(event)) for event in some)
        )
        for event in some:
            yield event


def _again(event: Passed) -> Basic.Properties:
    message = event.message
    return onward(message, passed_on(message.headers) | {ROUTING_KEY: event.envelope.routing_key})


def _pages(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + PAGE] for start in range(0, len(keys), PAGE))


def _reads(service: str, routing_key: str) -> bool:
    return any(event.routing_key == routing_key for event in READERS[service])


def _key(event: Passed) -> str:
    return inbox.key_of(event.envelope.source, event.envelope.id)
