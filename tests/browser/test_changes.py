"""An administrator with a telephone changes a day of the calendar, and then a rule."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from foundation.clock import now
from inquiries.models import Inquiry
from sla.calendars import compiled
from sla.models import Case, Policy, Recalculation, WorkCalendar
from sla.targets import Target
from tests.browser.stage import WIDTHS, Person, pictures_folder
from tests.factories import Cast, make_inquiry

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = min(WIDTHS)
PRIMARY = "main form .btn-primary"


@pytest.fixture
def administrator(
    cast: Cast, browser: Browser, live_server: Any, tmp_path: Path
) -> Iterator[Person]:
    person = Person(browser, live_server.url, pictures_folder(tmp_path))
    person.sign_in("administrator")
    yield person
    person.context.close()
    assert person.failures == []


@pytest.fixture
def inquiry(cast: Cast) -> Inquiry:
    """A case that runs now: the browser's clock cannot be stopped."""
    return make_inquiry(now())


def look(person: Person, name: str) -> None:
    """At both widths and in both languages; then the telephone is taken up again."""
    person.look(name)
    person.page.set_viewport_size({"width": PHONE, "height": 844})


def test_a_day_off_on_a_telephone(administrator: Person, inquiry: Inquiry) -> None:
    page, due = administrator.page, Case.objects.get().due_at
    assert due is not None
    day = next_working_day()
    assert administrator.go(f"/supervision/calendars/cn/{day.year}/") == 200
    look(administrator, "calendar-year")

    administrator.press("main a[href$='/day/']")
    page.fill("[name=day]", f"{day.year - 1}-01-01")
    administrator.press(PRIMARY)
    assert page.locator(".error-summary").is_visible()
    administrator.look_now("calendar-day-errors-390-zh")
    page.fill("[name=day]", day.isoformat())
    page.check("[name=kind][value=holiday]")
    page.fill("[name=name]", "市庆日")
    administrator.press(PRIMARY)

    found = Recalculation.objects.get()
    assert page.url.endswith(f"/supervision/changes/{found.pk}/")
    assert (found.state, found.changed) == ("previewed", found.lines.count())
    assert page.get_by_role("link", name=inquiry.number).count() == 0, "not an administrator's"
    assert page.get_by_role("rowheader", name=inquiry.number).count() == found.changed > 0
    look(administrator, "change-proposed")
    assert Case.objects.get().due_at == due, "nothing has moved yet"

    apply = "form[action$='/apply/']"
    administrator.press(f"{apply} .btn-primary")
    assert page.locator(".error-summary").is_visible(), "a reason is asked for"
    administrator.look_now("change-without-reason-390-zh")
    page.fill(f"{apply} [name=reason]", "市人大常委会决定")
    administrator.press(f"{apply} .btn-primary")
    assert page.locator("text=市人大常委会决定").first.is_visible()
    look(administrator, "change-applied")
    moved = Case.objects.get().due_at
    assert moved is not None
    assert moved > due

    assert administrator.go("/supervision/changes/") == 200
    assert page.locator(f"main a[href$='/changes/{found.pk}/']").count() == 1
    look(administrator, "changes")
    administrator.go(f"/supervision/calendars/cn/{day.year}/")
    assert page.locator(f"td.holiday time[datetime='{day.isoformat()}']").count() == 1


def next_working_day() -> date:
    calendar = compiled(WorkCalendar.objects.get(code="cn"))
    return calendar.local_date(calendar.add_working_days(now(), 1))


def test_a_rule_on_a_telephone(administrator: Person, inquiry: Inquiry) -> None:
    page = administrator.page
    rule = Policy.objects.get(target=Target.REPLY, kind="consultation")
    assert administrator.go("/supervision/policies/") == 200
    look(administrator, "rules")
    administrator.go(f"/supervision/policies/new/?like={rule.pk}")
    look(administrator, "rule-form")

    page.fill("[name=amount]", "3")
    page.fill("[name=reason]", "")
    administrator.press(PRIMARY)
    assert page.locator(".error-summary").is_visible()
    administrator.look_now("rule-errors-390-zh")
    page.fill("[name=reason]", "市民反映太慢")
    page.check("[name=running][value=too]")
    administrator.press(PRIMARY)
    administrator.look_now("rule-effect-390-zh")
    assert not Policy.objects.filter(amount=3, target=Target.REPLY).exists(), "only shown"

    administrator.press("button[value=confirm]")
    made = Policy.objects.get(amount=3, target=Target.REPLY)
    found = Recalculation.objects.get()
    assert page.url.endswith(f"/supervision/changes/{found.pk}/")
    assert (found.policy_id, found.state, found.changed) == (made.pk, "previewed", 1)
    look(administrator, "rule-proposed-for-running")
    administrator.go(f"/supervision/policies/{made.pk}/")
    assert page.locator("text=市民反映太慢").first.is_visible()
    look(administrator, "rule")
