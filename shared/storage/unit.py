"""The unit of work: what a command, a reaction or a timer is handed to read and change documents with."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from shared.events.envelope import Envelope, body
from shared.events.event import Event
from shared.events.ids import EventId
from shared.ids import new
from shared.storage.batch import Batch, Changes, Record, next_stamp
from shared.storage.claims import outgoing_key
from shared.storage.collection import Collection, Key
from shared.storage.outbox import Entry

DocumentT = TypeVar("DocumentT")
IdT = TypeVar("IdT", bound=str)
ToolT = TypeVar("ToolT")

TIMERS = "timers"
EVENTS_EXCHANGE = "events"
PRIVATE_EXCHANGE = "private"
CONTACTS_KEY = "notifications.contacts"


class Tools:
    """What a service's own work needs beside documents (its rules, its vault), each found by its type."""

    def __init__(self, *tools: object) -> None:
        self._by_type = {type(tool): tool for tool in tools}

    def get(self, kind: type[ToolT]) -> ToolT:
        """Return the tool of this type; raises KeyError where the service has none."""
        return cast("ToolT", self._by_type[kind])


@dataclass(frozen=True, slots=True)
class Context:
    """What a unit of work knows of the world: time and place of the programme, the trace, the event it reacts to."""

    now: datetime
    zone: ZoneInfo
    tools: Tools
    traceparent: str | None = None
    envelope: Envelope | None = None
    """Of the event that is reacted to, if one is."""
    stamp: int = 0
    """Of the private message that is reacted to, if one is: a later one about somebody has a greater stamp."""


class UnitClosed(RuntimeError):  # noqa: N818
    """A piece of work has ended, and what it is asked for now would be lost."""


class UnitOfWork:
    """One piece of work inside a batch that shares one transaction.

    It sees what its neighbours before it have changed. What it saves, publishes or sets takes effect
    together and exactly once, or (where it raises) not at all.
    """

    def __init__(self, batch: Batch, context: Context) -> None:
        self._changes: Changes | None = Changes()
        self._batch = batch
        self._context = context

    @property
    def changes(self) -> Changes:
        """What this piece wants written; raises UnitClosed once it has ended."""
        if self._changes is None:
            raise UnitClosed("this piece of work has ended")
        return self._changes

    def close(self) -> Changes:
        """End the piece: whoever kept the unit gets UnitClosed from now on. Return what it wants written."""
        changes, self._changes = self.changes, None
        return changes

    @property
    def now(self) -> datetime:
        """The programme's time, in UTC, to the millisecond; the same throughout the unit."""
        return self._context.now

    @property
    def zone(self) -> ZoneInfo:
        """The programme's time zone, in which its days begin and end."""
        return self._context.zone

    @property
    def today(self) -> date:
        """The programme's day."""
        return self.now.astimezone(self.zone).date()

    def using(self, kind: type[ToolT]) -> ToolT:
        """Return what the service's own work needs: its rules, its vault."""
        return self._context.tools.get(kind)

    @property
    def envelope(self) -> Envelope:
        """The envelope of the event that this unit reacts to; a LookupError elsewhere."""
        if self._context.envelope is None:
            raise LookupError("this unit of work does not react to an event")
        return self._context.envelope

    @property
    def stamp(self) -> int:
        """The stamp of the private message that this unit reacts to: an older one never overwrites a newer."""
        return self._context.stamp

    def new_id(self, kind: type[IdT]) -> IdT:
        """Make a random id."""
        return new(kind)

    async def get(self, collection: Collection[DocumentT], id: str) -> DocumentT | None:  # noqa: A002
        """Return the document with this id, or None."""
        record = await self._record(collection, id)
        return record.document

    async def get_many(self, collection: Collection[DocumentT], ids: Iterable[str]) -> list[DocumentT]:
        """Return those of these documents that exist, in the order of the ids; one query for all."""
        wanted, own = list(ids), self.changes.records
        await self._batch.load(key for key in map(collection.key, wanted) if key not in own)
        records = [await self._record(collection, one) for one in wanted]
        return [record.document for record in records if record.document is not None]

    async def find(self, collection: Collection[DocumentT], **where: object) -> list[DocumentT]:
        """Return the documents whose fields equal these values (or pass an In or a Between), by id."""
        return await self._batch.find(collection, where, self.changes)

    async def version(self, collection: Collection[DocumentT], id: str) -> int:  # noqa: A002
        """Return how often the document was changed, 0 where there is none: its ETag."""
        return (await self._record(collection, id)).version

    def save(self, collection: Collection[DocumentT], document: DocumentT, *events: Event) -> None:
        """Store the document, and publish what happened to it.

        The events' subject must be the document's id: their sequence is counted in it.
        The document must have been read in this unit (``get``, ``find``) unless it is new.
        """
        key = collection.key(collection.id_of(document))
        known = self._known(key)
        record = Record(document, known.version, known.sequence, known.stamp)
        for event in events:
            if event.subject != key.id:
                raise ValueError(f"{type(event).__name__} is about {event.subject}, not about {key.id}")
            record = self._publish(record, event)
        self.changes.records[key] = (collection, record)

    def delete(self, collection: Collection[DocumentT], id: str) -> None:  # noqa: A002
        """Remove a document that was read in this unit and that no event will be about any more."""
        key = collection.key(id)
        self.changes.records[key] = (collection, replace(self._known(key), document=None))

    def send_private(self, collection: Collection[DocumentT], id: str, sealed: str) -> None:  # noqa: A002
        """Send notifications a sealed message about the person whose document this is, along with the next event of it."""
        key = collection.key(id)
        known = self._known(key)
        record = replace(known, stamp=next_stamp(known.stamp))
        self.changes.records[key] = (collection, record)
        self.changes.entries.append(
            Entry(
                new(EventId), PRIVATE_EXCHANGE, CONTACTS_KEY, id, record.stamp, sealed.encode(), envelope=None
            )
        )

    def set_timer(self, kind: str, key: str, due_at: datetime) -> None:
        """Have ``timers.py`` called with this kind and key when programme time reaches ``due_at``."""
        self.changes.plain[timer_key(kind, key)] = {"kind": kind, "key": key, "due_at": due_at, "attempts": 0}

    def cancel_timer(self, kind: str, key: str) -> None:
        """Remove the timer, if it is set."""
        self.changes.plain[timer_key(kind, key)] = None

    async def take_timer(self, kind: str, key: str) -> bool:
        """Remove the timer; say whether it was set and due."""
        where, own = timer_key(kind, key), self.changes.plain
        known = own[where] if where in own else await self._batch.plain(where)
        if known is None or known["due_at"] > self.now:
            return False
        self.changes.plain[where] = None
        return True

    def send_out(self, kind: str, key: str) -> None:
        """Have a piece of work for the world outside done, after this transaction and outside any."""
        self.changes.plain[outgoing_key(kind, key)] = {
            "kind": kind,
            "key": key,
            "attempts": 0,
            "due_at": datetime.now(UTC),
        }

    async def sent_out(self, kind: str, key: str) -> bool:
        """Remove a piece of outgoing work that is done; say whether it was still there."""
        where, own = outgoing_key(kind, key), self.changes.plain
        known = own[where] if where in own else await self._batch.plain(where)
        own[where] = None
        return known is not None

    async def _record(self, collection: Collection[DocumentT], id: str) -> Record[DocumentT]:  # noqa: A002
        key = collection.key(id)
        if key in self.changes.records:
            return self.changes.records[key][1]
        return await self._batch.record(collection, id)

    def _known(self, key: Key) -> Record[Any]:
        if key in self.changes.records:
            return self.changes.records[key][1]
        return self._batch.known(key)

    def _publish(self, record: Record[Any], event: Event) -> Record[Any]:
        record = Record(record.document, record.version, record.sequence + 1, next_stamp(record.stamp))
        envelope = Envelope.of(
            event,
            id=new(EventId),
            time=self.now,
            sequence=record.sequence,
            traceparent=self._context.traceparent,
        )
        self.changes.entries.append(
            Entry(
                envelope.id,
                EVENTS_EXCHANGE,
                event.routing_key,
                event.subject,
                record.stamp,
                body(event),
                envelope,
            )
        )
        return record


def timer_key(kind: str, key: str) -> Key:
    """Name a timer's document."""
    return Key(TIMERS, f"{kind}:{key}")
