"""What every test stands on."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.core.cache import cache
from django.utils import translation

from sla import calendars, defaults
from tests import flush, surroundings
from tests.factories import Cast, make_cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MARKERS = ("sqlite", "postgres", "services", "browser")
ONE_AT_A_TIME = ("services", "browser")

# CI gives the same verdict for the same commit; fresh examples are tried on developers' machines.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=os.environ.get("CI") == "true"
)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a broker or a browser stay in one process when several run."""
    for item in items:
        for marker in ONE_AT_A_TIME:
            if item.get_closest_marker(marker):
                item.add_marker(pytest.mark.xdist_group(marker))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in MARKERS:
        if item.get_closest_marker(marker) and (reason := surroundings.missing(marker)):
            pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_ALL=1 a skipped test is a failed one."""
    report = yield
    if surroundings.REQUIRE_ALL and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips itself."""
    report = yield
    if surroundings.REQUIRE_ALL and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def _flush_passes_the_ledger() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        flush.install(patch)
        yield


@pytest.fixture(autouse=True)
def _fresh_surroundings(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Empty cache, own media folder, and no language left over from the test before."""
    settings.MEDIA_ROOT = tmp_path / "media"
    cache.clear()
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def rabbitmq_url() -> str:
    """A broker; tests that use it carry the marker `services`."""
    return surroundings.RABBITMQ_URL


@pytest.fixture(scope="session")
def redis_url() -> str:
    """A broker or cache; tests that use it carry the marker `services`."""
    return surroundings.REDIS_URL


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; tests that use it carry the marker `browser`."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface keeps an event loop in this thread, which Django takes
    # for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=surroundings.chromium(), args=flags)
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def bureau(db: None) -> None:
    """Calendar and policies as a bureau starts with them."""
    calendars.forget()
    defaults.install()


@pytest.fixture
def cast(bureau: None) -> Cast:
    """The bureau's people, one for each role."""
    return make_cast()
