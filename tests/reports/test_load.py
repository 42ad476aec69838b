"""The load page: every number opens to exactly its cases, and nothing open is left out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from sla.figures.folding import fold
from sla.supervision.charts import HEAT, heat
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = china(2026, 6, 15, 12)
DAY = timedelta(days=1)
ROW = re.compile(
    r"<dt>(?:<a href=\"([^\"]*)\">)?([^<]*)(?:</a>)?</dt>\s*<dd>.*?<span>(\d+)</span>", re.DOTALL
)
COUNT = re.compile(r'<span class="count" id="count">(\d+)</span>')


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def reader(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def house(cast: Cast) -> Cast:
    for days in (0, 1, 2, 3, 7, 8, 30, 31, 60, 61, 90, 91, 400):
        make_inquiry(NOW - days * DAY)
    advance(make_inquiry(NOW - 5 * DAY), cast, "sign_for")
    fold()
    advance(make_inquiry(NOW - 5 * DAY), cast, "reply")
    return cast


def test_every_number_opens_to_exactly_its_cases(house: Cast) -> None:
    client = reader(house.auditor)
    page = client.get(reverse("supervision:load")).content.decode()
    rows = {unescape(label): (unescape(url), int(n)) for url, label, n in ROW.findall(page)}
    assert {label: n for label, (_url, n) in rows.items()} == {
        "0 to 2 days": 3,
        "3 to 7 days": 3,
        "8 to 15 days": 1,
        "16 to 30 days": 1,
        "31 to 60 days": 2,
        "61 to 90 days": 2,
        "More than 90 days": 2,
        "To accept": 13,
        "In progress": 1,
    }
    for label, (url, n) in rows.items():
        counted = COUNT.search(client.get(url).content.decode())
        assert counted is not None, label
        assert int(counted.group(1)) == n, label


def test_the_calendar_counts_folded_and_fresh_and_links_to_the_day(house: Cast) -> None:
    client = reader(house.supervisor)
    page = client.get(reverse("supervision:load")).content.decode()
    squares = re.findall(
        r'<a href="([^"]*)"><rect class="heat-(\d)"[^>]*><title>([^:]*): (\d+)</title>', page
    )
    found = {title: (unescape(url), int(level), int(n)) for url, level, title, n in squares}
    assert found["2026-06-10"][1:] == (HEAT, 2)
    assert sum(n for _url, _level, n in found.values()) == 14
    for url, _level, n in found.values():
        counted = COUNT.search(client.get(url).content.decode())
        assert counted is not None
        assert int(counted.group(1)) == n


def test_a_department_has_its_own_load(house: Cast) -> None:
    client = reader(house.supervisor)
    page = client.get(reverse("supervision:load") + "?department=tech").content.decode()
    assert sum(int(n) for _url, label, n in ROW.findall(page) if "days" in label) == 1


def test_a_part_of_the_house_has_its_own_calendar(house: Cast) -> None:
    client = reader(house.supervisor)
    load = reverse("supervision:load")
    assert "Cases received 14" in client.get(load, {"topic": "unassigned"}).content.decode()
    assert "Cases received 0" in client.get(load, {"kind": "complaint"}).content.decode()
    both = {"topic": "unassigned", "district": "unassigned"}
    assert client.get(load, both).status_code == 400


def test_what_it_costs_does_not_grow(house: Cast, django_assert_max_num_queries: Any) -> None:
    client = reader(house.supervisor)
    client.get(reverse("supervision:load"))
    with django_assert_max_num_queries(12):
        client.get(reverse("supervision:load"))


@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.integers(0, 371),
    st.dictionaries(st.integers(0, 371), st.integers(0, 500), max_size=20),
)
def test_every_day_has_its_square(start: date, length: int, values: dict[int, int]) -> None:
    counts = {start + timedelta(days=n): value for n, value in values.items() if n <= length}
    chart = heat(counts, start, start + timedelta(days=length))
    assert [square.day for square in chart.squares] == [
        start + timedelta(days=n) for n in range(length + 1)
    ]
    assert len({(square.x, square.y) for square in chart.squares}) == length + 1
    most = max(counts.values(), default=0)
    for square in chart.squares:
        assert square.value == counts.get(square.day, 0)
        assert (square.level == 0) == (square.value == 0)
        assert square.level <= HEAT
        assert (square.level == HEAT) >= (square.value == most > 0)
        assert 0 <= float(square.x) <= float(chart.width) - float(chart.side)
        assert 0 <= float(square.y) <= float(chart.height) - float(chart.side)
