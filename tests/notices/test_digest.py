"""The morning digest: what is in it, and when and how often it is written."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from accounts.actors import Role
from inquiries.reminders.mornings import write_digests
from inquiries.workflow import perform
from notices.delivery import deliver
from notices.models import Digest, Outbox, Wishes
from notices.rendering import render
from sla.calendars import make_new_version
from sla.models import CalendarDay, WorkCalendar
from tests.factories import MONDAY, Cast, DepartmentFactory, UserFactory, advance, china
from tests.factories import make_inquiry as make

pytestmark = pytest.mark.django_db

OPENING = china(2026, 3, 3, 9)
SECOND = timedelta(seconds=1)


@pytest.fixture
def house(cast: Cast) -> Cast:
    """The cast, with addresses."""
    for name in ("intake", "handler", "reviewer", "supervisor", "auditor", "outsider"):
        user = getattr(cast, name)
        user.email = f"{name}@example.org"
        user.save(update_fields=["email"])
    return cast


def digest_of(name: str) -> Outbox | None:
    return Outbox.objects.filter(kind="digest", recipient=f"{name}@example.org").last()


def told(name: str) -> dict[str, list[str]]:
    """The sections of somebody's last digest, with the numbers in each."""
    letter = digest_of(name)
    assert letter is not None
    return {
        part["label"]: [line["number"] for line in part["lines"]]
        for part in letter.context["parts"]
    }


def test_everybody_is_told_what_they_must_act_on_in_its_most_urgent_section(house: Cast) -> None:
    late = advance(make(china(2026, 2, 12)), house, "sign_for")
    today = advance(make(MONDAY), house, "sign_for")  # five working days: due on 9 March
    soon = advance(make(china(2026, 3, 3)), house, "sign_for")
    far = advance(make(china(2026, 3, 5)), house, "sign_for")
    given = advance(make(china(2026, 3, 6)), house, "assign")
    review = advance(make(china(2026, 3, 6)), house, "submit_for_review")
    fresh = make(china(2026, 3, 3))
    waiting = advance(make(china(2026, 3, 6)), house, "sign_for")
    words: dict[str, Any] = {"request": "请补充"}
    perform("ask_supplement", waiting.number, by=house.by("handler"), at=china(2026, 3, 6), **words)

    write_digests(china(2026, 3, 9, 9))
    assert told("handler") == {
        "已逾期": [late.number],
        "今日到期": [today.number],
        "即将到期": [soon.number],
        "新分派、待签收": [given.number],
        "待补充": [waiting.number],
    }
    assert told("reviewer") == {"待您审核": [review.number]}
    assert told("intake") == {"即将到期": [fresh.number]}
    assert digest_of("auditor") is None
    assert far.number not in str(digest_of("handler").context)  # type: ignore[union-attr]
    assert digest_of("outsider") is None


def test_a_supervisor_sees_what_is_overdue_by_department(house: Cast) -> None:
    old = [advance(make(china(2026, 2, 12)), house, "sign_for") for _ in range(7)]
    new = advance(make(china(2026, 2, 28)), house, "sign_for")  # due on 6 March
    undispatched = make(china(2026, 2, 12))
    from sla.sweep import sweep

    now = china(2026, 3, 9, 9)
    sweep(now)
    write_digests(now)
    letter = digest_of("supervisor")
    assert letter is not None
    tech, nobody = letter.context["departments"]
    assert (tech["label"], tech["n"], tech["new"], tech["escalated"]) == ("科技科", 8, 1, 8)
    assert [line["number"] for line in tech["lines"]] == sorted(one.number for one in old)[:5]
    assert tech["more"] == 3
    assert new.number not in [line["number"] for line in tech["lines"]]
    assert [line["number"] for line in nobody["lines"]] == [undispatched.number]
    assert nobody["label"] == "尚未分派部门"


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (OPENING - SECOND, False),
        (OPENING, True),
        (china(2026, 3, 3, 12, 30), True),
        (china(2026, 3, 3, 23), False),
        (china(2026, 3, 7, 10), False),
        (china(2026, 2, 28, 10), True),
        (china(2026, 10, 2, 10), False),
    ],
    ids=["before", "opening", "lunch", "evening", "Saturday", "make-up Saturday", "holiday"],
)
def test_it_is_written_in_working_time_only(house: Cast, at: Any, written: bool) -> None:
    advance(make(china(2026, 2, 10)), house, "sign_for")
    assert bool(write_digests(at)) is written
    assert Outbox.objects.filter(kind="digest").exists() is written


def test_what_a_day_off_holds_back_comes_at_the_next_opening(house: Cast) -> None:
    advance(make(china(2026, 2, 10)), house, "sign_for")
    days = [OPENING + timedelta(hours=n) for n in range(-73, 24 * 7)]
    for now in days:
        write_digests(now)
    written = Digest.objects.filter(user=house.handler).order_by("day")
    assert [str(one.day) for one in written][:7] == [
        "2026-02-28", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06",
        "2026-03-09",
    ]  # fmt: skip
    assert {one.written_at.astimezone(OPENING.tzinfo).hour for one in written} == {OPENING.hour}


def test_each_department_by_its_own_calendar(house: Cast) -> None:
    base = WorkCalendar.objects.get(department=None)
    week = {str(day): [["10:30", "16:00"]] for day in range(5)}
    WorkCalendar.objects.create(
        code="tech", name="科技科", week=week, based_on=base, department=house.tech
    )
    advance(make(china(2026, 2, 10)), house, "sign_for")
    write_digests(OPENING)
    assert digest_of("handler") is None
    assert digest_of("supervisor") is not None
    write_digests(china(2026, 3, 3, 10, 30))
    assert digest_of("handler") is not None


def test_once_a_person_and_day_however_often_it_is_asked_for(house: Cast) -> None:
    advance(make(china(2026, 2, 10)), house, "sign_for")
    assert write_digests(OPENING, batch=2) == 5
    kept = list(Outbox.objects.filter(kind="digest").values_list("key", "context"))
    assert write_digests(OPENING + SECOND) == 0
    assert list(Outbox.objects.filter(kind="digest").values_list("key", "context")) == kept
    assert Digest.objects.count() == 5
    assert write_digests(OPENING + timedelta(days=1)) == 5


def test_nothing_to_tell_is_no_letter_and_no_address_no_digest(house: Cast) -> None:
    write_digests(OPENING)
    assert set(Digest.objects.values_list("cases", flat=True)) == {0}
    assert not Outbox.objects.exists()
    house.handler.email = ""
    house.handler.save(update_fields=["email"])
    advance(make(china(2026, 2, 10)), house, "sign_for")
    write_digests(OPENING + timedelta(days=1))
    assert not Digest.objects.filter(user=house.handler, day="2026-03-04").exists()


def test_somebody_who_has_left_is_not_told_but_the_department_is(house: Cast) -> None:
    case = advance(make(china(2026, 2, 12)), house, "sign_for")
    house.handler.is_active = False
    house.handler.save(update_fields=["is_active"])
    UserFactory.create(email="next@example.org", department=house.tech, roles=[Role.HANDLER])
    write_digests(OPENING)
    assert digest_of("handler") is None
    assert told("next")["已逾期"] == [case.number]


@pytest.mark.parametrize(
    ("wishes", "sections"),
    [
        ({}, {"已逾期", "今日到期", "即将到期"}),
        ({"warnings": False}, {"已逾期", "今日到期"}),
        ({"digest": False}, {"已逾期"}),
    ],
    ids=["all", "without warnings", "without digest"],
)
def test_wishes_narrow_it_and_never_hide_what_is_overdue(
    house: Cast, wishes: dict[str, bool], sections: set[str]
) -> None:
    Wishes.objects.create(user=house.handler, **wishes)
    for day in (china(2026, 2, 12), MONDAY, china(2026, 3, 3)):
        advance(make(day), house, "sign_for")
    write_digests(china(2026, 3, 9, 9))
    assert set(told("handler")) == sections


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_reads_well_in_both_languages(house: Cast, language: str) -> None:
    for user in (house.handler, house.supervisor):
        Wishes.objects.create(user=user, language=language)
    number = advance(make(china(2026, 2, 12), title="<b>申报</b> & 补贴"), house, "sign_for").number
    write_digests(OPENING)
    for name in ("handler", "supervisor"):
        letter = digest_of(name)
        assert letter is not None
        said = render(letter)
        assert "<b>申报</b> & 补贴" in said.body
        assert f"/desk/case/{number}/" in said.body
        assert "/desk/preferences/" in said.body
        assert "{" not in said.body
        if language == "en":
            assert said.subject == "Your morning digest of 3 Mar 2026: 1 case"
            department = "Technology Section: 1 overdue, 0 of them new, 0 escalated"
        else:
            assert said.subject == "2026年3月3日晨报：1 件"
            department = "科技科：逾期 1 件，其中新增 0 件，已升级 0 件"
        assert (department in said.body) == (name == "supervisor")


def test_it_goes_out_as_mail(house: Cast) -> None:
    advance(make(china(2026, 2, 12)), house, "sign_for")
    Outbox.objects.all().delete()
    write_digests(OPENING)
    deliver(OPENING)
    assert {tuple(message.to) for message in mail.outbox} == {
        ("handler@example.org",),
        ("supervisor@example.org",),
    }


def test_many_people_cost_no_more_queries(house: Cast, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        department = DepartmentFactory.create()
        for n in range(10):
            UserFactory.create(
                email=f"{department.code}-{n}@example.org",
                department=department,
                roles=[Role.HANDLER],
            )
    advance(make(china(2026, 2, 12)), house, "sign_for")
    make_new_version(WorkCalendar.objects.get())
    CalendarDay.objects.first()
    with django_assert_max_num_queries(24):
        assert write_digests(OPENING) == 35
