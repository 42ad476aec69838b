"""People at their browsers: each looks at every page in both languages and at both widths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axe_playwright_python import sync_playwright as axe_carrier

from tests.factories import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AXE = (Path(axe_carrier.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = (1280, 390)
LANGUAGES = ("zh-hans", "en")
BAD = ("serious", "critical")
PAPER = 672
"""The width of A4 less its margins, in pixels."""
NOT_ON_PAPER = ("nav", "button", "a.btn", "main form[method=post]")


class Person:
    """One browser of one person, with its own cookies."""

    def __init__(self, browser: Browser, base: str, pictures: Path) -> None:
        self.context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        self.context.set_default_timeout(15_000)
        self.base, self.pictures = base, pictures
        self.page: Page = self.context.new_page()
        self.failures: list[str] = []
        self.page.on("pageerror", lambda error: self.failures.append(f"script: {error}"))

    def speak(self, language: str) -> None:
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])

    def go(self, path: str) -> int:
        response = self.page.goto(self.base + path)
        assert response is not None
        return response.status

    def sign_in(self, username: str) -> None:
        self.go("/accounts/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("form.card button")
        self.page.wait_for_url("**/desk/**")

    def press(self, selector: str) -> None:
        """Click something that leads to another page, and wait for that page."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def move(self, name: str) -> str:
        """Open the form of a move on a case page; returns the selector of its form."""
        form = f"form[action$='/move/{name}/']"
        details = self.page.locator(f"details.move:has({form})")
        if details.get_attribute("open") is None:
            details.locator("> summary").click()
        return form

    def look(self, name: str) -> None:
        """Photograph the page this person is on and let axe read it, four times."""
        address = self._address()
        for language in LANGUAGES:
            self.speak(language)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.goto(address)
                self._look(f"{name}-{width}-{language[:2]}")
        self.speak(LANGUAGES[0])
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        self.page.goto(address)

    def look_on_paper(self, name: str, *shown: str) -> None:
        """Photograph the page as it is printed, in both languages; `shown` must be on the paper."""
        address = self._address()
        self.page.set_viewport_size({"width": PAPER, "height": 1123})
        self.page.emulate_media(media="print")
        for language in LANGUAGES:
            self.speak(language)
            self.page.goto(address)
            self._paper(f"{name}-paper-{language[:2]}", shown)
        self.page.emulate_media(media="screen")
        self.speak(LANGUAGES[0])
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 900})
        self.page.goto(address)

    def _address(self) -> str:
        """Of this page as a whole: with a place in it the browser would not load it again."""
        return self.page.url.partition("#")[0]

    def _paper(self, name: str, shown: tuple[str, ...]) -> None:
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        for selector in NOT_ON_PAPER:
            if self.page.locator(selector).locator("visible=true").count():
                self.failures.append(f"{name}: {selector} is printed")
        for selector in shown:
            if not self.page.locator(selector).first.is_visible():
                self.failures.append(f"{name}: {selector} is not printed")
        if self._too_wide():
            self.failures.append(f"{name}: wider than the paper")

    def fetch(self, selector: str, folder: Path) -> Path:
        """Click a link that sends a file; where the file is now."""
        with self.page.expect_download() as waited:
            self.page.click(selector)
        path = folder / waited.value.suggested_filename
        waited.value.save_as(path)
        return path

    def look_now(self, name: str) -> None:
        """The same without loading the page again: it is the answer to a POST."""
        self._look(name)

    def _look(self, name: str) -> None:
        self.page.screenshot(path=self.pictures / f"{name}.png", full_page=True)
        self.page.evaluate(AXE)
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then(r => r.violations)")
        self.failures += [
            f"{name}: {violation['id']} at {violation['nodes'][0]['target']}"
            for violation in found
            if violation["impact"] in BAD
        ]
        if self._too_wide():
            self.failures.append(f"{name}: wider than the window")

    def _too_wide(self) -> bool:
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(script))


def pictures_folder(fallback: Path) -> Path:
    """Where the pictures go: SCREENSHOTS if it is set, else the test's own folder."""
    folder = Path(os.environ.get("SCREENSHOTS", str(fallback / "screenshots")))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
