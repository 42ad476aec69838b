"""The pages around alarms, as people see them: in both languages, on a desk and on a telephone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from foundation.clock import now
from inquiries.workflow import perform
from notices.models import Outbox
from sla.background import tick
from sla.models import Standstill
from tests.browser.stage import Person, pictures_folder
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def irregular_cases(cast: Cast) -> None:
    """One extended twice, and five answered in a row on the evening of the due day."""
    first = advance(make_inquiry(MONDAY), cast, "sign_for")
    words: dict[str, Any] = {"amount": 1, "reason": "需要现场核实"}
    for _ in range(2):
        perform("request_extension", first.number, by=cast.by("handler"), at=MONDAY, **words)
        perform("grant_extension", first.number, by=cast.by("supervisor"), at=MONDAY)
    for n in range(5):
        inquiry = advance(make_inquiry(MONDAY), cast, "submit_for_review")
        at = china(2026, 3, 9, 18, n)
        perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)


def test_the_pages_around_alarms(
    cast: Cast, browser: Browser, live_server: Any, tmp_path: Path
) -> None:
    irregular_cases(cast)
    pictures = pictures_folder(tmp_path)
    supervisor = Person(browser, live_server.url, pictures)
    supervisor.sign_in("supervisor")
    assert supervisor.go("/supervision/irregular/?from=2026-01-01&to=2026-12-31") == 200
    supervisor.look("irregular")

    assert supervisor.go("/supervision/engine/") == 200
    supervisor.look("engine-never-ran")
    tick(now())
    Outbox.objects.filter(kind="received").update(
        state=Outbox.State.DEAD, attempts=8, last_error="SMTPRecipientsRefused"
    )
    since = now() - timedelta(hours=9)
    Standstill.objects.create(name="sweep", since=since, until=since + timedelta(hours=2))
    supervisor.look("engine")

    administrator = Person(browser, live_server.url, pictures)
    administrator.sign_in("administrator")
    assert administrator.go("/supervision/engine/") == 200
    administrator.look("engine-administrator")

    handler = Person(browser, live_server.url, pictures)
    handler.sign_in("handler")
    assert handler.go("/desk/preferences/") == 200
    handler.look("preferences")
    handler.page.uncheck("[name=digest]")
    handler.press("form.card button")
    assert not handler.page.is_checked("[name=digest]")
    assert handler.page.is_checked("[name=overdue]")
    assert handler.page.is_disabled("[name=overdue]")
    for person in (supervisor, administrator, handler):
        assert person.failures == []
