"""Whom an alarm tells: the owner, and the roles its escalation step names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN, Role
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import InboxItem, Outbox, Wishes
from notices.rendering import render
from sla.models import ClockEvent, Policy
from sla.sweep import sweep
from sla.targets import Target
from tests.calendars.changes import HOLIDAY, carry_out
from tests.factories import MONDAY, Cast, UserFactory, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

DUE = china(2026, 3, 9, 23, 59) + timedelta(seconds=59)
HOUR = timedelta(hours=1)
STEPS = [
    {"after": 1, "to": ["handler", "supervisor"]},
    {"after": 2, "to": ["supervisor", "administrator"]},
    {"after": 3, "to": ["reviewer", "nosuchrole"]},
]


@pytest.fixture
def steps(cast: Cast) -> None:
    Policy.objects.filter(target=Target.REPLY).update(escalation=STEPS)
    Policy.objects.filter(target=Target.DEPARTMENT).update(escalation=[])


def told(inquiry: Inquiry, at: datetime) -> set[tuple[str, str, int | None]]:
    """Kind, role and department of the reply clock's notices written at an instant."""
    items = InboxItem.objects.filter(
        case_number=inquiry.number, created_at=at, context__target="reply"
    )
    return {(item.kind, item.role, item.department_id) for item in items}


def test_each_step_tells_its_own_roles_and_the_owner(cast: Cast, steps: None) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    tech = cast.tech.pk
    expected = [
        {("clock_due", "handler", tech), ("clock_due", "supervisor", None)},
        {("clock_escalation", "handler", tech), ("clock_escalation", "supervisor", None)},
        {
            ("clock_escalation", "handler", tech),
            ("clock_escalation", "supervisor", None),
            ("clock_escalation", "administrator", None),
        },
        {("clock_escalation", "handler", tech), ("clock_escalation", "reviewer", tech)},
    ]
    for day, wanted in enumerate(expected):
        at = DUE + day * 24 * HOUR + HOUR
        sweep(at)
        assert told(inquiry, at) == wanted
    steps_told = InboxItem.objects.filter(kind="clock_escalation", role="handler")
    assert sorted(item.context["step"] for item in steps_told) == [1, 2, 3]


def test_no_step_is_told_twice_when_days_are_taken_off_afterwards(cast: Cast, steps: None) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    sweep(DUE + HOUR)
    sweep(DUE + 25 * HOUR)
    # After the first step it turns out that nobody worked on Tuesday and Wednesday.
    off = {date(2026, 3, 10): HOLIDAY, date(2026, 3, 11): HOLIDAY}
    carry_out(cast.by("administrator"), china(2026, 3, 11), off)
    for day in range(2, 10):
        sweep(DUE + day * 24 * HOUR + HOUR)
    events = ClockEvent.objects.filter(clock__case=inquiry.case, clock__target="reply")
    steps_told = events.filter(kind__startswith="escalation").order_by("at")
    assert list(steps_told.values_list("kind", "at")) == [
        ("escalation", DUE + timedelta(days=1, seconds=1)),
        ("escalation_2", DUE + timedelta(days=2, seconds=1)),
        # Three working days after Monday: 12, 13 and 16 March.
        ("escalation_3", DUE + timedelta(days=7, seconds=1)),
    ]


def test_steps_a_rule_no_longer_has_tell_the_owner_alone(cast: Cast, steps: None) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    sweep(DUE + HOUR)
    Policy.objects.filter(target=Target.REPLY).update(escalation=[])
    at = DUE + 25 * HOUR
    sweep(at)
    assert told(inquiry, at) == {("clock_escalation", "handler", cast.tech.pk)}


def test_second_warnings_are_warnings(cast: Cast) -> None:
    warnings = [{"share": 0.5}, {"before_days": 1}]
    Policy.objects.filter(target=Target.REPLY).update(warnings=warnings)
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    for day in range(3, 10):
        sweep(china(2026, 3, day, 18))
    own = InboxItem.objects.filter(case_number=inquiry.number, context__target="reply")
    assert list(own.values_list("kind", "context__step").order_by("pk")) == [
        ("clock_warning", 1),
        ("clock_warning", 2),
    ]
    late = make_inquiry(MONDAY)
    InboxItem.objects.all().delete()
    sweep(china(2026, 4, 1))
    assert not InboxItem.objects.filter(case_number=late.number, kind="clock_warning").exists()


def test_a_warning_after_a_share_of_the_time_moves_by_the_pause(cast: Cast) -> None:
    """Half of five working days from Monday is Wednesday's close; two days stopped, Friday's."""
    Policy.objects.filter(target=Target.REPLY).update(warnings=[{"share": 0.5}, {"share": 0.9}])
    plain, stopped = (advance(make_inquiry(MONDAY), cast, "sign_for") for _ in range(2))
    words: dict[str, Any] = {"request": "请补充"}
    perform(
        "ask_supplement", stopped.number, by=cast.by("handler"), at=china(2026, 3, 3, 8), **words
    )
    perform("supply", stopped.number, by=CITIZEN, at=china(2026, 3, 5, 8), text="补充", files=())
    sweep(china(2026, 3, 20))
    at = {
        inquiry: list(
            inquiry.case.clocks.get(target="reply")
            .events.filter(kind__startswith="warning")
            .order_by("at")
            .values_list("at", flat=True)
        )
        for inquiry in (plain, stopped)
    }
    assert len(at[plain]) == len(at[stopped]) == 2
    for before, after in zip(at[plain], at[stopped], strict=True):
        assert after > before


# Letters at once


@pytest.fixture
def supervisors(cast: Cast, steps: None) -> None:
    cast.supervisor.email = "supervisor@example.org"
    cast.supervisor.save(update_fields=["email"])
    Wishes.objects.create(user=cast.supervisor, escalations=True)


def letters() -> list[Outbox]:
    return list(Outbox.objects.filter(kind="escalations").order_by("pk"))


def numbers(letter: Outbox) -> dict[str, set[str]]:
    return {
        part["label"]: {line["number"] for line in part["lines"]}
        for part in letter.context["departments"].values()
    }


def overdue(cast: Cast, n: int) -> set[str]:
    return {advance(make_inquiry(MONDAY), cast, "sign_for").number for _ in range(n)}


def test_many_escalations_out_of_hours_are_one_letter_at_the_opening(
    cast: Cast, supervisors: None
) -> None:
    in_tech, nowhere = overdue(cast, 4), {make_inquiry(MONDAY).number}
    sweep(DUE + 25 * HOUR, batch=2)
    [letter] = letters()
    assert letter.recipient == "supervisor@example.org"
    assert letter.next_try_at == china(2026, 3, 11, 9)
    assert numbers(letter) == {"科技科": in_tech, "尚未分派部门": nowhere}
    assert sweep(DUE + 25 * HOUR) == 0
    assert len(letters()) == 1


def test_on_a_day_off_it_waits_for_the_next_working_day(cast: Cast, supervisors: None) -> None:
    """Due on Thursday, 12 March, escalated in the night to Saturday."""
    advance(make_inquiry(china(2026, 3, 5)), cast, "sign_for")
    sweep(china(2026, 3, 14, 10))
    [letter] = letters()
    assert letter.next_try_at == china(2026, 3, 16, 9)


def test_what_comes_after_the_letter_has_gone_is_another_letter(
    cast: Cast, supervisors: None
) -> None:
    overdue(cast, 1)
    now = DUE + 35 * HOUR  # in working time
    sweep(now)
    [first] = letters()
    assert first.next_try_at == now
    Outbox.objects.filter(pk=first.pk).update(state="sent", attempts=1)
    second_case = overdue(cast, 1)
    sweep(now)
    _, second = letters()
    assert numbers(second) == {"科技科": second_case}


@pytest.mark.parametrize("wishes", [None, {"escalations": False}], ids=["none", "off"])
def test_only_those_who_want_it_are_written_to(
    cast: Cast, steps: None, wishes: dict[str, bool] | None
) -> None:
    cast.supervisor.email = "supervisor@example.org"
    cast.supervisor.save(update_fields=["email"])
    if wishes is not None:
        Wishes.objects.create(user=cast.supervisor, **wishes)
    overdue(cast, 1)
    sweep(DUE + 80 * HOUR)
    assert letters() == []
    assert InboxItem.objects.filter(role="supervisor", kind="clock_escalation").exists()


def test_department_roles_are_told_of_their_own_department(cast: Cast, steps: None) -> None:
    for department, name in ((cast.tech, "own"), (cast.other, "foreign")):
        user = UserFactory.create(
            email=f"{name}@example.org", department=department, roles=[Role.REVIEWER]
        )
        Wishes.objects.create(user=user, escalations=True)
    overdue(cast, 1)
    sweep(DUE + 80 * HOUR)
    assert {letter.recipient for letter in letters()} == {"own@example.org"}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_letter_reads_well(cast: Cast, supervisors: None, language: str) -> None:
    Wishes.objects.update(language=language)
    [number] = overdue(cast, 1)
    sweep(DUE + 25 * HOUR)
    said = render(letters()[0])
    assert f"/desk/case/{number}/" in said.body
    assert ("Technology Section" if language == "en" else "科技科") in said.body
    assert ("9 Mar 2026" if language == "en" else "2026年3月9日") in said.body
    assert "{" not in said.subject + said.body
