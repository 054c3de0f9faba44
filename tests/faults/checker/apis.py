"""The services' APIs, as staff see them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.faults.checker.evidence import SERVICES, Json

PAGE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What the APIs show."""

    now: datetime
    """Programme time."""
    unrest: tuple[str, ...]
    things: Mapping[str, Mapping[str, str]]
    """By kind, ids with their states."""


async def read_apis(urls: Mapping[str, str], token: str) -> Shown:
    """Read everything that staff can list."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as http:
        apis = {service: _Api(http, urls[service]) for service in SERVICES if service in urls}
        readings = {service: await api.get("/readyz", may_fail=True) for service, api in apis.items()}
        things: dict[str, dict[str, str]] = {}
        for service, read in _READERS.items():
            if service in apis:
                async for kind, thing, state in read(apis[service]):
                    things.setdefault(kind, {})[thing] = state
        return Shown(
            now=max(datetime.fromisoformat(one["clock"]["now"]) for one in readings.values()),
            unrest=tuple(line for service, one in readings.items() for line in _unrest(service, one)),
            things=things,
        )


def _unrest(service: str, reading: Json) -> list[str]:
    work = reading.get("work") or {"its database": "away"}
    wrong = [f"{service} is not ready: {reason}" for reason in reading["reasons"]]
    return wrong + [f"{service} still has {name}: {count}" for name, count in work.items() if count]


@dataclass(frozen=True, slots=True)
class _Api:
    http: httpx.AsyncClient
    url: str

    async def get(self, path: str, *, may_fail: bool = False) -> Any:
        answer = await self.http.get(f"{self.url}{path}")
        if not may_fail:
            answer.raise_for_status()
        return answer.json()

    async def pages(self, path: str) -> AsyncIterator[Json]:
        cursor: str | None = ""
        while cursor is not None:
            page = await self.get(f"{path}?limit={PAGE}{cursor and f'&cursor={cursor}'}")
            for item in page["items"]:
                yield item
            cursor = page.get("next")


Seen = AsyncIterator[tuple[str, str, str]]
"""Kind, id, state."""


async def _intake(api: _Api) -> Seen:
    async for one in api.pages("/rounds"):
        yield "rounds", one["round_id"], one["state"]
    async for one in api.pages("/applications"):
        yield "applications", one["application_id"], one["state"]


async def _matching(api: _Api) -> Seen:
    async for one in api.pages("/firms"):
        yield "firms", one["firm_id"], ""
    async for position in api.pages("/positions"):
        yield "positions", position["position_id"], position["state"]
        async for one in api.pages(f"/positions/{position['position_id']}/matches"):
            yield "matches", one["match_id"], one["state"]
        async for one in api.pages(f"/positions/{position['position_id']}/offers"):
            yield "offers", one["offer_id"], one["state"]


async def _scheduling(api: _Api) -> Seen:
    async for summary in api.pages("/visits"):
        visit = await api.get(f"/visits/{summary['visit_id']}")
        yield "visits", visit["visit_id"], visit["state"]
        for one in visit["invited"]:
            yield "seats", f"{visit['visit_id']}.{one['candidate_id']}", one["state"]
        for one in visit["interviews"]:
            yield "interviews", one["interview_id"], one["state"]


async def _notifications(api: _Api) -> Seen:
    async for one in api.pages("/messages"):
        yield "messages", one["message_id"], one["state"]


_READERS = {
    "intake": _intake,
    "matching": _matching,
    "scheduling": _scheduling,
    "notifications": _notifications,
}
