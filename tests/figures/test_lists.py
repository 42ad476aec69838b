"""The lists behind numbers: the very cases counted, in every order, then as now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.figures.measures import BASES, MEASURES, SURVEYED
from sla.figures.periods import Period, month_of
from sla.figures.recording import CaseRecord
from sla.figures.report import reports
from sla.figures.scope import EVERYTHING, Scope
from sla.lists.listing import listing, sorts_of
from sla.lists.sorting import Sort
from sla.lists.walking import case_of
from sla.models import Case
from sla.standing import horizon
from sla.supervision.asking import Question
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.figures.lives import DAY, HOUR, life

pytestmark = pytest.mark.django_db

NOW = MONDAY + 60 * DAY
MARCH = month_of(MONDAY.date())
SPRING = Period(MONDAY.date(), NOW.date())
LISTS = (*MEASURES, "judged", "valid")


def rows(question: Question, measure: str, size: int = 3, sort: Sort | None = None) -> list[Any]:
    """A whole list, page by page, there; and the same back again."""
    made = listing(measure, question, horizon(question.at), sort)
    page = made.page(None, size)
    found = list(page.items)
    while page.next_cursor is not None:
        page = made.page(page.next_cursor, size)
        found += page.items
    assert made.count(1000).value == len(found)
    behind = found[: len(found) - len(page.items)]
    while page.previous_cursor is not None:
        page = made.page(page.previous_cursor, size)
        assert [row.pk for row in page.items] == [row.pk for row in behind[-len(page.items) :]]
        behind = behind[: -len(page.items)]
    return found


def numbers(question: Question) -> dict[str, int]:
    counts = reports(
        question.period.start,
        question.period.end,
        basis=question.basis,
        as_of=question.as_of,
        now=question.now,
        scope=question.scope,
    )[None].total.counts
    found = counts | {"judged": counts["met"] + counts["missed"]}
    if question.basis == "receipt":
        found["valid"] = counts["received"] - counts["excluded"]
    return found


@pytest.fixture
def house(cast: Cast) -> Cast:
    random = Random(20261122)
    for n in range(9):
        for _at, move in life(cast, random, n):
            move()
    return cast


def scopes(cast: Cast) -> Iterator[Scope]:
    yield EVERYTHING
    yield Scope(department_id=cast.other.pk)
    yield Scope(department_id=0)
    yield Scope(kind="complaint", unsurveyed=frozenset({"portal"}))
    yield Scope(category="topic3")
    yield Scope(district="place5")
    yield Scope(handler="")


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("seed", range(2))
def test_a_list_of_the_past_is_the_set_that_was_counted_then(
    house: Cast, basis: str, seed: int
) -> None:
    random = Random(seed)
    instant = MONDAY + random.randrange(45 * 24) * HOUR + random.choice((timedelta(), HOUR / 2))
    for scope in scopes(house):
        then = Question(MARCH, NOW, basis, as_of=instant, scope=scope)
        for measure, n in numbers(then).items():
            found = rows(then, measure)
            assert len(found) == n, (measure, instant, scope)
            assert len({row.pk for row in found}) == n
            if scope.department_id:
                assert {case_of(row).department_id for row in found} <= {scope.department_id}


@pytest.mark.parametrize("basis", BASES)
def test_every_list_of_now_is_whole_in_every_order(house: Cast, basis: str) -> None:
    for scope in scopes(house):
        now = Question(SPRING, NOW, basis, scope=scope)
        for measure, n in numbers(now).items():
            for column in sorts_of(measure, now):
                for descending in (False, True):
                    found = rows(now, measure, sort=Sort(column, descending))
                    assert len({row.pk for row in found}) == len(found) == n
                    if measure in SURVEYED:
                        continue
                    dates = [getattr(row, f"{column}_at") for row in found]
                    dated = [date for date in dates if date is not None]
                    assert dated == sorted(dated, reverse=descending)
                    assert dates[: len(dated)] == dated, "those without a date come last"


@pytest.mark.parametrize("column", ["received", "due", "replied"])
@pytest.mark.parametrize("basis", BASES)
def test_lists_beyond_a_few_rows_walk_the_same(
    house: Cast, monkeypatch: pytest.MonkeyPatch, column: str, basis: str
) -> None:
    """Cases answered years late, and the index ranges that a list of many rows is cut into."""
    late = Case.objects.filter(replied_at__isnull=False).order_by("pk")[:3]
    for case in late:
        record = CaseRecord(case)
        case.received_at -= 400 * DAY
        record.save()
    period = Period((MONDAY - 500 * DAY).date(), NOW.date())
    for span in (period, MARCH):
        asked = Question(span, NOW, basis)
        for measure in ("replied", "missed", "judged", "published"):
            for descending in (False, True):
                sort = Sort(column, descending)
                monkeypatch.setattr("sla.lists.walking.FEW", 2_000)
                few = [row.pk for row in rows(asked, measure, sort=sort)]
                monkeypatch.setattr("sla.lists.walking.FEW", -1)
                assert [row.pk for row in rows(asked, measure, sort=sort)] == few


def test_a_rating_changed_within_the_day_is_told_as_it_was(cast: Cast) -> None:
    number = advance(make_inquiry(MONDAY), cast, "reply", MONDAY + DAY).number
    first, second = MONDAY + 2 * DAY, MONDAY + 2 * DAY + 5 * HOUR
    perform("rate", number, by=CITIZEN, at=first, rating=1, comment="没有说清楚")
    perform("rate", number, by=CITIZEN, at=second, rating=5, comment="")
    told = {first - HOUR: (0, 0), first + HOUR: (1, 0), second: (1, 1)}
    for basis in BASES:
        for instant, (rated, satisfied) in told.items():
            then = Question(MARCH, NOW, basis, as_of=instant)
            counts = numbers(then)
            assert (counts["rated"], counts["satisfied"]) == (rated, satisfied)
            assert (len(rows(then, "rated")), len(rows(then, "satisfied"))) == (rated, satisfied)


def page(cast: Cast, at: datetime = NOW, **params: str) -> Any:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(cast.supervisor, "django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("supervision:cases"), {"from": "2026-03-01"} | params)


def test_heads_of_columns_sort_and_say_how(cast: Cast) -> None:
    make_inquiry(MONDAY)
    text = page(cast).content.decode()
    assert '<th scope="col" aria-sort="descending">' in text
    assert "sort=due" in text
    turned = page(cast, sort="due").content.decode()
    assert '<th scope="col" aria-sort="ascending"><a class="sort"' in turned
    assert 'name="sort" value="due"' in turned, "the file is in the order of the page"


@pytest.mark.parametrize("sort", ["--due", "title", "-", "due_at", "replied"])
def test_an_order_the_list_has_not_is_refused(cast: Cast, sort: str) -> None:
    assert page(cast, sort=sort, measure="received").status_code == 400


def test_an_order_chosen_for_now_gives_way_to_the_usual_one_of_the_past(cast: Cast) -> None:
    make_inquiry(MONDAY)
    text = page(cast, sort="due", as_of="2026-03-10").content.decode()
    assert '<th scope="col" aria-sort="descending">' in text
