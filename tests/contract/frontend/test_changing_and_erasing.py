"""What people may do with what is known of them: put it right, and have it deleted."""

import pytest
from playwright.async_api import Browser, expect

from deploy.local.run import LocalRun
from tests.harness.browser import Visitor, needs_browser, visitor
from tests.harness.examples import needs_node
from tests.harness.frontend import Staff, come_in

pytestmark = [needs_browser, needs_node, pytest.mark.usefixtures("staff")]
both_languages = pytest.mark.parametrize("language", ["en", "ja"])


def erasures(somebody: Visitor) -> list[str]:
    """Return where everything about somebody was asked to be deleted."""
    return [one.url for one in somebody.sent if one.method == "DELETE"]


@both_languages
async def test_everything_can_be_deleted_by_keyboard(
    run: LocalRun, browser: Browser, staff: Staff, language: str
) -> None:
    async with visitor(browser, run, language) as somebody:
        candidate, words = await come_in(somebody, staff), somebody.words
        keyboard = somebody.page.keyboard
        await somebody.button(words["erase"]["button"]).press("Enter")
        await somebody.reads(words["erase"]["text"], "#erase-question")
        assert await somebody.focused() == "erase-no"
        await somebody.finds_it_accessible()
        await keyboard.press("Escape")
        await expect(somebody.page.locator("#erase-question")).to_be_hidden()
        assert erasures(somebody) == []

        await somebody.button(words["erase"]["button"]).press("Enter")
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        await somebody.reads(words["erased"]["title"], "#erased")
        await expect(somebody.page.locator("h2:focus")).to_have_text(words["erased"]["title"])
        await somebody.finds_it_accessible()
        assert await somebody.page.evaluate("sessionStorage.length") == 0
        assert somebody.page.url == run.frontend_url
        listed = await staff.get("intake", f"/candidates/{candidate}/applications")
        assert [one["state"] for one in listed["items"]] == ["erased"]

        await somebody.page.get_by_role("link", name=words["erased"]["first"]).click()
        await somebody.reads(words["round"]["open"], "#round")
        await expect(somebody.at("contact.email")).to_have_value("")


async def test_what_cannot_be_deleted_yet_is_told(run: LocalRun, browser: Browser, staff: Staff) -> None:
    async with visitor(browser, run) as somebody:
        await come_in(somebody, staff)
        await somebody.page.evaluate(
            "sessionStorage.enmusubi = JSON.stringify({...JSON.parse(sessionStorage.enmusubi), token: 'old'})"
        )
        await somebody.button("Delete everything about me").click()
        await somebody.button("Yes, delete everything").click()
        await expect(somebody.page.locator(".problem:visible")).to_contain_text("You are signed out by now.")
        await expect(somebody.page.locator("#erased")).to_be_hidden()


async def test_the_first_day_is_changed_and_taken_back_and_the_rest_of_the_profile_stays(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    async with visitor(browser, run) as somebody:
        application = (await staff.application_of(await come_in(somebody, staff)))["application_id"]
        before = (await staff.get("intake", f"/applications/{application}"))["profile"]
        await somebody.page.locator("#change summary").click()
        for day in ("2029-10-01", ""):
            await somebody.at("profile.available_from").fill(day)
            await somebody.button("Save").click()
            await somebody.reads("Your changes are saved.", "#done")
            after = (await staff.get("intake", f"/applications/{application}"))["profile"]
            assert after == before | ({"available_from": day} if day else {})
