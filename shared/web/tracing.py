"""Each request's trace, its time, and an answer when we have made a mistake."""

import re
import time

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import REQUESTS, continue_trace
from shared.web.problems import Mistake, respond

log = structlog.get_logger(__name__)
_is_traceparent = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}").fullmatch


class Tracing:
    """Gives a request its trace (``request.state.traceparent``), measures it, and answers 500 for what was raised."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["traceparent"] = _traceparent(scope)
        answer = _Answer(send)
        started = time.perf_counter()
        try:
            await self._answered(scope, receive, answer)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            REQUESTS.labels(scope["method"], route, answer.status).observe(time.perf_counter() - started)

    async def _answered(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # said in the log by its kind, to the caller without details
            log.exception("request failed", error=type(error).__name__)
            if answer.status:  # it has begun: the server can only cut it off
                raise
            await respond(Mistake())(scope, receive, answer)


class _Answer:
    """Sends an answer on and notes its status; 0 until it has begun (and for a caller who did not wait for it)."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def _traceparent(scope: Scope) -> str:
    """Continue the caller's trace. What does not have the shape of one is dropped: it would end up in events."""
    sent = Headers(scope=scope).get("traceparent", "")
    return continue_trace(sent if _is_traceparent(sent) else None)
