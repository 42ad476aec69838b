"""Only what can be compared is compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.figures.comparing import changes, spans
from sla.figures.measures import MEASURES
from sla.figures.periods import Period
from sla.figures.rates import rates

TODAY = date(2026, 11, 22)
NOTHING = dict.fromkeys(MEASURES, 0)


def days(text: str) -> Period | None:
    if not text:
        return None
    start, end = text.split("/")
    return Period(date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize(
    ("asked", "own", "before", "year_before"),
    [
        # A whole year: the period before is the year before.
        ("2025-01-01/2025-12-31", "2025-01-01/2025-12-31", "", "2024-01-01/2024-12-31"),
        # Under way: as far as the earlier one had come.
        ("2026-01-01/2026-12-31", "2026-01-01/2026-11-22", "", "2025-01-01/2025-11-22"),
        (
            "2026-10-01/2026-12-31",
            "2026-10-01/2026-11-22",
            "2026-07-01/2026-08-22",
            "2025-10-01/2025-11-22",
        ),
        (
            "2026-11-01/2026-11-30",
            "2026-11-01/2026-11-22",
            "2026-10-01/2026-10-22",
            "2025-11-01/2025-11-22",
        ),
        (
            "2026-07-01/2026-09-30",
            "2026-07-01/2026-09-30",
            "2026-04-01/2026-06-30",
            "2025-07-01/2025-09-30",
        ),
        (
            "2026-03-01/2026-03-31",
            "2026-03-01/2026-03-31",
            "2026-02-01/2026-02-28",
            "2025-03-01/2025-03-31",
        ),
        # February of a leap year, either way.
        (
            "2025-02-01/2025-02-28",
            "2025-02-01/2025-02-28",
            "2025-01-01/2025-01-31",
            "2024-02-01/2024-02-29",
        ),
        (
            "2024-02-01/2024-02-29",
            "2024-02-01/2024-02-29",
            "2024-01-01/2024-01-31",
            "2023-02-01/2023-02-28",
        ),
        # Any other span: as many days before.
        (
            "2026-03-10/2026-03-16",
            "2026-03-10/2026-03-16",
            "2026-03-03/2026-03-09",
            "2025-03-10/2025-03-16",
        ),
        ("1990-01-01/1990-12-31", "1990-01-01/1990-12-31", "", ""),
    ],
)
def test_what_a_period_is_compared_with(
    asked: str, own: str, before: str, year_before: str
) -> None:
    wanted = days(asked)
    assert wanted is not None
    found = spans(wanted, TODAY)
    assert found is not None
    assert (found.own, found.before, found.year_before) == (
        days(own),
        days(before),
        days(year_before),
    )


def test_the_last_day_of_a_month_has_its_counterpart() -> None:
    found = spans(Period(date(2026, 3, 1), date(2026, 3, 31)), date(2026, 3, 31))
    assert found is not None
    assert found.before == days("2026-02-01/2026-02-28")
    running = spans(Period(date(2026, 3, 1), date(2026, 3, 31)), date(2026, 3, 30))
    assert running is not None
    assert running.before == days("2026-02-01/2026-02-28")


def test_a_period_to_come_is_compared_with_nothing() -> None:
    assert spans(Period(date(2026, 12, 1), date(2026, 12, 31)), TODAY) is None


@given(st.lists(st.dates(date(1995, 1, 1), date(2026, 11, 22)), min_size=2, max_size=2).map(sorted))
def test_what_it_is_compared_with_came_earlier(span: list[date]) -> None:
    found = spans(Period(*span), TODAY)
    assert found is not None
    if found.before is not None:
        assert found.before.end < found.own.start
    assert found.year_before is not None
    assert found.year_before.start.year == found.own.start.year - 1
    assert found.year_before.end < found.own.end


def test_counts_and_rates_rise_fall_or_stay() -> None:
    now = NOTHING | {"received": 12, "replied": 9, "met": 9, "missed": 1, "rated": 1}
    then = NOTHING | {"received": 10, "replied": 10, "met": 9, "missed": 1}
    found = changes(now, rates(now), then, rates(then))
    assert (found["received"].by, found["received"].direction) == (Decimal(2), "rose")
    assert (found["replied"].by, found["replied"].direction) == (Decimal(-1), "fell")
    assert found["reply_rate"].as_data() == {
        "now": "75.00%",
        "then": "100.00%",
        "by": "-25.00",
        "direction": "fell",
    }
    assert (found["on_time_rate"].by, found["on_time_rate"].direction) == (Decimal(0), "same")
    assert found["satisfaction"].as_data() == {
        "now": "0.00%",
        "then": "—",
        "by": None,
        "direction": "",
    }


def test_nothing_is_compared_with_a_time_of_which_nothing_is_known() -> None:
    now = NOTHING | {"received": 12}
    found = changes(now, rates(now), NOTHING, rates(NOTHING))
    assert {change.direction for change in found.values()} == {""}
