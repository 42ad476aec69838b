"""Calendars on pages: read by three roles, changed by one, and never without looking first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from sla import recalculating
from sla.background import tick
from sla.models import CalendarDay, CalendarYear, Case, Clock, Recalculation, WorkCalendar
from sla.proving.verification import verify
from tests.calendars.changes import HOLIDAY, carry_out, house, propose
from tests.factories import MONDAY, Cast, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = MONDAY + timedelta(hours=1)
THURSDAY = date(2026, 3, 5)


@pytest.fixture(autouse=True)
def _monday_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def signed_in(user: User, language: str = "en") -> Client:
    client = Client()
    client.cookies["django_language"] = language
    client.force_login(user)
    return client


@pytest.fixture
def admin(cast: Cast) -> Client:
    return signed_in(cast.administrator)


def url(name: str, *args: Any) -> str:
    return reverse(f"supervision:{name}", args=args)


def day(**values: Any) -> dict[str, Any]:
    return {"day": "2026-03-05", "kind": "holiday", "name": "纪念日", "hours": ""} | values


def proposed(client: Client, page: str, data: dict[str, Any]) -> Recalculation:
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.content.decode()
    found = Recalculation.objects.latest("pk")
    assert answer["Location"] == url("change", found.pk)
    return found


def test_a_day_is_proposed_looked_at_and_applied(admin: Client, cast: Cast) -> None:
    inquiry = make_inquiry()
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    assert not CalendarDay.objects.filter(date=THURSDAY).exists()
    page = admin.get(url("change", found.pk)).content.decode()
    assert "纪念日" in page
    assert inquiry.number in page
    assert "9 Mar 2026, 23:59" in page
    assert "10 Mar 2026, 23:59" in page
    answer = admin.post(url("apply_change", found.pk), {"reason": "市政府通知"})
    assert answer.status_code == 302
    assert CalendarDay.objects.get(date=THURSDAY).name == "纪念日"
    assert Case.objects.get(pk=inquiry.case_id).due_at == china(2026, 3, 10, 23, 59) + timedelta(
        seconds=59
    )
    page = signed_in(cast.auditor).get(url("change", found.pk)).content.decode()
    for said in ("市政府通知", "administrator", "Applied", inquiry.number):
        assert said in page
    assert list(verify()) == []


def test_a_change_without_a_reason_is_not_applied(admin: Client, cast: Cast) -> None:
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    answer = admin.post(url("apply_change", found.pk), {"reason": " "})
    assert answer.status_code == 422
    found.refresh_from_db()
    assert found.state == "previewed"


def test_of_two_who_apply_the_second_is_told(admin: Client, cast: Cast) -> None:
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    assert admin.post(url("apply_change", found.pk), {"reason": "通知"}).status_code == 302
    answer = admin.post(url("apply_change", found.pk), {"reason": "通知"})
    assert answer.status_code == 409
    assert admin.post(url("drop_change", found.pk)).status_code == 409


def test_what_was_proposed_for_an_older_calendar_is_looked_at_again(
    admin: Client, cast: Cast
) -> None:
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    carry_out(cast.by("administrator"), NOW, {date(2026, 3, 6): HOLIDAY})
    answer = admin.post(url("apply_change", found.pk), {"reason": "很好的理由"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "很好的理由" in page
    again = Recalculation.objects.latest("pk")
    assert url("apply_change", again.pk) in page
    found.refresh_from_db()
    assert (found.state, again.state) == ("cancelled", "previewed")
    assert not CalendarDay.objects.filter(date=THURSDAY).exists()


def test_while_another_change_is_worked_off_none_is_applied(admin: Client, cast: Cast) -> None:
    make_inquiry()
    found = propose(cast.by("administrator"), NOW, {date(2026, 3, 6): HOLIDAY})
    recalculating.apply(found.pk, by=cast.by("administrator"), reason="通知", at=NOW)
    second = proposed(admin, url("edit_day", "cn", 2026), day())
    answer = admin.post(url("apply_change", second.pk), {"reason": "通知"})
    assert answer.status_code == 409
    assert "worked off" in answer.content.decode()
    assert 'http-equiv="refresh"' in admin.get(url("change", found.pk)).content.decode()
    tick(NOW)
    assert 'http-equiv="refresh"' not in admin.get(url("change", found.pk)).content.decode()


def test_a_dropped_proposal_stays_in_the_list(admin: Client) -> None:
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    assert admin.post(url("drop_change", found.pk)).status_code == 302
    page = admin.get(url("changes")).content.decode()
    assert "Dropped" in page
    assert url("change", found.pk) in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"day": "2027-01-01"}, "choose a day of 2026"),
        ({"day": "soon"}, "valid date"),
        ({"hours": "nine"}, "Please write hours"),
        ({"hours": "09:00-12:00"}, "Only a make-up day"),
        ({"kind": "festival"}, "festival"),
        ({"kind": "", "name": ""}, "nothing would change"),
    ],
)
def test_a_wrong_day_is_named_by_its_field(
    admin: Client, values: dict[str, Any], said: str
) -> None:
    answer = admin.post(url("edit_day", "cn", 2026), day(**values))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Recalculation.objects.exists()


def test_a_year_comes_from_a_file(admin: Client) -> None:
    rows = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-09,makeup,\n"
    data = {
        "file": SimpleUploadedFile("2027.csv", rows.encode("gb18030")),
        "notice": "国办发明电〔2026〕99号",
        "link": "https://www.gov.cn/x",
        "confirmed": "on",
    }
    found = proposed(admin, url("load_file", "cn", 2027), data)
    admin.post(url("apply_change", found.pk), {"reason": "国务院办公厅通知"})
    year = CalendarYear.objects.get(year=2027)
    assert (year.confirmed, year.notice) == (True, "国办发明电〔2026〕99号")
    days = CalendarDay.objects.filter(date__year=2027).values_list("date", "kind")
    assert list(days) == [(date(2027, 1, 1), "holiday"), (date(2027, 1, 9), "makeup")]
    page = admin.get(url("calendar_year", "cn", 2027)).content.decode()
    assert "元旦" in page
    assert 'href="https://www.gov.cn/x"' in page


def test_a_wrong_file_is_named_row_by_row_and_nothing_is_proposed(admin: Client) -> None:
    rows = "date,kind\n2027-01-01,holiday\nx,holiday\ny,makeup\n"
    data = {"file": SimpleUploadedFile("2027.csv", rows.encode()), "notice": "某号"}
    answer = admin.post(url("load_file", "cn", 2027), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Row 3" in page
    assert "Row 4" in page
    assert "某号" in page
    assert not Recalculation.objects.exists()


def test_a_confirmed_year_names_its_notice(admin: Client) -> None:
    answer = admin.post(url("edit_notice", "cn", 2027), {"confirmed": "on"})
    assert answer.status_code == 422
    assert "name the notice" in answer.content.decode()


def week(prefix: str, hours: str) -> dict[str, str]:
    return {f"{prefix}_{n}": hours if n < 5 else "" for n in range(7)}


SUMMER = {"season0_name": "夏令", "season0_first": "05-01", "season0_last": "09-30"}


def test_hours_and_seasons(admin: Client) -> None:
    data = week("usual", "09:00-12:00 13:30-17:30") | week("season0", "08:00-15:00") | SUMMER
    found = proposed(admin, url("edit_hours", "cn"), data)
    assert "week" not in found.proposal
    admin.post(url("apply_change", found.pk), {"reason": "夏令时间"})
    season = house().seasons.get()
    assert (season.name, season.first, season.week["0"]) == ("夏令", "05-01", [["08:00", "15:00"]])
    page = admin.get(url("calendar", "cn")).content.decode()
    assert "夏令" in page
    assert "08:00-15:00" in page
    # The form of the next day has it, and emptying its fields takes it away.
    assert "夏令" in admin.get(url("edit_hours", "cn")).content.decode()
    found = proposed(admin, url("edit_hours", "cn"), week("usual", "09:00-12:00 13:30-17:30"))
    admin.post(url("apply_change", found.pk), {"reason": "恢复"})
    assert not house().seasons.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "At least one day"),
        (week("usual", "nine"), "Please write hours"),
        (week("usual", "09:00-12:00") | SUMMER | {"season0_first": "13-01"}, "05-01"),
        (week("usual", "09:00-12:00") | SUMMER | {"season0_name": ""}, "name the season"),
    ],
)
def test_wrong_hours_are_named(admin: Client, data: dict[str, str], said: str) -> None:
    answer = admin.post(url("edit_hours", "cn"), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_department_gets_its_own_hours(admin: Client, cast: Cast) -> None:
    data = week("usual", "10:00-16:00") | {"department": cast.tech.pk}
    found = proposed(admin, url("own_hours", "cn"), data)
    admin.post(url("apply_change", found.pk), {"reason": "窗口"})
    own = WorkCalendar.objects.get(department=cast.tech)
    assert own.based_on == house()
    page = admin.get(url("calendars")).content.decode()
    assert cast.tech.name_en in page
    assert "own hours" in admin.get(url("calendar", own.code)).content.decode()
    assert admin.get(url("calendar_year", own.code, 2026)).status_code == 200
    # Its dates are the house's; they are changed there.
    assert admin.get(url("edit_day", own.code, 2026)).status_code == 404
    assert admin.post(url("own_hours", "cn"), data).status_code == 422


def test_a_department_goes_back_to_the_hours_of_the_house(admin: Client, cast: Cast) -> None:
    data = week("usual", "10:00-16:00") | {"department": cast.tech.pk}
    found = proposed(admin, url("own_hours", "cn"), data)
    admin.post(url("apply_change", found.pk), {"reason": "窗口"})
    own = WorkCalendar.objects.get(department=cast.tech)
    back = url("house_hours", own.code)
    assert back in admin.get(url("calendar", own.code)).content.decode()
    assert admin.get(back).status_code == 200
    found = proposed(admin, back, {})
    assert "as the house" in admin.get(url("change", found.pk)).content.decode()
    assert WorkCalendar.objects.filter(department=cast.tech).exists(), "nothing is done yet"
    admin.post(url("apply_change", found.pk), {"reason": "窗口撤销"})

    own.refresh_from_db()
    assert own.given_up
    page = admin.get(url("calendar", own.code)).content.decode()
    assert "No longer in force" in page
    assert url("edit_hours", own.code) not in page
    assert own.code not in admin.get(url("calendars")).content.decode()
    assert own.code not in admin.get(url("calendar", "cn")).content.decode()
    for gone in ("edit_hours", "house_hours"):
        assert admin.get(url(gone, own.code)).status_code == 404
    # It may have hours of its own again, and they are others than those it had.
    found = proposed(admin, url("own_hours", "cn"), data)
    admin.post(url("apply_change", found.pk), {"reason": "窗口重开"})
    assert WorkCalendar.objects.get(department=cast.tech).code == f"{own.code}-2"


def test_many_clocks_are_left_to_the_background(
    admin: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recalculating, "AT_ONCE", 1)
    make_inquiry()
    found = proposed(admin, url("edit_day", "cn", 2026), day())
    assert found.state == "previewing"
    page = admin.get(url("change", found.pk)).content.decode()
    assert 'http-equiv="refresh"' in page
    assert "Apply the change" not in page
    assert admin.post(url("apply_change", found.pk), {"reason": "通知"}).status_code == 409
    tick(NOW)
    assert "Apply the change" in admin.get(url("change", found.pk)).content.decode()
    admin.post(url("apply_change", found.pk), {"reason": "通知"})
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {1}
    tick(NOW)
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {2}
    found.refresh_from_db()
    assert found.state == "done"


def test_supervisors_and_auditors_look_but_do_not_touch(cast: Cast) -> None:
    found = propose(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    for user in (cast.supervisor, cast.auditor):
        client = signed_in(user)
        for page in (
            url("calendars"),
            url("calendar", "cn"),
            url("calendar_year", "cn", 2026),
            url("changes"),
            url("change", found.pk),
        ):
            answer = client.get(page)
            assert answer.status_code == 200
            assert "edit" not in answer.content.decode()
        assert client.get(url("edit_day", "cn", 2026)).status_code == 403
        assert client.post(url("apply_change", found.pk), {"reason": "x"}).status_code == 403


def test_the_year_shows_holidays_and_make_up_days_in_text_too(admin: Client) -> None:
    page = admin.get(url("calendar_year", "cn", 2026)).content.decode()
    assert page.count('<table class="cal">') == 12
    assert '<td class="holiday" title="' in page
    assert '<td class="makeup"><time datetime="2026-' in page
    assert admin.get(url("calendar_year", "cn", 1700)).status_code == 404
    assert admin.get(url("calendar_year", "nosuch", 2026)).status_code == 404
