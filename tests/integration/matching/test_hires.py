"""Hires that end: the place is free again, and so is the person."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.integration.matching.programme import Applicant, Json, Programme

TODAY = str(datetime.now(ZoneInfo("Asia/Tokyo")).date())
ENDED: Json = {"ended_on": TODAY, "reason": "dismissed"}


async def hired(programme: Programme, *, headcount: int = 2) -> tuple[Applicant, Json, Json]:
    """Return who was hired, the position, and the offer."""
    position = await programme.new_position(await programme.new_firm(), headcount=headcount)
    one = await programme.shortlist("Python")
    offer = await programme.offered(await programme.interviewed(await programme.made(one, position)))
    accepted = await programme.ask(
        "POST", f"/offers/{offer['offer_id']}/acceptance", programme.candidate(one)
    )
    assert accepted.status_code == 200, accepted.text
    return one, position, offer


async def test_a_hire_that_ends_frees_its_place_and_its_person(programme: Programme) -> None:
    one, position, offer = await hired(programme)
    firm = programme.firm(position["firm_id"])
    other = await programme.new_position(await programme.new_firm())
    assert [match["position_id"] for match in await programme.matches_of(one)] == [position["position_id"]]

    for _ in range(2):
        answer = await programme.ask("POST", f"/offers/{offer['offer_id']}/end", firm, ENDED)
        assert answer.status_code == 200, answer.text
        assert {name: answer.json()[name] for name in ("state", "reason", "ended_on")} == {
            "state": "ended",
            **ENDED,
        }

    (*_, told) = await programme.history_of(offer["offer_id"], "offer-accepted", "hire-ended")
    assert told.data == {
        "offer_id": offer["offer_id"],
        "candidate_id": one.candidate_id,
        "firm_id": position["firm_id"],
        **ENDED,
    }
    shown = await programme.ask("GET", f"/positions/{position['position_id']}", firm)
    assert (shown.json()["state"], shown.json()["held"], shown.json()["accepted"]) == ("open", 0, 0)
    match = await programme.proposed(one, position)
    assert (match["state"], match["ended_by"], match["hired"]) == ("ended", "firm", False)
    await programme.proposed(one, other)


async def test_a_position_that_was_filled_stays_closed(programme: Programme) -> None:
    _, position, offer = await hired(programme, headcount=1)
    firm = programme.firm(position["firm_id"])
    ended = {"ended_on": TODAY, "reason": "contract-ended"}
    answer = await programme.ask("POST", f"/offers/{offer['offer_id']}/end", firm, ended)
    assert answer.status_code == 200, answer.text
    shown = await programme.ask("GET", f"/positions/{position['position_id']}", firm)
    assert (shown.json()["state"], shown.json()["reason"], shown.json()["held"]) == ("closed", "filled", 0)


@pytest.mark.parametrize(
    "change",
    [
        {"ended_on": str(datetime.now(UTC).date() + timedelta(days=2))},
        {"ended_on": str(datetime.now(UTC).date() - timedelta(days=3))},
        {"reason": "tired"},
    ],
)
async def test_a_day_or_reason_that_cannot_be_is_refused(programme: Programme, change: Json) -> None:
    _, position, offer = await hired(programme)
    path, firm = f"/offers/{offer['offer_id']}/end", programme.firm(position["firm_id"])
    answer = await programme.ask("POST", path, firm, ENDED | change)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert [error["where"] for error in answer.json()["errors"]] == [f"body.{next(iter(change))}"]


async def test_only_its_firm_ends_a_hire_and_only_a_hire_ends(programme: Programme) -> None:
    one, position, offer = await hired(programme)
    path = f"/offers/{offer['offer_id']}"
    for token in (programme.staff, programme.candidate(one), programme.firm(await programme.new_firm())):
        assert (await programme.ask("POST", f"{path}/end", token, ENDED)).status_code == 403
    match = await programme.made(await programme.shortlist("Python"), position)
    still_open = await programme.offered(await programme.interviewed(match))
    answer = await programme.ask(
        "POST", f"/offers/{still_open['offer_id']}/end", programme.firm(position["firm_id"]), ENDED
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "wrong-state")
