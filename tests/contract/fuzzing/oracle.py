"""The oracle: says of each message what must become of it, by the contract alone. It shares no code with the services."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tests.contract.fuzzing.amqp import Message
from tests.contract.fuzzing.envelopes import Envelope, Headers
from tests.contract.fuzzing.shapes import Json, NotJsonError, as_read, fits, parsed, schema_of
from tests.contract.fuzzing.worlds import WAITS, World

LARGEST = 1024 * 1024
REUSED = frozenset({"id-reused"})


@dataclass(frozen=True)
class Fate:
    """What may become of a message: taken in (now, or as a repeat before), or parked for one of these reasons."""

    inbox_key: str | None = None
    """Under what it is remembered where it is taken in; None: it must not be."""
    reasons: frozenset[str] = frozenset()
    """For which it may be parked; none: it must not be."""


@dataclass(frozen=True)
class Event:
    """An event that can be read."""

    envelope: Envelope
    data: Json
    body_hash: str


def body_hash(body: bytes) -> str:
    """Return what an inbox tells two bodies apart by."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def fates(
    messages: Sequence[Message], world: World, reads: Collection[str], soon: Collection[str]
) -> list[Fate]:
    """Return the fate of each of these messages, which reach the service in this order.

    ``reads``: the keys of the events that the service reads. ``soon``: tags of messages right behind which comes
    what they depend on, so that they wait for less than all their delays.
    """
    taken: dict[str, str] = {}
    found: list[Fate] = []
    waiting: list[tuple[int, Event]] = []
    for place, message in enumerate(messages):
        event = read(message, reads)
        if isinstance(event, frozenset):
            found.append(Fate(reasons=event))
            continue
        fate = _fate(event, world, taken)
        found.append(fate)
        if WAITS in fate.reasons:
            waiting.append((place, event))
        if fate.inbox_key is not None:
            taken.setdefault(fate.inbox_key, event.body_hash)
            world.learn(event.envelope, event.data)
    for place, event in waiting:
        found[place] = _in_the_end(event, world, taken, is_soon=messages[place].tag in soon)
    return found


def _fate(event: Event, world: World, taken: dict[str, str]) -> Fate:
    key = event.envelope.inbox_key
    if key in taken:
        return Fate(key) if taken[key] == event.body_hash else Fate(reasons=REUSED)
    if objections := world.objections(event.envelope, event.data):
        return Fate(reasons=objections)
    return Fate(key, world.may_object(event.envelope, event.data))


def _in_the_end(event: Event, world: World, taken: dict[str, str], *, is_soon: bool) -> Fate:
    """Judge once more what waited, now that all has come: it may have waited for too little, or too long."""
    fate = _fate(event, world, taken)
    return fate if is_soon else Fate(fate.inbox_key, fate.reasons | {WAITS})


def read(message: Message, reads: Collection[str]) -> Event | frozenset[str]:
    """Read a message as an event; or return the reasons, one of which it has to be parked for."""
    if len(message.body) > LARGEST:
        return frozenset({"too-large"})
    headers = Headers(message)
    envelope = headers.envelope()
    if headers.faults:
        return frozenset(headers.faults)
    came_by = message.routing_key if message.exchange else headers.noted_key()
    wrong_way = came_by is not None and came_by != envelope.routing_key
    schema = schema_of(envelope.routing_key)
    if wrong_way or schema is None:
        return frozenset({"bad-header"} if wrong_way else {"unknown-type"}) | _of_type(envelope, schema)
    return (
        _data(message, envelope, schema)
        if envelope.routing_key in reads
        else _unread(message, envelope, schema)
    )


def _of_type(envelope: Envelope, schema: object) -> frozenset[str]:
    """A type of a strange shape is a bad header, one of the right shape that nobody knows is unknown: both are right."""
    return frozenset({"unknown-type", "bad-header"} if schema is None and envelope.type else ())


def _data(message: Message, envelope: Envelope, schema: Json) -> Event | frozenset[str]:
    try:
        data = parsed(message.body)
    except NotJsonError:
        return frozenset({"bad-json"})
    if (
        not fits(data, schema)
        or ".".join(data[name] for name in schema["x-subject"]) != envelope.subject
        or not _adds_up(data)
    ):
        return frozenset({"invalid-data"})
    return Event(envelope, as_read(data, schema), body_hash(message.body))


def _adds_up(data: Json) -> bool:
    """Say whether a match's reasons explain all of its score."""
    if "score" not in data:
        return True
    return math.isclose(data["score"], sum(one["points"] for one in data["reasons"]), abs_tol=1e-6)


def _unread(message: Message, envelope: Envelope, schema: Json) -> frozenset[str]:
    found = _data(message, envelope, schema)
    return found if isinstance(found, frozenset) else frozenset({"no-reaction"})


def by_content(messages: Sequence[Message]) -> dict[str, list[str]]:
    """Return the tags of those that have neither headers nor an id, by the hash of their bodies."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in (one for one in messages if one.headers is None and one.message_id is None):
        found[body_hash(one.body)].append(one.tag)
    return found
