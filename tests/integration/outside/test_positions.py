"""A firm's own system asks for positions."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.local.finder import Parts
from deploy.local.run import LocalRun
from shared.events import PositionRequested
from shared.events.envelope import Envelope, body
from shared.events.ids import EventId, FirmId, RequestId
from shared.events.profile import Requirements
from shared.ids import new
from tests.harness.nodes import running
from tests.harness.outside import Outsider, ParkingLot
from tests.harness.waiting import eventually
from tests.integration.matching.programme import REQUIREMENTS, Json, Programme

EXPECTED = new(FirmId)
"""A firm that the setting names and that was never registered."""
PUBLISHERS = {"oak-hr": ["*"], "elm-hr": ["*"], "ash-hr": [EXPECTED]}


@pytest.fixture(scope="module")
async def matching(nodes: Parts, run_folder: Path) -> AsyncIterator[LocalRun]:
    """Matching, which listens to three systems."""
    environment = {"POSITION_PUBLISHERS": json.dumps(PUBLISHERS), "NOT_YET_DELAYS": "[0.1, 0.2]"}
    async with running(nodes, run_folder, "matching", environment=environment) as run:
        yield run


@pytest.fixture
async def programme(matching: LocalRun) -> AsyncIterator[Programme]:
    async with httpx.AsyncClient(base_url=matching.urls["matching"], timeout=20) as http:
        yield Programme(matching, http)


@pytest.fixture
def oak(matching: LocalRun) -> Outsider:
    return Outsider(matching.amqp_url, "oak-hr")


@pytest.fixture
def elm(matching: LocalRun) -> Outsider:
    return Outsider(matching.amqp_url, "elm-hr")


@pytest.fixture(scope="module")
def parked(matching: LocalRun) -> ParkingLot:
    return ParkingLot(matching.amqp_url, "matching")


def asked(firm_id: str, request_id: RequestId | None = None, **changes: object) -> PositionRequested:
    """Ask for a position."""
    return PositionRequested(
        firm_id=FirmId(firm_id),
        request_id=request_id or new(RequestId),
        requirements=Requirements.model_validate_json(json.dumps({**REQUIREMENTS, **changes})),
    )


async def opened(programme: Programme, firm_id: str, count: int = 1) -> list[Json]:
    """Wait until a firm has so many positions; return them."""

    async def look() -> list[Json] | None:
        answer = await programme.ask("GET", f"/positions?firm_id={firm_id}", programme.staff)
        found = answer.json()["items"]
        return found if len(found) >= count else None

    return await eventually(look, f"{count} positions")


async def test_a_request_opens_a_position_which_says_so(programme: Programme, oak: Outsider) -> None:
    firm_id, one = await programme.new_firm(), await programme.shortlist("Python")
    request = asked(firm_id, title="組込みエンジニア")
    await oak.say(request)

    (position,) = await opened(programme, firm_id)
    assert (position["request_id"], position["requirements"]["title"]) == (
        request.request_id,
        "組込みエンジニア",
    )
    await programme.proposed(one, position)
    closing = f"/positions/{position['position_id']}/closing"
    await programme.ask("POST", closing, programme.firm(firm_id))
    told = await programme.history_of(position["position_id"], "position-opened", "position-closed")
    assert [event.data["request_id"] for event in told] == [request.request_id, request.request_id]


async def test_the_same_request_again_does_nothing(programme: Programme, oak: Outsider) -> None:
    firm_id = await programme.new_firm()
    request = asked(firm_id)
    event_id = await oak.say(request)
    await oak.say(request, id=event_id)
    await oak.say(request)
    await oak.say(asked(firm_id))
    assert len(await opened(programme, firm_id, 2)) == 2


async def test_two_publishers_may_give_the_same_ids(
    programme: Programme, oak: Outsider, elm: Outsider
) -> None:
    firms = [await programme.new_firm(), await programme.new_firm()]
    event_id, request_id = new(EventId), new(RequestId)
    for outsider, firm_id in zip((oak, elm), firms, strict=True):
        await outsider.say(asked(firm_id, request_id), id=event_id)
    for firm_id in firms:
        (position,) = await opened(programme, firm_id)
        assert position["request_id"] == request_id


async def test_another_request_under_a_known_id_is_parked(
    programme: Programme, oak: Outsider, parked: ParkingLot
) -> None:
    firm_id, request_id = await programme.new_firm(), new(RequestId)
    await oak.say(asked(firm_id, request_id))
    await opened(programme, firm_id)
    reason = await parked.reason(await oak.say(asked(firm_id, request_id, headcount=2)))
    assert reason.startswith("request-reused | ")
    assert reason.endswith("request_id: another request had it before; a new one needs a new id")


async def test_who_may_not_speak_for_a_firm_is_told_so(
    programme: Programme, matching: LocalRun, parked: ParkingLot
) -> None:
    firm_id = await programme.new_firm()
    for name in ("ash-hr", "nobody-hr"):
        reason = await parked.reason(await Outsider(matching.amqp_url, name).say(asked(firm_id)))
        assert reason.startswith("publisher-not-allowed | ")
        assert "the setting POSITION_PUBLISHERS" in reason


async def test_an_unknown_firm_is_parked_at_once_and_a_named_one_is_waited_for(
    matching: LocalRun, oak: Outsider, parked: ParkingLot
) -> None:
    assert (await parked.reason(await oak.say(asked(new(FirmId))))).startswith("unknown-firm | ")
    ash = Outsider(matching.amqp_url, "ash-hr")
    assert (await parked.reason(await ash.say(asked(EXPECTED)))).startswith("predecessor-missing | ")


async def test_a_bad_requirement_is_named(programme: Programme, oak: Outsider, parked: ParkingLot) -> None:
    request = asked(await programme.new_firm())
    envelope = Envelope.of(
        request, id=new(EventId), time=datetime.now(UTC), sequence=None, publisher=oak.name
    )
    await oak.send(envelope, body(request).replace(b'"salary_max":6000000', b'"salary_max":1'))
    reason = await parked.reason(envelope.id)
    assert reason.startswith("invalid-data | ")
    assert "requirements.salary_max: Input should not be less than salary_min" in reason
