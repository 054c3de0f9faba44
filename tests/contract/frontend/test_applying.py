"""Applying on the page, in both languages: what is wrong is said beside the field that it is about."""

from typing import Any
from zoneinfo import available_timezones

import pytest
from playwright.async_api import Browser, Request, Route, expect

from deploy.local.run import LocalRun
from tests.harness.browser import Visitor, key_of, needs_browser, visitor
from tests.harness.examples import needs_node
from tests.harness.frontend import Staff, apply, fill_in, new_address

pytestmark = [needs_browser, needs_node, pytest.mark.usefixtures("staff")]
both_languages = pytest.mark.parametrize("language", ["en", "ja"])
LAST_DAY = {"en": "22 April 2029", "ja": "2029年4月22日"}


async def beside(somebody: Visitor, path: str) -> str:
    """Return what a screen reader says of a field that is wrong: its description, the error first."""
    control = somebody.at(path)
    await expect(control).to_have_attribute("aria-invalid", "true")
    ids = (await control.get_attribute("aria-describedby") or "").split()
    assert ids[0].endswith("-error")
    error = somebody.page.locator(f'[id="{ids[0]}"]')
    assert await error.bounding_box() is not None
    return await error.inner_text()


@both_languages
@pytest.mark.parametrize(
    ("status", "answer", "heading", "text"),
    [
        (200, {"has_places": True}, "open", "places"),
        (200, {"has_places": False}, "open", "waitlist"),
        (404, {"type": "no-round-open", "title": "", "status": 404}, "closed", "closedText"),
    ],
)
async def test_it_says_whether_one_can_apply(
    run: LocalRun,
    browser: Browser,
    language: str,
    status: int,
    answer: dict[str, Any],
    heading: str,
    text: str,
) -> None:
    async def current(route: Route) -> None:
        days = {"round_id": "ab" * 16, "opens_on": "2029-04-02", "closes_on": "2029-04-22"}
        headers = {"Access-Control-Allow-Origin": "*"}
        await route.fulfill(status=status, json=days | answer, headers=headers)

    async with visitor(browser, run, language) as somebody:
        await somebody.page.route("**/rounds/current", current)
        await somebody.page.reload()
        words = somebody.words["round"]
        await somebody.reads(words[heading], "#round")
        await somebody.reads(words[text].replace("{date}", LAST_DAY[language]), "#round-text")
        assert await somebody.page.locator("#application").is_visible() == (status == 200)


@both_languages
async def test_every_field_that_is_wrong_has_the_reason_beside_it(
    run: LocalRun, browser: Browser, language: str
) -> None:
    async with visitor(browser, run, language) as somebody:
        wrong = somebody.words["wrong"]
        await fill_in(somebody, "nobody")
        await somebody.fill(
            contact__name="",
            contact__telegram="a b",
            profile__years_of_experience="99",
            profile__skills__0__name="12345678",
            profile__skills__0__years="",
        )
        await somebody.at("consent").uncheck()
        await somebody.button(somebody.words["form"]["send"]).click()

        await somebody.reads(somebody.words["problem"]["invalid"], "#application .problem")
        assert await somebody.focused() == "problem"
        expected = {
            "contact.name": wrong["missing"],
            "contact.email": wrong["email"],
            "contact.telegram": wrong["string_pattern_mismatch"],
            "profile.years_of_experience": wrong["less_than_equal"],
            "profile.skills.0.name": wrong["public_name_digits"],
            "profile.skills.0.years": wrong["missing"],
            "consent": wrong["missing"],
        }
        assert {path: await beside(somebody, path) for path in expected} == expected
        assert await somebody.page.locator("[aria-invalid]").count() == len(expected)
        listed = somebody.page.locator("#application .problem li")
        assert await listed.count() == len(expected)
        await somebody.finds_it_accessible()

        address = somebody.page.url
        await listed.nth(1).get_by_role("link").click()
        assert await somebody.focused() == "contact.email"
        assert somebody.page.url == address, "what stands after # is a code, and nothing else"


async def test_what_was_wrong_is_said_in_the_language_that_is_chosen_then(
    run: LocalRun, browser: Browser
) -> None:
    async with visitor(browser, run, "en") as somebody:
        await fill_in(somebody, "nobody")
        await somebody.button("Send the application").click()
        assert (await beside(somebody, "contact.email")).startswith("This is not an e-mail address")

        await somebody.button("日本語").click()

        assert "メールアドレスの形" in await beside(somebody, "contact.email")
        assert await somebody.page.locator("html").get_attribute("lang") == "ja"
        await expect(somebody.at("contact.name")).to_have_value("Łukasz Ковальчук")
        await expect(somebody.at("country")).to_have_value("PL")
        await expect(somebody.page.locator("#country option:checked")).to_have_text("ポーランド")


async def test_all_of_it_goes_by_keyboard(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run, "en") as somebody:
        keyboard = somebody.page.keyboard
        await somebody.page.locator("#application").wait_for()
        await keyboard.press("Tab")
        await keyboard.press("Enter")  # past the header
        assert await somebody.focused() == "main"
        assert sum(one.url.endswith("/rounds/current") for one in somebody.sent) == 1
        reached = []
        while "consent" not in reached:
            await keyboard.press("Tab")
            reached.append(await somebody.focused())
            assert len(reached) < 40

        wanted = await somebody.page.evaluate(
            "[...document.querySelectorAll('#application :is(input:not([type=hidden]), select)')].map((one) => one.id)"
        )
        fields = dict.fromkeys(one for one in reached if one in wanted)  # a date has several stops
        assert list(fields) == wanted
        await keyboard.press("Space")
        await keyboard.press("Enter")  # a form is sent from any of its fields
        await somebody.reads("There is a problem", "#application .problem")


async def test_time_zones_bear_the_names_that_they_have_now(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run) as somebody:
        offered = await somebody.page.evaluate(
            "[...document.querySelectorAll('#time_zone option')].map((one) => one.value)"
        )
        zones = [one for one in offered if one]
        assert zones == sorted(set(zones))
        assert set(zones) <= available_timezones()
        assert {"Europe/Kyiv", "Asia/Kolkata", "Asia/Ho_Chi_Minh", "America/Nuuk"} <= set(zones)
        assert not {"Europe/Kiev", "Asia/Calcutta", "Asia/Saigon", "America/Godthab"} & set(zones)
        await expect(somebody.at("time_zone")).to_have_value("Europe/Warsaw")


async def test_the_profile_is_sent_as_it_was_filled_in(run: LocalRun, browser: Browser, staff: Staff) -> None:
    async with visitor(browser, run, "en") as somebody:
        email = new_address()
        await fill_in(somebody, email)
        await somebody.fill(profile__available_from="2029-04-01")
        for _ in range(3):
            await somebody.button("Add a skill").click()
        await somebody.fill(profile__skills__3__name="C++", profile__skills__3__years="0.5")
        await somebody.button("Remove skill 1").click()
        await somebody.button("Send the application").click()
        await somebody.reads("Thank you", "#sent")

        listed = (await staff.get("intake", "/applications?limit=200"))["items"]
        newest = max(listed, key=lambda one: one["applied_at"])
        application = await staff.get("intake", f"/applications/{newest['application_id']}")
        assert application["contact"]["email"] == email
        profile = application["profile"]
        assert {name: profile[name] for name in profile if name != "family_members"} == {
            "roles": ["Back-end developer"],
            "years_of_experience": 7.5,
            "education": "master",
            "available_from": "2029-04-01",
            "skills": [{"name": "C++", "years": 0.5}],
            "spoken": [{"language": "en", "level": "C1"}, {"language": "ja", "level": "A1"}],
        }


async def lose_an_answer(somebody: Visitor, path: str) -> list[int]:
    """Cut the connection when the answer to the next POST to this path has come; return what it was, then."""
    lost: list[int] = []
    session = await somebody.page.context.new_cdp_session(somebody.page)

    async def decide(paused: dict[str, Any]) -> None:
        request = {"requestId": paused["requestId"]}
        if paused["request"]["method"] == "POST" and not lost:
            lost.append(paused["responseStatusCode"])
            await session.send("Fetch.failRequest", {**request, "errorReason": "ConnectionReset"})
        else:
            await session.send("Fetch.continueRequest", request)

    session.on("Fetch.requestPaused", decide)
    answers = [{"urlPattern": f"*{path}", "requestStage": "Response"}]
    await session.send("Fetch.enable", {"patterns": answers})
    return lost


async def test_an_answer_that_is_lost_makes_nobody_apply_twice(
    run: LocalRun, browser: Browser, staff: Staff
) -> None:
    async with visitor(browser, run, "en") as somebody:
        lost = await lose_an_answer(somebody, "/applications")
        await apply(somebody, new_address())

        tries = somebody.posts("/applications")
        assert (lost, len(tries)) == ([201], 2)
        assert key_of(tries[0]) is not None
        assert len({key_of(one) for one in tries}) == 1
        listed = await staff.get("intake", "/applications?state=repeat")
        assert listed["items"] == []


async def test_a_service_that_is_away_is_told_of_and_tried_again(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run, "en") as somebody:
        await fill_in(somebody, new_address())
        await run.stop("intake")
        try:
            await somebody.button("Send the application").click()
            await somebody.reads(
                "The programme cannot be reached at the moment. Nothing is lost.", "#waiting"
            )
            await expect(somebody.button("Send the application")).to_be_disabled()
        finally:
            await run.start("intake")

        await somebody.reads("Thank you", "#sent")
        await expect(somebody.page.locator("#waiting")).to_be_empty()
        tries = somebody.posts("/applications")
        assert len(tries) > 1
        assert len({key_of(one) for one in tries}) == 1


async def test_it_waits_as_long_as_an_answer_says(run: LocalRun, browser: Browser) -> None:
    said: list[Request] = []

    async def not_yet(route: Route) -> None:
        if route.request.method == "POST" and not said:
            said.append(route.request)
            problem = '{"type": "still-at-work", "title": "", "status": 409}'
            headers = {
                "Content-Type": "application/problem+json",
                "Retry-After": "120",
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Expose-Headers": "Retry-After",
            }
            await route.fulfill(status=409, body=problem, headers=headers)
        else:
            await route.continue_()

    async with visitor(browser, run, "en") as somebody:
        await fill_in(somebody, new_address())
        await somebody.page.clock.install()
        await somebody.page.route("**/applications", not_yet)
        await somebody.button("Send the application").click()
        await somebody.reads("Looking again in 120 s.", "#waiting")
        assert len(somebody.posts("/applications")) == 1

        await somebody.page.clock.fast_forward(120_000)
        await somebody.reads("Thank you", "#sent")


async def test_it_may_be_called_localhost(run: LocalRun, browser: Browser) -> None:
    async with visitor(browser, run) as somebody:
        await somebody.page.goto(run.frontend_url.replace("127.0.0.1", "localhost"))
        await somebody.reads("Applications are open", "#round")


async def test_another_origin_may_not_call_the_services(run: LocalRun, browser: Browser) -> None:
    elsewhere = run.frontend_url.replace("127.0.0.1", "elsewhere.localhost")
    page = await browser.new_page()
    try:
        await page.goto(elsewhere)
        await expect(page.locator("#waiting")).to_contain_text("cannot be reached", timeout=30_000)
    finally:
        await page.close()
