"""How what a service says is told, on answers that are made up here: what it may say one day too."""

from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from deploy.local.run import LocalRun
from tests.harness.browser import Visitor, needs_browser, visitor
from tests.harness.examples import needs_node
from tests.harness.frontend import Staff, come_in, shortlist

pytestmark = [needs_browser, needs_node, pytest.mark.usefixtures("staff")]

MATCH = {
    "match_id": "10" * 16,
    "candidate_id": "ab" * 16,
    "position_id": "20" * 16,
    "firm_id": "30" * 16,
    "state": "proposed",
    "score": 0.7,
    "accepted_by_candidate": False,
    "accepted_by_firm": False,
    "reasons": [],
}
OFFER = {
    "offer_id": "40" * 16,
    "match_id": MATCH["match_id"],
    "position_id": MATCH["position_id"],
    "firm_id": MATCH["firm_id"],
    "candidate_id": MATCH["candidate_id"],
    "salary": 5_200_000,
    "starts_on": "2030-04-01",
    "made_at": "2029-12-10T12:00:00+09:00",
    "expires_at": "2029-12-24T12:00:00+09:00",
    "state": "open",
}


async def is_told(somebody: Visitor, what: str, *items: dict[str, Any]) -> None:
    """Let the page be told these matches or offers, and no others."""

    async def answer(route: Route) -> None:
        await route.fulfill(json={"items": items}, headers={"Access-Control-Allow-Origin": "*"})

    await somebody.page.unroute(f"**/candidates/*/{what}*")
    await somebody.page.route(f"**/candidates/*/{what}*", answer)


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "It fits because of: Python · languages · wishes · fame"),
        ("ja", "合う理由：Python · 言語 · 希望 · fame"),
    ],
)
async def test_reasons_name_skills_and_one_that_is_not_known_is_told_as_it_is(
    run: LocalRun, browser: Browser, staff: Staff, language: str, line: str
) -> None:
    reasons = [
        {"code": "skill", "skill": "Python", "points": 0.4},
        {"code": "skill-missing", "skill": "Go", "points": -0.1},
        {"code": "wish", "skill": "Python", "points": 0.1},
        {"code": "language", "points": 0.1},
        {"code": "wish", "points": 0.1},
        {"code": "fame", "points": 0.1},
    ]
    async with visitor(browser, run, language) as somebody:
        await come_in(somebody, staff)
        await is_told(somebody, "matches", MATCH | {"reasons": reasons})
        await somebody.page.reload()
        await expect(somebody.page.locator("article .help")).to_have_text(line)


async def test_states_that_are_not_known_leave_the_page_whole(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    async with visitor(browser, run) as somebody:
        await come_in(somebody, staff)
        await is_told(somebody, "matches", MATCH | {"state": "ended", "ended_by": "weather"})
        await is_told(somebody, "offers", OFFER | {"state": "pondered"})
        await somebody.page.reload()
        await somebody.reads("pondered", "#state")
        await somebody.reads("weather", "#state")
        await somebody.reads("Your application", "#state")


async def test_who_is_hired_is_shown_no_other_positions(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    async with visitor(browser, run) as somebody:
        await shortlist(staff, await come_in(somebody, staff))
        await is_told(somebody, "matches", MATCH)
        await is_told(somebody, "offers", OFFER)
        await somebody.page.reload()
        await somebody.reads("Positions that might suit you", "#state")

        await is_told(somebody, "offers", OFFER | {"state": "accepted"})
        await somebody.comes_back()
        await somebody.reads("You are hired.", ".next")
        await expect(somebody.page.get_by_text("Positions that might suit you")).to_have_count(0)
