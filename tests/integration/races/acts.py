"""What a replica can be made to do: take a request, an event or a private message in, or let something fall due."""

import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from pydantic import BaseModel

from shared.events import Event
from shared.events.envelope import Envelope, body
from shared.events.ids import EventId
from shared.ids import new
from shared.messaging.inbound import PRIVATE_SOURCE, body_hash
from shared.messaging.reactions import NotYet
from shared.storage.pieces import Arrival, Done, Failed, Outcome, Piece
from shared.storage.unit import UnitOfWork
from tests.integration.races.replicas import Act, Replica

DONE = "done"
REPEAT = "repeat"
NOT_YET = "not-yet"


def posts(path: str, content: object = None, **who: str) -> Act:
    """Send a POST, as staff unless told who: ``candidate=`` or ``firm=`` and the id."""
    return sends("POST", path, content, **who)


def does(work: Callable[[UnitOfWork], Awaitable[Any]]) -> Act:
    """Do a piece of work that comes by no other way."""

    async def act(replica: Replica) -> str:
        return _said(await replica.do(Piece(work)))

    return act


def sends(
    method: str,
    path: str,
    content: object = None,
    *,
    key: str | None = None,
    version: str = "*",
    **who: str,
) -> Act:
    """Send a request, with an Idempotency-Key of its own, and for any version, unless they are given."""

    async def act(replica: Replica) -> str:
        headers = {
            "Authorization": f"Bearer {_token(replica, **who)}",
            "Idempotency-Key": key or secrets.token_hex(8),
            "If-Match": version,
        }
        answer = await replica.http.request(method, path, json=content, headers=headers)
        return DONE if answer.is_success else str(answer.json()["type"])

    return act


def _token(replica: Replica, *, candidate: str | None = None, firm: str | None = None) -> str:
    if candidate is not None:
        return replica.token("candidate", person_id=candidate)
    return replica.token("staff") if firm is None else replica.token("firm", firm_id=firm)


def takes_in(event: Event, *, sequence: int = 1, event_id: EventId | None = None) -> Act:
    """React to an event, as if it had come by the queue."""

    async def act(replica: Replica) -> str:
        now = replica.process.clock.now()
        envelope = Envelope.of(event, id=event_id or new(EventId), time=now, sequence=sequence)
        reaction = replica.process.parts.reactions.to(type(event))
        assert reaction is not None
        arrival = Arrival(envelope.source, envelope.id, body_hash(body(event)))
        piece = Piece(partial(reaction.do, event), reaction.reads(event), arrival, envelope)
        return _said(await replica.do(piece))

    return act


def is_told(message: BaseModel, *, stamp: int = 1, message_id: EventId | None = None) -> Act:
    """React to a private message."""

    async def act(replica: Replica) -> str:
        reaction = replica.process.parts.private_reactions.to(type(message))
        assert reaction is not None
        written = message.model_dump_json().encode()
        arrival = Arrival(PRIVATE_SOURCE, message_id or new(EventId), body_hash(written))
        piece = Piece(partial(reaction.do, message), reaction.reads(message), arrival, stamp=stamp)
        return _said(await replica.do(piece))

    return act


def lets_fall_due(kind: str, key: str) -> Act:
    """Do what a timer is set for, if it is set and due."""

    async def act(replica: Replica) -> str:
        return _said(await replica.do(Piece(partial(replica.process.timers._do, kind, key))))

    return act


def _said(outcome: Outcome[Any]) -> str:
    match outcome:
        case Done(repeat=True):
            return REPEAT
        case Done():
            return DONE
        case Failed(NotYet()):
            return NOT_YET
        case Failed(error):
            raise error
