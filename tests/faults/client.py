"""A good client: it tries again with the same key, goes by the problem's type, and writes down every yes."""

import asyncio
import math
import random
import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from deploy.demo.api import RefusedError, ask, is_passing, items, problem
from tests.faults.journal import Journal, now

PATIENCE = 90.0
"""Seconds for which a command is tried; then the client gives it up (it may have been done)."""
TIME_OUT = 8.0


class GivenUp(Exception):  # noqa: N818
    """A command that was not answered in all that time."""


class Client:
    """Calls services, any replica of them, at a steady pace."""

    def __init__(
        self,
        urls: Mapping[str, Sequence[str]],
        acknowledged: Journal,
        chance: random.Random,
        a_second: float,
    ) -> None:
        self.acknowledged: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.given_up: list[str] = []
        self.repeated = 0
        """How many requests had to be sent again."""
        self.until = math.inf
        """The monotonic time from which on nothing new is begun."""
        self._urls = urls
        self._journal = acknowledged
        self._chance = chance
        self._every = 1 / a_second
        self._next = 0.0
        self._client = httpx.AsyncClient(timeout=TIME_OUT, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def command(
        self,
        kind: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        method: str = "POST",
        **ids: str,
    ) -> Any:
        """Have something done; when it was acknowledged, that is written down before this returns.

        Raises RefusedError where the service says no for good, and GivenUp.
        """
        key = secrets.token_hex(16)
        await self._turn()
        try:
            answer = await self._insist(method, service, path, token, body, key)
        except RefusedError as refused:
            self.refused[f"{kind}: {refused.type}"] += 1
            raise
        content = answer.json() if answer.content else {}
        content = {"items": content} if isinstance(content, list) else content
        found = {
            name: value for name, value in content.items() if name.endswith("_id") and isinstance(value, str)
        }
        await self._journal.append(
            {
                "at": now(),
                "kind": kind,
                "key": key,
                "status": answer.status_code,
                "ids": found | ids,
                "body": content,
            }
        )
        self.acknowledged[kind] += 1
        return content

    async def read(self, service: str, path: str, token: str) -> Any:
        """Read something; raises RefusedError and GivenUp."""
        return (await self._insist("GET", service, path, token, None, None)).json()

    async def everything(self, service: str, path: str, token: str) -> list[Any]:
        """Read a whole list, page after page."""
        return [one async for one in items(path, lambda page: self.read(service, page, token))]

    async def _turn(self) -> None:
        """Wait for this command's turn: so many go in a second, however many want to."""
        moment = max(self._next, time.monotonic())
        self._next = moment + self._every
        await asyncio.sleep(moment - time.monotonic())
        if time.monotonic() > self.until:
            raise GivenUp("the time is over")

    async def _insist(
        self, method: str, service: str, path: str, token: str | None, body: Any, key: str | None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        until = time.monotonic() + PATIENCE
        call = f"{method} {service} {path}"
        while True:
            url = f"{self._chance.choice(self._urls[service])}{path}"
            answer = await ask(self._client, method, url, headers, body)
            if answer is not None and answer.is_success:
                return answer
            if answer is not None and not is_passing(answer):
                raise RefusedError(answer.status_code, problem(answer), call)
            if time.monotonic() > until:
                self.given_up.append(f"{call}: {'no answer' if answer is None else problem(answer)}")
                raise GivenUp(self.given_up[-1])
            self.repeated += 1
            await asyncio.sleep(self._chance.uniform(0.1, 0.5))
