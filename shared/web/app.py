"""The app factory: what every service's HTTP side has in common."""

from collections.abc import Sequence

from fastapi import APIRouter
from fastapi.middleware.cors import CORSMiddleware

from shared.web import docs, errors
from shared.web.identity import Identity
from shared.web.limits import BodyLimit
from shared.web.openapi import Api
from shared.web.routes import GuardedRoute
from shared.web.tracing import Tracing


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
) -> Api:
    """Make a service's HTTP side: its endpoints, problems, identity, CORS, limits, traces."""
    app = Api(
        title=title,
        description=description,
        version=version,
        separate_input_output_schemas=False,
        docs_url=None,  # see shared.web.docs
        redoc_url=None,
        redirect_slashes=False,  # behind a gateway the address would be wrong
        telemetry={"tracing": False, "metrics": False, "logs": False},  # we have our own
    )
    app.state.identity = identity
    errors.install(app)
    docs.install(app)
    for one in routers:
        app.router.routes.extend(one.routes)  # a router within a router would be matched twice
    # The last one added is the outermost: whatever is answered, a browser may read it.
    app.add_middleware(BodyLimit)
    app.add_middleware(Tracing)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "traceparent"],
        expose_headers=["ETag", "Retry-After", "WWW-Authenticate"],
    )
    return app
