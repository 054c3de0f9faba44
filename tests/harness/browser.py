"""A person in front of a browser: Debian's Chromium on the page of examples/frontend, driven from outside."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Request, async_playwright, expect

from deploy.local.run import LocalRun
from tests.harness.examples import EXAMPLES

CHROMIUM = shutil.which("chromium")
AXE = EXAMPLES / "node_modules" / "axe-core" / "axe.min.js"
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
PATIENCE = 30_000
"""Milliseconds that anything may take to appear."""

needs_browser = pytest.mark.skipif(
    CHROMIUM is None and "CI" not in os.environ, reason="Chromium is not there: make browser installs it"
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a browser that is nobody's yet."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser of their own, who reads one language."""

    page: Page
    run: LocalRun
    language: str
    words: dict[str, Any]
    """All that the page says, in that language."""
    sent: list[Request] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)
    """What the page's own code did wrong."""

    def at(self, path: str) -> Locator:
        """Return the field that the contract names so (`contact.email`)."""
        return self.page.locator(f'form:visible [name="{path}"]:not([type=hidden])')

    async def fill(self, **values: str) -> None:
        """Fill in fields of the application, named with `__` for each dot."""
        for name, value in values.items():
            control = self.at(name.replace("__", "."))
            is_list = await control.evaluate("control => control.tagName === 'SELECT'")
            await (control.select_option(value) if is_list else control.fill(value))

    def button(self, word: str, within: Locator | None = None) -> Locator:
        """Return the button that says exactly this."""
        return (within or self.page).get_by_role("button", name=word, exact=True)

    async def reads(self, text: str, within: str = "main") -> None:
        """Wait until the page says this, where it can be seen."""
        seen = expect(self.page.locator(f"{within}:visible"))
        await seen.to_contain_text(text, use_inner_text=True, timeout=PATIENCE)

    async def open_link(self, code: str) -> None:
        """Follow the link of a mail, and say that one wants in."""
        await self.page.goto(f"{self.run.frontend_url}#{code}")
        await self.button(self.words["link"]["open"]).click()
        await self.page.locator("#state article").first.wait_for(timeout=PATIENCE)

    async def comes_back(self) -> None:
        """Look at the page again after a while, upon which it looks what there is."""
        await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    async def focused(self) -> str:
        """Return the id, or else the class, of what has the focus."""
        return str(await self.page.evaluate("document.activeElement.id || document.activeElement.className"))

    def posts(self, path: str) -> list[Request]:
        """Return the POSTs so far to a path that ends so, tries again among them."""
        return [one for one in self.sent if one.method == "POST" and one.url.endswith(path)]

    async def finds_it_accessible(self) -> None:
        """Let axe look over the page as it is; and nothing may be wider than the narrowest screen."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("axe.run()")
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found["violations"]] == []
        await self.page.set_viewport_size({"width": 320, "height": 640})
        assert await self.page.evaluate("document.documentElement.scrollWidth") == 320
        await self.page.set_viewport_size({"width": 1280, "height": 800})


@asynccontextmanager
async def visitor(browser: Browser, run: LocalRun, language: str = "en") -> AsyncIterator[Visitor]:
    """Let somebody open the page; in the end, nothing may have gone wrong in the page's own code."""
    context = await browser.new_context(locale=LOCALES[language], timezone_id="Europe/Warsaw")
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    sent: list[Request] = []
    mistakes: list[str] = []
    page.on("request", lambda request: sent.append(request))  # noqa: PLW0108  it wants a function of Python
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on("console", lambda said: mistakes.extend([said.text] if "Content Security" in said.text else []))
    await page.goto(run.frontend_url)
    words = await page.evaluate(f"import('/texts/{language}.js').then((found) => found.texts)")
    try:
        yield Visitor(page, run, language, words, sent, mistakes)
    finally:
        await context.close()
    assert mistakes == []


def key_of(request: Request) -> str | None:
    """Return a request's Idempotency-Key."""
    return request.headers.get("idempotency-key")
