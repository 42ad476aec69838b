"""Cases to look at twice: which each rule finds, why, and at what cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from inquiries.models import Inquiry
from inquiries.workflow import perform
from sla.figures.periods import Period, month_of, year_of
from sla.irregular.finding import Irregular
from sla.irregular.rules import (
    BULK_SIZE,
    BULK_SIZE_OF_ONE,
    BULK_WITHIN,
    Answer,
    Rule,
    bulks_of_departments,
    bulks_of_people,
    runs,
)
from sla.models import Case, Clock, ClockPause
from tests.factories import MONDAY, Cast, UserFactory, advance, china, make_inquiry

YEAR = year_of(MONDAY.date())
MINUTE = timedelta(minutes=1)


def found(rule: Rule, period: Period = YEAR) -> list[str]:
    return sorted(Irregular(period).of(rule).values_list("number", flat=True))


def ask(inquiry: Inquiry, cast: Cast, at: Any) -> None:
    words: dict[str, Any] = {"request": "请补充"}
    perform("ask_supplement", inquiry.number, by=cast.by("handler"), at=at, **words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "listed"),
    [
        (china(2026, 3, 6, 16), False),
        (china(2026, 3, 6, 20), True),
        (china(2026, 3, 8, 12), True),
        (china(2026, 3, 9, 9), True),
        (china(2026, 3, 9, 20), True),
    ],
    ids=["Friday", "Friday after closing", "Sunday", "due day", "evening of the due day"],
)
def test_a_clock_stopped_within_the_last_working_day_is_listed(
    cast: Cast, at: Any, listed: bool
) -> None:
    """Five working days from Monday, 2 March: due at the end of Monday, 9 March."""
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    ask(inquiry, cast, at)
    assert found(Rule.PAUSED) == ([inquiry.number] if listed else [])


def test_a_clock_stopped_when_already_overdue_is_not_stopped(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    ask(inquiry, cast, china(2026, 3, 10))
    assert not ClockPause.objects.filter(clock__target="reply").exists()
    assert found(Rule.PAUSED) == []


def extend(inquiry: Inquiry, cast: Cast, times: int) -> None:
    for n in range(times):
        at = MONDAY + n * MINUTE
        words: dict[str, Any] = {"amount": 1, "reason": "需要现场核实"}
        perform("request_extension", inquiry.number, by=cast.by("handler"), at=at, **words)
        perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=at)


def test_extended_more_than_once(cast: Cast) -> None:
    once, twice = (advance(make_inquiry(MONDAY), cast, "sign_for") for _ in range(2))
    extend(once, cast, 1)
    extend(twice, cast, 2)
    assert found(Rule.EXTENDED) == [twice.number]


def test_returned_or_reassigned_more_than_twice(cast: Cast) -> None:
    both, back, moved = (advance(make_inquiry(MONDAY), cast, "assign") for _ in range(3))
    intake, handler = cast.by("intake"), cast.by("handler")
    for inquiry, n in ((both, 2), (back, 3)):
        for _ in range(n):
            perform("return", inquiry.number, by=handler, at=MONDAY, reason="不属本科室")
            perform("assign", inquiry.number, by=intake, at=MONDAY, department=cast.tech)
    for inquiry, n in ((both, 2), (moved, 3)):
        for m in range(n):
            to = cast.other if m % 2 == 0 else cast.tech
            perform("reassign", inquiry.number, by=intake, at=MONDAY, department=to, reason="改派")
    assert found(Rule.PASSED_ON) == sorted([back.number, moved.number])


def answered(
    cast: Cast, at: Any, n: int, apart: timedelta = MINUTE, handlers: int = 1
) -> list[str]:
    """Cases all due at the end of 9 March, answered from an instant on, by so many people."""
    made = [advance(make_inquiry(MONDAY), cast, "submit_for_review") for _ in range(n)]
    people = [UserFactory.create(department=cast.tech) for _ in range(handlers)]
    for k, inquiry in enumerate(made):
        perform("reply", inquiry.number, by=cast.by("reviewer"), at=at + k * apart)
        Case.objects.filter(pk=inquiry.case_id).update(handler=people[k % handlers])
    return sorted(inquiry.number for inquiry in made)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "n", "apart", "listed"),
    [
        (china(2026, 3, 9, 18), BULK_SIZE, MINUTE, True),
        (china(2026, 3, 9, 18), BULK_SIZE - 1, MINUTE, False),
        (china(2026, 3, 9, 18), BULK_SIZE, BULK_WITHIN / 4, True),
        (china(2026, 3, 9, 18), BULK_SIZE, BULK_WITHIN / 4 + MINUTE, False),
        (china(2026, 3, 9, 10), BULK_SIZE, MINUTE, False),
        (china(2026, 3, 10, 9), BULK_SIZE, MINUTE, False),
    ],
    ids=["bulk", "one fewer", "just within", "too far apart", "in the morning", "late"],
)
def test_many_answers_at_once_when_hardly_any_time_is_left(
    cast: Cast, at: Any, n: int, apart: timedelta, listed: bool
) -> None:
    numbers = answered(cast, at, n, apart, handlers=n)
    assert found(Rule.BULK) == (numbers if listed else [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("n", "handlers", "apart", "listed"),
    [
        (BULK_SIZE_OF_ONE, 1, MINUTE, True),
        (BULK_SIZE_OF_ONE, 1, BULK_WITHIN / 2, True),
        (BULK_SIZE_OF_ONE, 1, BULK_WITHIN / 2 + MINUTE, False),
        (BULK_SIZE_OF_ONE - 1, 1, MINUTE, False),
        (BULK_SIZE - 1, 2, MINUTE, False),
    ],
    ids=["one person", "just within", "too far apart", "one fewer", "two people"],
)
def test_fewer_answers_of_one_person_are_many(
    cast: Cast, n: int, handlers: int, apart: timedelta, listed: bool
) -> None:
    numbers = answered(cast, china(2026, 3, 9, 18), n, apart, handlers)
    assert found(Rule.BULK) == (numbers if listed else [])


def test_a_person_is_found_across_departments_and_cases_without_one_are_not() -> None:
    at = [MONDAY + n * MINUTE for n in range(BULK_SIZE_OF_ONE)]
    moved = [Answer(n, n, 7, instant) for n, instant in enumerate(at)]
    nobodys = [Answer(n, 1, None, instant) for n, instant in enumerate(at)]
    assert set(bulks_of_people(moved)) == {0, 1, 2}
    assert bulks_of_departments(moved) == bulks_of_people(nobodys) == {}


def test_what_was_left_is_kept_with_the_clock(cast: Cast) -> None:
    answered(cast, china(2026, 3, 9, 10), 1)
    clock = Clock.objects.get(target="reply")
    assert clock.spare == 6 * 3600
    assert set(Clock.objects.exclude(state="met").values_list("spare", flat=True)) == {None}


PLACES = st.lists(st.integers(0, 3600), max_size=40)


@given(PLACES, st.integers(2, 6), st.integers(0, 900))
def test_runs_agree_with_looking_at_every_window(
    places: list[int], size: int, seconds: int
) -> None:
    within = timedelta(seconds=seconds)
    answers = [Answer(n, 1, None, MONDAY + timedelta(seconds=at)) for n, at in enumerate(places)]
    wanted = {
        one.case_id
        for begin in answers
        for window in [[other for other in answers if timedelta() <= other.at - begin.at <= within]]
        if len(window) >= size
        for one in window
    }
    found = runs([(1, one) for one in answers], size=size, within=within)
    assert set(found) == wanted
    for case_id, run in found.items():
        assert run.first <= answers[case_id].at <= run.last
        assert run.size == sum(run.first <= one.at <= run.last for one in answers) or size > 1
    by_two = [(n % 2, one) for n, one in enumerate(answers)]
    for case_id, run in runs(by_two, size=size, within=within).items():
        assert run.size <= sum(whose == case_id % 2 for whose, _ in by_two)


def test_a_case_found_by_two_rules_stands_there_once_with_both_reasons(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    extend(inquiry, cast, 2)
    ask(inquiry, cast, china(2026, 3, 11, 10))
    irregular = Irregular(YEAR)
    [case] = irregular.all()
    reasons = irregular.reasons(case)
    assert (reasons.extensions, reasons.paused, reasons.bulk) == (
        2,
        (china(2026, 3, 11, 10),),
        None,
    )


def test_the_period_is_of_receipt(cast: Cast) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    extend(inquiry, cast, 2)
    assert found(Rule.EXTENDED, month_of(MONDAY.date())) == [inquiry.number]
    assert found(Rule.EXTENDED, month_of(china(2026, 4, 1).date())) == []


@pytest.fixture
def supervisor(cast: Cast, client: Client) -> Client:
    client.force_login(cast.supervisor, "django.contrib.auth.backends.ModelBackend")
    return client


PAGE = "/supervision/irregular/"
ASKED = {"from": "2026-01-01", "to": "2026-12-31"}


def test_the_page_says_why_and_leads_to_the_case(cast: Cast, supervisor: Client) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "sign_for")
    extend(inquiry, cast, 2)
    numbers = answered(cast, china(2026, 3, 9, 18), 5)
    supervisor.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    text = supervisor.get(PAGE, ASKED).content.decode()
    assert "Extended 2 times." in text
    assert f'href="/desk/case/{inquiry.number}/"' in text
    assert f'href="/desk/case/{inquiry.number}/clocks/"' in text
    said = "One of 5 answers of the department between 9 Mar 2026, 18:00 and 9 Mar 2026, 18:04."
    assert text.count(said) == 5
    person = str(Case.objects.get(number=numbers[0]).handler)
    said = f"One of 5 answers of {person} between 9 Mar 2026, 18:00 and 9 Mar 2026, 18:04."
    assert text.count(said) == 5
    only = supervisor.get(PAGE, {**ASKED, "rule": "bulk"}).content.decode()
    assert inquiry.number not in only
    assert all(number in only for number in numbers)
    elsewhere = supervisor.get(PAGE, {**ASKED, "department": "other"}).content.decode()
    assert not any(number in elsewhere for number in [inquiry.number, *numbers])


def test_pages_and_orders(cast: Cast, supervisor: Client, monkeypatch: Any) -> None:
    from sla.irregular import views

    monkeypatch.setattr(views, "PAGE", 2)
    made = []
    for n in range(3):
        inquiry = advance(make_inquiry(MONDAY + n * MINUTE), cast, "sign_for")
        extend(inquiry, cast, 2 + n)
        made.append(inquiry.number)
    first = supervisor.get(PAGE, {**ASKED, "sort": "-extensions"})
    assert [line["case"].number for line in first.context["listed"]] == [made[2], made[1]]
    cursor = first.context["page"].next_cursor
    second = supervisor.get(PAGE, {**ASKED, "sort": "-extensions", "cursor": cursor})
    assert [line["case"].number for line in second.context["listed"]] == [made[0]]


@pytest.mark.parametrize("query", [{"rule": "nosuch"}, {"sort": "title"}, {"cursor": "forged"}])
def test_a_wrong_address_is_400(supervisor: Client, query: dict[str, str]) -> None:
    assert supervisor.get(PAGE, query).status_code == 400


def test_more_cases_cost_no_more_queries(
    cast: Cast, supervisor: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        extend(advance(make_inquiry(MONDAY), cast, "sign_for"), cast, 2)
    answered(cast, china(2026, 3, 9, 18), 6)
    supervisor.get(PAGE, ASKED)
    with django_assert_max_num_queries(16):
        assert len(supervisor.get(PAGE, ASKED).context["listed"]) == 9
