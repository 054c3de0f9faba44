"""The app factory: what every service's HTTP side has in common."""

import time
from collections.abc import Awaitable, Callable, Sequence

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from shared.telemetry import REQUESTS, continue_trace
from shared.web import problems
from shared.web.identity import GuardedRoute, Identity
from shared.web.limits import BodyLimit

log = structlog.get_logger(__name__)


def router() -> APIRouter:
    """Make a router on which an endpoint that does not say who may call it refuses everybody."""
    return APIRouter(route_class=GuardedRoute)


def create_app(
    title: str,
    description: str,
    version: str,
    routers: Sequence[APIRouter],
    identity: Identity,
    cors_origins: Sequence[str],
) -> FastAPI:
    """Make a service's HTTP side: its endpoints, problems, identity, CORS, limits, traces."""
    app = FastAPI(
        title=title,
        description=description,
        version=version,
        responses={
            422: {
                "model": problems.ProblemBody,
                "description": "`invalid`: a field is not right; which one is said",
            },
            503: {"model": problems.ProblemBody, "description": "`unavailable`: try again with the same key"},
        },
        separate_input_output_schemas=False,
    )
    app.state.identity = identity
    problems.install(app)
    for one in routers:
        app.include_router(one)
    app.middleware("http")(_traced)
    app.add_middleware(BodyLimit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "traceparent"],
        expose_headers=["ETag", "Retry-After", "Location"],
    )
    return app


async def _traced(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    started = time.perf_counter()
    request.state.traceparent = continue_trace(request.headers.get("traceparent"))
    try:
        response = await call_next(request)
    except (
        Exception
    ) as error:  # a mistake of ours: said in the log by its kind, to the caller without details
        log.exception("request failed", error=type(error).__name__)
        response = problems.respond(problems.Mistake())
    route = getattr(request.scope.get("route"), "path", "none")
    REQUESTS.labels(request.method, route, response.status_code).observe(time.perf_counter() - started)
    return response
