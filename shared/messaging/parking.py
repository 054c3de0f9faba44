"""The parking lot: messages that nothing mended by itself, for a person to decide on."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage

from shared.messaging.ladder import (
    ATTEMPT,
    FIRST_FAILED_AT,
    LAST_FAILED_AT,
    PLACE,
    PREDECESSOR_MISSING,
    PREFIX,
    REASON,
    ROUTING_KEY,
    WAITED,
)
from shared.messaging.publisher import Publisher
from shared.messaging.topology import WorkQueue

REPLAYS = PREFIX + "replays"
KILLED = "delivery-limit"
"""The broker's own verdict: the process died, or the connection was lost, again and again with this message."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked message, and why it is here."""

    queue: WorkQueue
    message: AbstractIncomingMessage

    @property
    def id(self) -> str:
        """The message's id; of an event the event's."""
        return self.message.message_id or "-"

    @property
    def reason(self) -> str:
        """Why it was parked."""
        return self._header(REASON) or KILLED

    @property
    def type(self) -> str:
        """What kind of event it is, or says it is; a private message says nothing."""
        return self._header("cloudEvents_type") or self._header("cloudEvents:type") or "-"

    @property
    def place(self) -> str:
        """Where it failed, and with what kind of error."""
        return self._header(PLACE) or "-"

    @property
    def first_failed_at(self) -> str:
        """When it failed first (ISO 8601)."""
        return self._header(FIRST_FAILED_AT) or "-"

    @property
    def last_failed_at(self) -> str:
        """When it failed last (ISO 8601)."""
        return self._header(LAST_FAILED_AT) or "-"

    @property
    def replays(self) -> int:
        """How often a person has had it tried again."""
        count = self.message.headers.get(REPLAYS, 0)
        return count if isinstance(count, int) else 0

    def _header(self, name: str) -> str | None:
        value = self.message.headers.get(name)
        return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that failed in the same way: the same reason, kind and place."""

    reason: str
    type: str
    place: str
    members: Sequence[Parked]

    @property
    def first_failed_at(self) -> str:
        """When one of them failed first."""
        return min(one.first_failed_at for one in self.members)

    @property
    def last_failed_at(self) -> str:
        """When one of them failed last."""
        return max(one.last_failed_at for one in self.members)

    @property
    def replays(self) -> int:
        """How often the one that was replayed most was."""
        return max(one.replays for one in self.members)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parked messages are meant; what is None does not matter."""

    reason: str | None = None
    type: str | None = None
    id: str | None = None

    def takes(self, parked: Parked) -> bool:
        """Say whether this message is meant."""
        pairs = ((self.reason, parked.reason), (self.type, parked.type), (self.id, parked.id))
        return all(wanted is None or wanted == found for wanted, found in pairs)


class ParkingLot:
    """A service's parked messages, taken in hand. What is not decided on goes back to its place."""

    def __init__(self, publisher: Publisher, parked: Sequence[Parked]) -> None:
        self.parked = tuple(parked)
        self._publisher = publisher

    def groups(self) -> list[Group]:
        """Return the messages in groups, the largest first."""
        members: dict[tuple[str, str, str], list[Parked]] = {}
        for one in self.parked:
            members.setdefault((one.reason, one.type, one.place), []).append(one)
        groups = [Group(*kind, found) for kind, found in members.items()]
        return sorted(groups, key=lambda group: (-len(group.members), group.reason, group.type, group.place))

    def chosen(self, wanted: Wanted) -> list[Parked]:
        """Return the messages that are meant."""
        return [one for one in self.parked if wanted.takes(one)]

    def with_waiting(self, chosen: Sequence[Parked]) -> list[Parked]:
        """Return these, and behind them whatever of the same queues waits for something that had not come."""
        queues = {one.queue for one in chosen}
        waiting = [
            one
            for one in self.parked
            if one.reason == PREDECESSOR_MISSING and one.queue in queues and one not in chosen
        ]
        return [*chosen, *waiting]

    async def replay(self, chosen: Iterable[Parked]) -> AsyncIterator[Parked]:
        """Put messages back on their queue, as new: confirmed there, then gone here. Gives each when it is done."""
        for one in chosen:
            await self._publisher.publish("", one.queue.name, _renewed(one))
            await one.message.ack()
            yield one

    async def drop(self, chosen: Iterable[Parked]) -> AsyncIterator[Parked]:
        """Remove messages for good. Gives each when it is done."""
        for one in chosen:
            await one.message.ack()
            yield one


def _renewed(parked: Parked) -> Message:
    """Write a message as it was before it failed, with the key that it came by and how often it was replayed."""
    message = parked.message
    kept = {key: value for key, value in message.headers.items() if not key.startswith("x-")}
    for name in (REASON, PLACE, ATTEMPT, WAITED):
        kept.pop(name, None)
    kept.setdefault(ROUTING_KEY, message.routing_key or "")
    return Message(
        message.body,
        headers=kept | {REPLAYS: parked.replays + 1},
        content_type=message.content_type,
        content_encoding=message.content_encoding,
        message_id=message.message_id,
        timestamp=message.timestamp,
        delivery_mode=DeliveryMode.PERSISTENT,
    )


@asynccontextmanager
async def parking_lot(
    connection: AbstractConnection, queues: Iterable[WorkQueue], publish_timeout: float
) -> AsyncIterator[ParkingLot]:
    """Take a service's parked messages in hand, as many as there are now."""
    publishing = await connection.channel(publisher_confirms=True, on_return_raises=True)
    reading = await connection.channel(publisher_confirms=False)
    try:
        parked = [one for queue in queues for one in await _take(reading, queue)]
        yield ParkingLot(Publisher(publishing, publish_timeout), parked)
    finally:
        await reading.close()
        await publishing.close()


async def _take(channel: AbstractChannel, queue: WorkQueue) -> list[Parked]:
    declared = await channel.declare_queue(queue.parked, passive=True, timeout=10)
    taken: list[Parked] = []
    for _ in range(declared.declaration_result.message_count or 0):
        message = await declared.get(fail=False, timeout=10)
        if message is None:
            break
        taken.append(Parked(queue, message))
    return taken


def content(parked: Parked) -> Mapping[str, object]:
    """Return what ``show`` prints of a message. A private one's body is sealed, and stays so."""
    message = parked.message
    return {
        "id": parked.id,
        "queue": parked.queue.name,
        "reason": parked.reason,
        "place": parked.place,
        "headers": {key: str(value) for key, value in sorted(message.headers.items())},
        "body": message.body.decode(errors="replace"),
    }
