"""The demo's HTTP client: what a web frontend, staff, firms and candidates call the services with."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpx

PATIENCE = 60.0
"""Seconds for which a service that is away is tried again, always with the same Idempotency-Key."""
AWAY = frozenset({502, 503, 504})
"""What is answered on behalf of a service that is not there."""


class RefusedError(Exception):
    """A service said no: ``status``, the problem's ``type``, and its ``detail``."""

    def __init__(self, status: int, problem: Mapping[str, Any], call: str) -> None:
        super().__init__(
            f"{call}: {status} {problem.get('type')}: {problem.get('detail') or problem.get('errors')}"
        )
        self.status = status
        self.type = str(problem.get("type", ""))


class Api:
    """Calls services by name, patiently."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = urls
        self._client = httpx.AsyncClient(timeout=15)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, service: str, path: str, token: str | None = None) -> Any:
        """Read something; raises RefusedError."""
        return await self._call("GET", service, path, token, None, None)

    async def post(
        self, service: str, path: str, body: Any = None, *, token: str | None = None, key: str | None = None
    ) -> Any:
        """Create or change something; ``key`` is its Idempotency-Key. Raises RefusedError."""
        return await self._call("POST", service, path, token, {} if body is None else body, key)

    async def put(self, service: str, path: str, body: Any, *, token: str) -> Any:
        """Put something in its place; raises RefusedError."""
        return await self._call("PUT", service, path, token, body, None)

    async def patch(self, service: str, path: str, body: Any, *, token: str) -> Any:
        """Change something as it is now, whoever changed it before; raises RefusedError."""
        return await self._call("PATCH", service, path, token, body, None)

    async def delete(self, service: str, path: str, *, token: str) -> Any:
        """Remove something; raises RefusedError."""
        return await self._call("DELETE", service, path, token, None, None)

    def pages(self, service: str, path: str, token: str) -> AsyncIterator[Any]:
        """Read a whole list, page after page."""
        return items(path, lambda page: self.get(service, page, token))

    async def _call(
        self, method: str, service: str, path: str, token: str | None, body: Any, key: str | None
    ) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": "*"} if method == "PATCH" else {}
        until = time.monotonic() + PATIENCE
        while True:
            answer = await ask(self._client, method, f"{self._urls[service]}{path}", headers, body)
            if answer is not None and answer.is_success:
                return answer.json() if answer.content else None
            if time.monotonic() > until or (answer is not None and not is_passing(answer)):
                raise RefusedError(*_said(answer), f"{method} {service} {path}")
            await asyncio.sleep(0.1)


async def items(path: str, read: Callable[[str], Awaitable[Any]]) -> AsyncIterator[Any]:
    """Give what is in a list, page after page; ``read`` reads the page at a path."""
    cursor = ""
    while True:
        page = await read(f"{path}{'&' if '?' in path else '?'}limit=200{cursor}")
        for item in page["items"]:
            yield item
        if not page.get("next"):
            return
        cursor = f"&cursor={page['next']}"


async def ask(
    client: httpx.AsyncClient, method: str, url: str, headers: Mapping[str, str], body: Any
) -> httpx.Response | None:
    """Send a request once; None where no answer came."""
    try:
        return await client.request(method, url, headers=headers, json=body)
    except httpx.TransportError:
        return None


def is_passing(answer: httpx.Response) -> bool:
    """Say whether the same request may well be answered otherwise in a moment."""
    return answer.status_code in AWAY or "Retry-After" in answer.headers


def problem(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem that an answer tells of."""
    try:
        return dict(answer.json())
    except ValueError:
        return {"type": "no-json", "detail": answer.text[:200]}


def _said(answer: httpx.Response | None) -> tuple[int, dict[str, Any]]:
    if answer is None:
        return 0, {"type": "away", "detail": "no answer"}
    return answer.status_code, problem(answer)
