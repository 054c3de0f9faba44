"""Firms and positions over HTTP."""

import pytest

from tests.integration.matching.programme import REQUIREMENTS, Json, Programme


async def test_a_firm_is_registered_and_its_contact_is_shown_to_nobody(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    answer = await programme.ask("GET", f"/firms/{firm_id}", programme.firm(firm_id))
    assert answer.json() == {
        "firm_id": firm_id,
        "name": "株式会社出雲ソフト",
        "language": "ja",
        "time_zone": "Asia/Tokyo",
    }
    (told,) = await programme.history_of(firm_id, "firm-registered")
    assert "example.jp" not in str(told.data)


async def test_how_to_reach_a_firm_goes_to_notifications_alone_under_the_company_s_name(
    programme: Programme,
) -> None:
    contact = await programme.contact_of(await programme.new_firm())
    assert (contact.role, contact.name, contact.language) == ("firm", "株式会社出雲ソフト", "ja")
    assert contact.addresses.email == "hanako@firm.example.jp"


async def test_a_firm_changes_its_name_with_its_contact(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    tag = (await programme.ask("GET", f"/firms/{firm_id}", programme.staff)).headers["ETag"]
    alone = await programme.ask(
        "PATCH", f"/firms/{firm_id}", programme.staff, {"name": "出雲"}, **{"If-Match": tag}
    )
    assert alone.status_code == 422
    assert alone.json()["errors"][0]["where"] == "body.contact"
    both = {"name": "出雲", "contact": {"name": "佐藤", "email": "new@firm.example.jp"}}
    answer = await programme.ask("PATCH", f"/firms/{firm_id}", programme.staff, both, **{"If-Match": tag})
    assert answer.json()["name"] == "出雲"
    outdated = await programme.ask("PATCH", f"/firms/{firm_id}", programme.staff, both, **{"If-Match": tag})
    assert outdated.status_code == 412
    await programme.history_of(firm_id, "firm-changed")
    assert (await programme.contact_of(firm_id)).name == "株式会社出雲ソフト"
    assert (await programme.contact_of(firm_id)).name == "出雲"


async def test_another_firm_may_not_look(programme: Programme) -> None:
    firm_id, other = await programme.new_firm(), await programme.new_firm()
    answer = await programme.ask("GET", f"/firms/{firm_id}", programme.firm(other))
    assert answer.status_code == 403
    body = {"requirements": REQUIREMENTS}
    answer = await programme.create(f"/firms/{firm_id}/positions", programme.firm(other), body)
    assert answer.status_code == 403


async def test_anyone_sees_open_positions_and_no_closed_ones(programme: Programme) -> None:
    firm_id = await programme.new_firm()
    position = await programme.new_position(firm_id)
    path = f"/positions/{position['position_id']}"
    seen = (await programme.http.get(path)).json()
    assert seen["firm_name"] == "株式会社出雲ソフト"
    assert "held" not in {name for name, value in seen.items() if value is not None}
    await programme.ask("POST", f"{path}/closing", programme.firm(firm_id))
    assert (await programme.http.get(path)).status_code == 404
    assert (await programme.http.get("/positions", params={"state": "closed"})).status_code == 403
    own = await programme.ask("GET", f"/positions?firm_id={firm_id}", programme.firm(firm_id))
    assert [(one["state"], one["reason"]) for one in own.json()["items"]] == [("closed", "firm")]


async def test_a_position_changes_but_not_below_what_is_held(programme: Programme) -> None:
    position = await programme.new_position(await programme.new_firm(), headcount=2)
    one = await programme.shortlist("Python")
    await programme.offered(await programme.interviewed(await programme.made(one, position)))
    second = await programme.interviewed(await programme.made(await programme.shortlist("Python"), position))
    await programme.offered(second)
    path = f"/positions/{position['position_id']}"
    tag = (await programme.ask("GET", path, programme.staff)).headers["ETag"]
    fewer = {"requirements": {**REQUIREMENTS, "headcount": 1}}
    answer = await programme.ask("PATCH", path, programme.staff, fewer, **{"If-Match": tag})
    assert (answer.status_code, answer.json()["type"]) == (409, "headcount-held")
    more = {"requirements": {**REQUIREMENTS, "headcount": 3}}
    answer = await programme.ask("PATCH", path, programme.staff, more, **{"If-Match": tag})
    assert answer.json()["requirements"]["headcount"] == 3
    assert answer.headers["ETag"] != tag
    await programme.history_of(position["position_id"], "position-changed")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/firms", {"name": "x"}),
        ("/firms", {"name": "x", "contact": {"name": "x", "email": "no"}, "language": "ja"}),
        ("/assignments", {"seats": 0}),
        ("/assignments", {"seats": 1, "candidates": ["x"]}),
        (f"/firms/{'0' * 32}/positions", {"requirements": {**REQUIREMENTS, "salary_max": 1}}),
        ("/firms/x/positions", {"requirements": REQUIREMENTS}),
    ],
)
async def test_what_is_wrong_is_named(programme: Programme, path: str, body: Json) -> None:
    answer = await programme.create(path, programme.staff, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert answer.json()["errors"]


@pytest.mark.parametrize("kind", ["firms", "positions", "offers", "assignments"])
async def test_what_is_not_there_is_not_found(programme: Programme, kind: str) -> None:
    answer = await programme.ask("GET", f"/{kind}/{'0' * 32}", programme.staff)
    assert answer.status_code == 404
