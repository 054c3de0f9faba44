"""A route of ours: who may call it, how its body is read, and how it is described."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from shared.web import headers
from shared.web.bodies import read_strictly
from shared.web.idempotency import idempotency_key
from shared.web.identity import Allow, AllowAnyone, allowed
from shared.web.problems import (
    Forbidden,
    Invalid,
    KeyMissing,
    KeyReused,
    NotJson,
    Problem,
    StillAtWork,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VersionMissing,
    VersionOutdated,
    WrongMediaType,
    documented,
    together,
)
from shared.web.versions import if_match, set_etag

BEARER = "bearer"
"""What the way of calling with a token is named in the description."""
NO_CONTENT = 204
UNSAID = "Successful Response"
"""What FastAPI says of an answer of which nothing is said."""


class GuardedRoute(APIRoute):
    """A route that refuses everybody unless it says who may call it, before anything else is looked at.

    Its body is read strictly; what is absent is left out of its answers; and whatever may go wrong with any
    such route is described without being listed by each.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options | {"response_model_exclude_none": True})
        self.responses = together(self.responses, documented(*_problems(self)))
        if self.response_description == UNSAID:
            self.response_description = _what_comes(self)
        if set_etag in _calls(self.dependant):
            self.responses[self.status_code or 200] = {
                "description": self.response_description,
                "headers": headers.described(headers.ETAG),
            }
        allow = allowed(self)
        if allow is not None and allow.roles:
            self.description = (
                f"{self.description}\n\nWho may call: {', '.join(sorted(allow.roles))}.".strip()
            )
            self.openapi_extra = {**(self.openapi_extra or {}), "security": [{BEARER: []}]}
        elif isinstance(allow, AllowAnyone):
            self.openapi_extra = {**(self.openapi_extra or {}), "security": [{BEARER: []}, {}]}

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler, or one that refuses."""
        allow = allowed(self)
        if allow is None:
            return _refuse
        if self.body_field is None:
            return super().get_route_handler()
        handle = super().get_route_handler()

        async def read_and_handle(request: Request) -> Response:
            await allow(request)  # before a word is said of what somebody sent who may not call
            await read_strictly(request)
            response: Response = await handle(request)
            return response

        return read_and_handle


async def _refuse(_: Request) -> Response:
    raise Forbidden("this endpoint does not say who may call it")


def _what_comes(route: APIRoute) -> str:
    """Say of an answer what its type says of itself."""
    model = route.response_model
    if isinstance(model, type) and issubclass(model, BaseModel):
        return (inspect.getdoc(model) or UNSAID).partition("\n")[0].rstrip(".")
    return "Done; there is nothing else to say" if route.status_code == NO_CONTENT else UNSAID


def _problems(route: APIRoute) -> Iterator[type[Problem]]:
    """Name what can go wrong with a route, whatever it does."""
    allow = allowed(route)
    yield Unavailable
    if allow is None or allow.roles:
        yield from (Unauthenticated, Forbidden)
    elif isinstance(allow, AllowAnyone):
        yield Unauthenticated
    if route.body_field is not None:
        yield from (Invalid, NotJson, TooLarge, WrongMediaType)
    elif route.dependant.path_params or route.dependant.query_params:
        yield Invalid
    calls = set(_calls(route.dependant))
    if idempotency_key in calls:
        yield from (KeyMissing, KeyReused, StillAtWork)
    if if_match in calls:
        yield from (VersionMissing, VersionOutdated)


def _calls(dependant: Dependant) -> Iterator[object]:
    for needed in dependant.dependencies:
        if not isinstance(needed.call, Allow):
            yield needed.call
        yield from _calls(needed)
