"""Few ratings are shown with their interval, computed by Wilson's formula."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.figures.definitions import chosen
from sla.figures.intervals import wilson
from sla.figures.measures import MEASURES
from sla.figures.rates import rates


@pytest.mark.parametrize(
    ("n", "d", "low", "high"),
    [
        (9, 9, "70.09", "100.00"),
        (0, 9, "0.00", "29.91"),
        (1, 2, "9.45", "90.55"),
        (8, 10, "49.02", "94.33"),
        (81, 263, "25.53", "36.62"),
    ],
)
def test_known_intervals(n: int, d: int, low: str, high: str) -> None:
    assert wilson(n, d) == (Decimal(low), Decimal(high))


@given(st.integers(1, 10**6).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d))))
def test_the_interval_holds_the_share_and_mirrors(share: tuple[int, int]) -> None:
    n, d = share
    low, high = wilson(n, d)
    assert 0 <= low <= high <= 100
    assert low - Decimal("0.01") <= Decimal(100) * n / d <= high + Decimal("0.01")
    other_low, other_high = wilson(d - n, d)
    assert abs(100 - other_high - low) <= Decimal("0.01")
    assert abs(100 - other_low - high) <= Decimal("0.01")


@pytest.mark.parametrize(("n", "d"), [(0, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_has_none(n: int, d: int) -> None:
    with pytest.raises(ValueError):
        wilson(n, d)


@pytest.mark.parametrize(
    ("rated", "given"), [(0, False), (1, True), (29, True), (30, False), (500, False)]
)
def test_only_the_satisfaction_of_few_has_an_interval(rated: int, given: bool) -> None:
    counts = dict.fromkeys(MEASURES, 0) | {"rated": rated, "satisfied": rated, "asked": rated}
    found = rates(counts, chosen(), few=30)
    assert ("interval" in found["satisfaction"].as_data()) is given
    assert "interval" not in found["participation"].as_data()
