"""Every exchange, queue and binding, as one table. Every process declares all of it before it publishes."""

from collections.abc import Iterable
from dataclasses import dataclass

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import ChannelPreconditionFailed
from pamqp.common import FieldTable

from shared.events.readers import READERS
from shared.storage.unit import CONTACTS_KEY, EVENTS_EXCHANGE, PRIVATE_EXCHANGE

HISTORY_QUEUE = "events.history"
DELIVERY_LIMIT = 20
"""How often a message may come back undone, for what kills the process; what merely fails is counted by us."""


LOOKED_AT = 1_000_000
"""A parked message is given back each time that somebody looks at it; RabbitMQ 4 would drop it after 20."""


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A queue that one service reads, with its retry queues and its parking lot beside it."""

    name: str
    family: str
    exchange: str
    routing_keys: tuple[str, ...]

    @property
    def parked(self) -> str:
        """The queue of messages that a person has to decide on."""
        return f"{self.family}.parked"

    def retry(self, delay: float) -> str:
        """The queue in which a message waits this many seconds."""
        return f"{self.family}.retry.{delay:g}s"


def events_queue(service: str) -> WorkQueue:
    """Return the queue through which a service reads public events."""
    keys = tuple(sorted(event.routing_key for event in READERS[service]))
    return WorkQueue(f"{service}.events", service, EVENTS_EXCHANGE, keys)


CONTACTS = WorkQueue(CONTACTS_KEY, CONTACTS_KEY, PRIVATE_EXCHANGE, (CONTACTS_KEY,))
WORK_QUEUES: tuple[WorkQueue, ...] = (*(events_queue(service) for service in sorted(READERS)), CONTACTS)


def queues_of(service: str) -> tuple[WorkQueue, ...]:
    """Return the queues that a service reads."""
    own = (events_queue(service),) if service in READERS else ()
    return (*own, CONTACTS) if service == "notifications" else own


async def declare(channel: AbstractChannel, delays: Iterable[float], history_days: int) -> list[str]:
    """Declare the whole topology; return what is there already with other arguments, in the broker's words.

    Such a queue goes on being used as it is: no argument can be changed while it exists, and what is in it counts
    for more.
    """
    await channel.declare_exchange(EVENTS_EXCHANGE, ExchangeType.TOPIC, durable=True)
    await channel.declare_exchange(PRIVATE_EXCHANGE, ExchangeType.DIRECT, durable=True)
    different: list[str] = []
    for name, arguments in _queues(delays, history_days).items():
        try:
            await channel.declare_queue(name, durable=True, arguments=arguments)
        except ChannelPreconditionFailed as error:
            different.append(str(error.args[0]))
            await channel.reopen()
    await bind(channel)
    return different


async def see_history(channel: AbstractChannel) -> None:
    """Raise ChannelNotFoundEntity as long as nothing can be written to the history, as just after the broker's start.

    Until then the broker confirms an event that only the other queues have got, and the history never gets it.
    """
    await channel.set_qos(prefetch_count=1, timeout=10)
    history = await channel.get_queue(HISTORY_QUEUE, ensure=False)
    tag = await history.consume(_look_only, arguments={"x-stream-offset": "next"}, timeout=10)
    await history.cancel(tag, timeout=10)


async def _look_only(_: AbstractIncomingMessage) -> None:
    """What comes by while somebody only looks stays where it is."""


async def check(channel: AbstractChannel, delays: Iterable[float], history_days: int) -> None:
    """Raise ChannelNotFoundEntity where something of the topology is missing; needs no right to configure.

    Whether all is bound as it should be cannot be asked; ``bind`` sees to it.
    """
    for exchange in (EVENTS_EXCHANGE, PRIVATE_EXCHANGE):
        await channel.declare_exchange(exchange, passive=True)
    for name in _queues(delays, history_days):
        await channel.declare_queue(name, passive=True)


async def bind(channel: AbstractChannel) -> None:
    """Bind every queue (also one that somebody has unbound); needs the rights to write to queues and to read exchanges."""
    await (await channel.get_queue(HISTORY_QUEUE, ensure=False)).bind(EVENTS_EXCHANGE, "#")
    for queue in WORK_QUEUES:
        work = await channel.get_queue(queue.name, ensure=False)
        for routing_key in queue.routing_keys:
            await work.bind(queue.exchange, routing_key)


def _queues(delays: Iterable[float], history_days: int) -> dict[str, FieldTable]:
    """Return every queue and its arguments, in the order in which they are declared."""
    queues: dict[str, FieldTable] = {
        HISTORY_QUEUE: {"x-queue-type": "stream", "x-max-age": f"{history_days}D"}
    }
    for queue in WORK_QUEUES:
        # The parking lot first: a queue whose dead-letter target is missing keeps its dead for minutes.
        queues[queue.parked] = {"x-queue-type": "quorum", "x-delivery-limit": LOOKED_AT}
        queues[queue.name] = _dead_lettering_to(queue.parked) | {"x-delivery-limit": DELIVERY_LIMIT}
        for delay in sorted(set(delays)):
            queues[queue.retry(delay)] = _dead_lettering_to(queue.name) | {
                "x-message-ttl": round(delay * 1000)
            }
    return queues


def _dead_lettering_to(target: str) -> FieldTable:
    """Dead-letter at least once, which needs the overflow to reject publishes."""
    return {
        "x-queue-type": "quorum",
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": target,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
