"""Whatever goes wrong in a request is answered as a problem."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from shared.storage.errors import StorageUnavailable
from shared.web.fields import invalid
from shared.web.problems import KeyMissing, Problem, Unavailable, VersionMissing, respond

log = structlog.get_logger(__name__)
MISSING: Mapping[tuple[str, str], Callable[[], Problem]] = {
    ("header", "Idempotency-Key"): KeyMissing,
    ("header", "If-Match"): VersionMissing,
}
ABSENT = {"missing", "string_too_short"}
"""What pydantic calls a header that is not there, and one that is empty."""
DETAILS = {404: "there is no such endpoint; /docs shows those that there are"}


def install(app: FastAPI) -> None:
    """Have every error answered as a problem."""

    @app.exception_handler(Problem)
    async def known(_: Request, error: Problem) -> JSONResponse:
        return respond(error)

    @app.exception_handler(RequestValidationError)
    async def wrong_fields(request: Request, error: RequestValidationError) -> JSONResponse:
        return respond(of_fields(request, error.errors()))

    @app.exception_handler(StorageUnavailable)
    @app.exception_handler(PyMongoError)
    async def away(_: Request, error: Exception) -> JSONResponse:
        log.warning("database away", error=type(error).__name__)
        return respond(Unavailable())

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> JSONResponse:
        problem = of_status(error)
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers["Allow"] = ", ".join(_allowed(request))
        return respond(problem)


def _allowed(request: Request) -> list[str]:
    """Return the methods that a path has; the framework's own answer names those of one endpoint alone."""
    at_path = [
        one
        for one in request.app.router.routes
        if isinstance(one, Route) and one.matches(request.scope)[0] is not Match.NONE
    ]
    return sorted({method for one in at_path for method in one.methods or ()})


def of_fields(request: Request, found: Sequence[Mapping[str, Any]]) -> Problem:
    """Make a problem of wrong fields; a header that has a problem of its own comes first."""
    for error in found:
        if error["type"] in ABSENT and error["loc"] in MISSING:
            return MISSING[error["loc"]]()
    body = getattr(request.scope.get("route"), "body_field", None)
    return invalid(found, None if body is None else body.field_info.annotation)


def of_status(error: HTTPException) -> Problem:
    """Make a problem of what the framework itself says: no such endpoint, no such method."""
    phrase = HTTPStatus(error.status_code).phrase
    problem = Problem(DETAILS.get(error.status_code), headers=error.headers)
    problem.status, problem.title = error.status_code, phrase
    problem.type = phrase.lower().replace(" ", "-")
    return problem
