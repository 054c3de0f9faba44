"""From a message on a queue to a piece of work."""

import hashlib
from functools import partial
from typing import Protocol

from pydantic import BaseModel

from shared.events.envelope import read, read_headers
from shared.messaging.delivery import Delivery
from shared.messaging.errors import Unreadable
from shared.messaging.ladder import ROUTING_KEY
from shared.messaging.reactions import Reaction, Reactions
from shared.storage.pieces import Arrival, Piece
from shared.storage.unit import EVENTS_EXCHANGE

LARGEST_BODY = 1024 * 1024
"""In bytes. An event is a fact about one thing; what is larger is a mistake or an attack."""
PRIVATE_SOURCE = "private"
STAMP_HEADER = "enmusubi-stamp"
"""In which order private messages about one person were decided; they have no envelope to say it."""


class Reader(Protocol):
    """Makes a piece of work of a message; raises Undecodable or Unreadable for what no retry can mend."""

    def piece(self, message: Delivery) -> tuple[Piece[None], Reaction]:
        """Return the work, and the reaction that it is."""
        ...


class Opener(Protocol):
    """Opens a sealed private message; raises Unreadable where it was not sealed for us."""

    def open(self, sealed: bytes) -> BaseModel:
        """Return what was sealed."""
        ...


class EventReader:
    """Reads public events: CloudEvents in AMQP binary mode."""

    def __init__(self, reactions: Reactions) -> None:
        self._reactions = reactions

    def piece(self, message: Delivery) -> tuple[Piece[None], Reaction]:
        """Check headers and body, and bind the event to the reaction that it is for."""
        _check_size(message)
        envelope = read_headers(message.headers, _published_as(message))
        event = read(envelope, message.body)
        reaction = _reaction(self._reactions, event)
        arrival = Arrival(envelope.source, envelope.id, body_hash(message.body))
        return Piece(
            do=partial(reaction.do, event),
            reads=reaction.reads(event),
            arrival=arrival,
            envelope=envelope,
            traceparent=envelope.traceparent,
        ), reaction


class PrivateReader:
    """Reads private messages, sealed for this service alone."""

    def __init__(self, reactions: Reactions, opener: Opener) -> None:
        self._reactions = reactions
        self._opener = opener

    def piece(self, message: Delivery) -> tuple[Piece[None], Reaction]:
        """Open the message and bind it to the reaction that it is for."""
        _check_size(message)
        if not message.message_id:
            raise Unreadable("missing-message-id", "a private message needs an AMQP message-id")
        opened = self._opener.open(message.body)
        reaction = _reaction(self._reactions, opened)
        arrival = Arrival(PRIVATE_SOURCE, message.message_id, body_hash(message.body))
        stamp = message.headers.get(STAMP_HEADER)
        return Piece(
            do=partial(reaction.do, opened),
            reads=reaction.reads(opened),
            arrival=arrival,
            stamp=stamp if isinstance(stamp, int) else 0,
        ), reaction


def _published_as(message: Delivery) -> str | None:
    """Return the key that it was published under, which the broker may allow to some and not to others.

    What comes by another way than the events' exchange was put onto the queue by us, who noted the key that it
    first came by, or by an operator.
    """
    if message.exchange == EVENTS_EXCHANGE:
        return message.routing_key
    noted = message.headers.get(ROUTING_KEY)
    return noted if isinstance(noted, str) else None


def _reaction(reactions: Reactions, message: BaseModel) -> Reaction:
    reaction = reactions.to(type(message))
    if reaction is None:
        raise Unreadable("no-reaction", f"nothing here reacts to {type(message).__name__}")
    return reaction


def _check_size(message: Delivery) -> None:
    size = len(message.body)
    if size > LARGEST_BODY:
        raise Unreadable("too-large", f"{size} bytes; at most {LARGEST_BODY} are read")


def body_hash(body: bytes) -> str:
    """Return what tells two bodies apart."""
    return hashlib.blake2b(body, digest_size=16).hexdigest()
