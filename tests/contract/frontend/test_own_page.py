"""Somebody's own page, in both languages: the whole way from the application to the withdrawal."""

from itertools import pairwise

import pytest
from playwright.async_api import Browser, Route, expect

from deploy.local.run import LocalRun
from tests.harness.browser import Visitor, key_of, needs_browser, visitor
from tests.harness.examples import needs_node
from tests.harness.frontend import Staff, apply, come_in, new_address, shortlist
from tests.harness.waiting import eventually

pytestmark = [needs_browser, needs_node, pytest.mark.usefixtures("staff")]
both_languages = pytest.mark.parametrize("language", ["en", "ja"])


@both_languages
async def test_the_whole_way(run: LocalRun, browser: Browser, staff: Staff, language: str) -> None:
    for title in ("Back-end engineer", "Data engineer"):
        await staff.open_position(title)
    async with visitor(browser, run, language) as somebody:
        words = somebody.words
        candidate = await come_in(somebody, staff)
        await somebody.reads(words["next"]["applied"], ".next")
        await somebody.finds_it_accessible()

        await shortlist(staff, candidate)
        await eventually(lambda: proposed(staff, candidate), "proposals")
        await somebody.comes_back()

        await accept_and_decline_matches(somebody)
        matches = await staff.matches_of(candidate)
        (accepted,) = [one for one in matches if one["state"] == "proposed"]
        assert accepted["accepted_by_candidate"]
        assert {one["ended_by"] for one in matches if one != accepted} == {"candidate"}

        await staff.post("matching", f"/matches/{accepted['match_id']}/acceptance", {"by": "firm"})
        await somebody.comes_back()
        await somebody.reads(words["match"]["made"], "#state")

        await answer_seats(somebody, staff, candidate)
        await somebody.finds_it_accessible()
        await withdraw(somebody)
        application = await staff.application_of(candidate)
        assert (application["state"], application["reason"]) == ("withdrawn", "family")
        await somebody.reads(words["seat"]["cancelled"], "#state")
        assert all(key_of(one) is not None for one in somebody.sent if one.method == "POST")


async def proposed(staff: Staff, candidate: str) -> bool:
    """Say whether two positions at least are proposed, and that to the end of the list."""
    open_positions = len((await staff.get("matching", "/positions"))["items"])
    return len(await staff.matches_of(candidate)) == open_positions > 1


async def accept_and_decline_matches(somebody: Visitor) -> None:
    """Accept the first match, and decline the others."""
    match = somebody.words["match"]
    first = somebody.page.locator("article").filter(has=somebody.button(match["accept"])).first
    title = await first.get_by_role("heading").inner_text()
    await somebody.button(match["accept"], first).click()
    await somebody.reads(somebody.words["done"]["acceptance"], "#done")
    card = somebody.page.locator("article").filter(has_text=title)
    await expect(card.get_by_text(match["accepted"]).first).to_be_visible()
    await expect(somebody.page.locator("h4:focus")).to_have_text(title)
    while await somebody.button(match["accept"]).count() > 0:
        waiting = somebody.page.locator("article").filter(has=somebody.button(match["accept"]))
        before = await waiting.count()
        await somebody.button(match["decline"], waiting.first).click()
        await expect(waiting).to_have_count(before - 1)
    await somebody.reads(match["ended"]["candidate"], "#state")
    await somebody.reads(somebody.words["next"]["firms"], ".next")


async def answer_seats(somebody: Visitor, staff: Staff, candidate: str) -> None:
    """Say no to the seat on one visit, and yes to that on another."""
    seat = somebody.words["seat"]
    await staff.invite(candidate)
    await somebody.comes_back()
    await somebody.button(seat["decline"]).click()
    await somebody.reads(seat["declined"], "#state")
    await staff.invite(candidate)
    await somebody.comes_back()
    await somebody.button(seat["accept"]).click()
    await somebody.reads(seat["booked"], "#state")
    await somebody.reads(somebody.words["steps"]["names"]["flight"], "#state")


async def withdraw(somebody: Visitor) -> None:
    """Withdraw, for a reason."""
    words = somebody.words
    await somebody.page.locator("#withdraw summary").click()
    await somebody.page.locator("#reason").select_option("family")
    await somebody.button(words["withdraw"]["button"]).click()
    await somebody.reads(words["done"]["withdrawal"], "#done")
    await somebody.reads(words["next"]["withdrawn"], ".next")
    await expect(somebody.page.locator("#withdraw")).to_have_count(0)


async def test_an_offer_is_shown_and_answered(run: LocalRun, browser: Browser, staff: Staff) -> None:
    """The offer is made up here, since a real one wants an interview: so the service does not know it."""
    ids = {
        f"{name}_id": f"{number}0" * 16 for number, name in enumerate(("offer", "match", "position", "firm"))
    }

    async def offers(route: Route) -> None:
        offer = {
            **ids,
            "candidate_id": "ab" * 16,
            "salary": 5_200_000,
            "starts_on": "2030-04-01",
            "expires_at": "2029-12-24T12:00:00+09:00",
            "made_at": "2029-12-10T12:00:00+09:00",
            "state": "open",
        }
        await route.fulfill(json={"items": [offer]}, headers={"Access-Control-Allow-Origin": "*"})

    async with visitor(browser, run) as somebody:
        candidate = await come_in(somebody, staff)
        await shortlist(staff, candidate)
        await somebody.page.route("**/candidates/*/offers*", offers)
        await somebody.page.reload()
        await somebody.reads("You have an offer. Say by 24 December 2029 at 04:00", ".next")
        await somebody.reads("¥5,200,000 a year, from 1 April 2030", "#state")

        await somebody.button("Accept the offer").click()
        await somebody.reads("It cannot be found", "#mine > .problem")
        assert await somebody.focused() == "problem"


async def test_a_link_is_used_by_nothing_but_a_click(run: LocalRun, browser: Browser, staff: Staff) -> None:
    email = new_address()
    async with visitor(browser, run) as somebody:
        await apply(somebody, email)
        code = await staff.code_for(email)
        await somebody.page.goto(f"{run.frontend_url}#{code}")
        await somebody.reads("Open my page")
        await somebody.finds_it_accessible()

        assert somebody.page.url == run.frontend_url, "the code is not in the address bar any more"
        assert somebody.posts("/links/exchange") == []
        await somebody.button("Open my page").click()
        await somebody.reads("We read your application", ".next")
        (exchange,) = somebody.posts("/links/exchange")
        assert key_of(exchange) is not None
        stored = await somebody.page.evaluate("JSON.stringify([localStorage, document.cookie])")
        assert "ey" not in stored, "the token is kept for this tab alone"

        await somebody.page.reload()
        await somebody.reads("We read your application", ".next")
        await somebody.button("Sign out").click()
        await somebody.reads("Applications are open")
        assert await somebody.page.evaluate("sessionStorage.length") == 0


async def test_who_has_used_their_link_gets_a_new_one(run: LocalRun, browser: Browser, staff: Staff) -> None:
    email = new_address()
    async with visitor(browser, run) as somebody:
        await apply(somebody, email)
        code = await staff.code_for(email)
        await somebody.open_link(code)
        await somebody.button("Sign out").click()
        await somebody.page.goto(f"{run.frontend_url}#{code}")
        await somebody.button("Open my page").click()
        await somebody.reads("This link was used, or has run out.", "#link .problem")
        await expect(somebody.button("Open my page")).to_be_hidden()

        await somebody.at("email").fill("nobody")
        await somebody.button("Send me a link").click()
        await somebody.reads("This is not an e-mail address.", "#again .field")
        await somebody.at("email").fill(email)
        await somebody.button("Send me a link").click()
        await somebody.reads("a mail is on its way", "#link-sent")
        await somebody.open_link(await staff.code_for(email, beside=code))


async def test_whose_token_has_run_out_is_told(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run) as somebody:
        old = '{"token": "old", "candidateId": "' + "ab" * 16 + '"}'
        await somebody.page.evaluate(f"sessionStorage.setItem('enmusubi', '{old}')")
        await somebody.page.reload()
        await somebody.reads("You are signed out by now.", "#again .problem")


async def test_nobody_writes_over_what_they_have_not_seen(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    async with visitor(browser, run) as somebody:
        application = (await staff.application_of(await come_in(somebody, staff)))["application_id"]
        await somebody.page.locator("#change summary").click()
        await expect(somebody.at("language")).to_be_enabled()  # it has read what is known
        await staff.api.patch(
            "intake", f"/applications/{application}", {"time_zone": "Europe/Kyiv"}, token=staff.token
        )
        await somebody.at("wants_lessons").check()
        await somebody.button("Save").click()
        await somebody.reads("Somebody has changed it meanwhile.", "#change .problem")
        await expect(somebody.at("time_zone")).to_have_value("Europe/Kyiv")

        await somebody.at("wants_lessons").check()
        await somebody.button("Save").click()
        await somebody.reads("Your changes are saved.", "#done")
        changed = await staff.get("intake", f"/applications/{application}")
        assert (changed["wants_lessons"], changed["time_zone"]) == (True, "Europe/Kyiv")


async def test_a_service_that_is_away_takes_nothing_else_from_the_page(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    await run.stop("matching")
    try:
        async with visitor(browser, run) as somebody:
            await come_in(somebody, staff)
            await somebody.reads("We read your application", ".next")
            await somebody.reads("The programme cannot be reached at the moment.", "#waiting")
    finally:
        await run.start("matching")


async def test_it_looks_ever_less_often_while_nothing_changes(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run) as somebody:
        await somebody.page.clock.install()
        await somebody.page.evaluate(
            """async () => {
                const { watch } = await import("/watch.js");
                window.looked = [];
                watch(async () => { looked.push(Date.now()); return false; });
            }"""
        )
        await somebody.page.clock.run_for(300_000)
        looked = await somebody.page.evaluate("looked")
        pauses = [round((after - before) / 1000) for before, after in pairwise(looked)]
        assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
        assert set(pauses[7:]) == {60}
