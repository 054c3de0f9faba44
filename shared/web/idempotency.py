"""Idempotency-Key: a request that creates something may be sent again, and does it once."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.storage.collection import Collection, Key
from shared.storage.commands import Commands
from shared.storage.pieces import Piece
from shared.storage.unit import UnitOfWork
from shared.web.problems import KeyReused, Problem, StillAtWork

LONGEST_KEY = 255
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was answered to a request with this key, for whoever sends it again."""

    key: str
    request_hash: str
    status: int
    body: str
    media_type: str = "application/json"


# Two days: longer than anybody retries, and short enough that a token in an answer has long run out.
answers = Collection(Answer, "answers", id="key", keep_for=timedelta(days=2))


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An Idempotency-Key, hashed within the endpoint that it was sent to, and the trace of its request."""

    hashed: str
    traceparent: str
    secret: str = field(repr=False)
    """The key as it was sent, which is kept nowhere: without it nobody can try out what the request said."""


async def idempotency_key(
    request: Request,
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            description="Chosen by you, new for each thing to create, the same when you try again",
            min_length=1,
            max_length=LONGEST_KEY,
        ),
    ],
) -> RequestKey:
    """Return the key; ``errors.py`` answers KeyMissing where there is none."""
    endpoint = (request.method, request.scope["path"])
    return RequestKey(hashed(*endpoint, key), request.state.traceparent, secret=key)


IdempotencyKey = Annotated[RequestKey, Depends(idempotency_key)]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers: a model or a problem that is a result, with its status."""

    status: int
    content: BaseModel | Problem


Work = Callable[[UnitOfWork], Awaitable[Reply]]


class Once:
    """Runs commands that create something, each key once."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._at_work: set[str] = set()

    async def run(
        self, key: RequestKey, request: BaseModel, work: Work, reads: Sequence[Key] = ()
    ) -> Response:
        """Do the work unless this key has been answered; answer the same either way.

        A problem that ``work`` raises is not remembered (the same key may be tried again); one that it
        returns in its reply is. Raises KeyReused and StillAtWork.
        """
        if key.hashed in self._at_work:
            raise StillAtWork
        self._at_work.add(key.hashed)
        content = hashed(key.secret, request.model_dump_json())
        try:
            answer = await self._commands.run(
                Piece(
                    lambda unit: _answer(key.hashed, content, work, unit),
                    reads=(answers.key(key.hashed), *reads),
                    traceparent=key.traceparent,
                )
            )
        finally:
            self._at_work.discard(key.hashed)
        return Response(answer.body, answer.status, media_type=answer.media_type)


async def _answer(key: str, request_hash: str, work: Work, unit: UnitOfWork) -> Answer:
    known = await unit.get(answers, key)
    if known is not None:
        if known.request_hash != request_hash:
            raise KeyReused
        return known
    reply = await work(unit)
    problem = reply.content if isinstance(reply.content, Problem) else None
    content = reply.content if problem is None else problem.body()
    answer = Answer(
        key=key,
        request_hash=request_hash,
        status=reply.status,
        body=content.model_dump_json(exclude_none=True),  # type: ignore[union-attr]
        media_type="application/json" if problem is None else "application/problem+json",
    )
    unit.save(answers, answer)
    return answer


def hashed(*parts: str) -> str:
    """Return one hash for several texts; two different lists of texts never share one."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()
