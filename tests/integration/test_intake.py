"""Intake over HTTP, as a web frontend sees it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.run import LocalRun
from tests.harness.history import read_history
from tests.harness.waiting import eventually


@pytest.fixture
async def http(intake: LocalRun) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=intake.urls["intake"]) as client:
        yield client


async def test_ready_says_what_is_still_to_be_done(http: httpx.AsyncClient) -> None:
    answer = (await http.get("/readyz")).json()
    assert answer["ready"]
    assert answer["work"]["queued"] == 0


async def test_an_opened_round_is_in_the_history(http: httpx.AsyncClient, intake: LocalRun) -> None:
    answer = await http.post(
        "/rounds",
        json={"capacity": 2, "waitlist": 1, "opens_on": "2026-01-01", "closes_on": "2099-01-01"},
        headers={"Authorization": f"Bearer {intake.token('staff')}", "Idempotency-Key": "a"},
    )
    assert answer.status_code == 201

    async def told() -> object:
        return [
            one for one in await read_history(intake.amqp_url) if one.subject == answer.json()["round_id"]
        ]

    await eventually(told, "round-opened in the history")


async def test_requests_are_counted_by_route_and_never_by_address(http: httpx.AsyncClient) -> None:
    await http.get(f"/applications/{'5a' * 16}")
    await http.get("/somebody@mail.example")
    counted = (await http.get("/metrics")).text
    labels = 'method="GET",route="/applications/{application_id}",status="401"'
    assert f"enmusubi_http_seconds_count{{{labels}}} 1.0" in counted
    assert 'route="none",status="404"' in counted
    assert "somebody@" not in counted
