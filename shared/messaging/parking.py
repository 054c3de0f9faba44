"""The parking lot: messages that nothing mended by itself, for a person to decide on."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage
from pamqp.commands import Basic

from shared.events.envelope import Undecodable, read_headers
from shared.messaging.inbound import body_hash
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
from shared.messaging.onward import onward, passed_on
from shared.messaging.publisher import Publisher
from shared.messaging.topology import WorkQueue
from shared.storage.inbox import key_of

REPLAYS = PREFIX + "replays"
VERDICT = "x-first-death-reason"
"""The broker's own: ``delivery_limit`` where the process died, or the connection was lost, with it again and again."""
UNKNOWN = "-"
Taken = Callable[[int, int], None]
"""Told how many of how many messages have been taken in hand."""
Settle = Callable[["Parked"], Awaitable[None]]
"""Has the service remember an event that is to have no effect, should it come again."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked message, and why it is here."""

    queue: WorkQueue
    message: AbstractIncomingMessage

    @property
    def id(self) -> str:
        """The event's id; of a private message, and of what is no event, the message's."""
        return self._cloud_event("id") or self.message.message_id or UNKNOWN

    @property
    def event_key(self) -> str | None:
        """What inbox and history know it by; None for what is no event, or did not come under its own key."""
        try:
            envelope = read_headers(self.message.headers, self.came_by or self._header(ROUTING_KEY))
        except Undecodable:
            return None
        return key_of(envelope.source, envelope.id)

    @property
    def look(self) -> tuple[str, str, str]:
        """What somebody who was shown it would know it by."""
        return self.queue.name, self.id, body_hash(self.message.body)

    @property
    def reason(self) -> str:
        """Why it was parked: by the broker, which has the last word, or by us."""
        by_broker = self._header(VERDICT)
        return by_broker.replace("_", "-") if by_broker else self._header(REASON) or UNKNOWN

    @property
    def type(self) -> str:
        """What kind of event it is, or says it is; a private message says nothing."""
        return self._cloud_event("type") or UNKNOWN

    @property
    def place(self) -> str:
        """Where it failed, and with what kind of error; of what the broker parked, the queue."""
        return self.queue.name if self._header(VERDICT) else self._header(PLACE) or UNKNOWN

    @property
    def first_failed_at(self) -> str | None:
        """When it failed first (ISO 8601)."""
        return self._header(FIRST_FAILED_AT) or self._died_at

    @property
    def last_failed_at(self) -> str | None:
        """When it failed last (ISO 8601)."""
        return self._died_at or self._header(LAST_FAILED_AT)

    @property
    def came_by(self) -> str | None:
        """The key that it first came by, where the broker parked it before we could note that."""
        last = next((death for death in self._deaths if death.get("queue") == self.queue.name), {})
        keys = last.get("routing-keys") if last.get("exchange") == self.queue.exchange else None
        return keys[0] if isinstance(keys, list) and keys and isinstance(keys[0], str) else None

    @property
    def replays(self) -> int:
        """How often a person has had it tried again."""
        count = self.message.headers.get(REPLAYS, 0)
        return count if isinstance(count, int) else 0

    @property
    def _died_at(self) -> str | None:
        died = [time for death in self._deaths if isinstance(time := death.get("time"), datetime)]
        return max(died).astimezone(UTC).isoformat(timespec="milliseconds") if died else None

    @property
    def _deaths(self) -> Sequence[Mapping[str, object]]:
        deaths = self.message.headers.get("x-death")
        return [death for death in deaths if isinstance(death, dict)] if isinstance(deaths, list) else []

    def _cloud_event(self, name: str) -> str | None:
        return self._header(f"cloudEvents_{name}") or self._header(f"cloudEvents:{name}")

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
        return min((one.first_failed_at for one in self.members if one.first_failed_at), default=UNKNOWN)

    @property
    def last_failed_at(self) -> str:
        """When one of them failed last."""
        return max((one.last_failed_at for one in self.members if one.last_failed_at), default=UNKNOWN)

    @property
    def replays(self) -> int:
        """How often the one that was replayed most was."""
        return max(one.replays for one in self.members)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which parked messages are meant; what is None does not matter. Of the place, a part is enough."""

    reason: str | None = None
    type: str | None = None
    place: str | None = None
    id: str | None = None

    def takes(self, parked: Parked) -> bool:
        """Say whether this message is meant."""
        pairs = ((self.reason, parked.reason), (self.type, parked.type), (self.id, parked.id))
        same = all(wanted is None or wanted == found for wanted, found in pairs)
        return same and (self.place is None or self.place in parked.place)


class ParkingLot:
    """A service's parked messages, taken in hand. What is not decided on goes back to its place."""

    def __init__(self, publisher: Publisher, parked: Sequence[Parked]) -> None:
        self.parked = tuple(parked)
        self._publisher = publisher

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
            await self._publisher.publish("", one.queue.name, one.message.body, _renewed(one))
            await one.message.ack()
            yield one

    async def drop(self, chosen: Iterable[Parked], settle: Settle) -> AsyncIterator[Parked]:
        """Remove messages for good; what is an event is settled before. Gives each when it is done."""
        for one in chosen:
            await settle(one)
            await one.message.ack()
            yield one


def in_groups(parked: Iterable[Parked]) -> list[Group]:
    """Return messages in groups, the largest first."""
    members: dict[tuple[str, str, str], list[Parked]] = {}
    for one in parked:
        members.setdefault((one.reason, one.type, one.place), []).append(one)
    groups = [Group(*kind, found) for kind, found in members.items()]
    return sorted(groups, key=lambda group: (-len(group.members), group.reason, group.type, group.place))


def _renewed(parked: Parked) -> Basic.Properties:
    """Write a message as it was before it failed, with the key that it came by and how often it was replayed."""
    message = parked.message
    kept = passed_on(message.headers)
    for name in (REASON, PLACE, ATTEMPT, WAITED):
        kept.pop(name, None)
    if parked.came_by is not None:
        kept[ROUTING_KEY] = parked.came_by  # whatever its sender may have written there
    if parked.first_failed_at is not None:
        kept.setdefault(FIRST_FAILED_AT, parked.first_failed_at)
    return onward(message, kept | {REPLAYS: parked.replays + 1})


@asynccontextmanager
async def parking_lot(
    connection: AbstractConnection, queues: Iterable[WorkQueue], publish_timeout: float, taken: Taken
) -> AsyncIterator[ParkingLot]:
    """Take a service's parked messages in hand, as many as there are now."""
    publishing = await connection.channel(publisher_confirms=True, on_return_raises=True)
    reading = await connection.channel(publisher_confirms=False)
    try:
        parked = await _take(reading, list(queues), taken)
        yield ParkingLot(Publisher(publishing, publish_timeout), parked)
    finally:
        await reading.close()
        await publishing.close()


async def _take(channel: AbstractChannel, queues: Sequence[WorkQueue], taken: Taken) -> list[Parked]:
    lots = [(queue, await channel.declare_queue(queue.parked, passive=True, timeout=10)) for queue in queues]
    total = sum(lot.declaration_result.message_count or 0 for _, lot in lots)
    parked: list[Parked] = []
    for queue, lot in lots:
        for _ in range(lot.declaration_result.message_count or 0):
            message = await lot.get(fail=False, timeout=10)
            if message is None:  # somebody else has it in hand
                break
            parked.append(Parked(queue, message))
            taken(len(parked), total)
    return parked


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
