"""A rate is a numerator and a denominator; the percentage is made in one place."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.figures.measures import MEASURES
from sla.figures.rates import Rate, percentage, rates, shares

NOTHING = dict.fromkeys(MEASURES, 0)


@pytest.mark.parametrize(
    ("n", "d", "percent"),
    [
        (9, 9, "100.00%"),
        (8, 9, "88.89%"),
        (3055, 3059, "99.87%"),
        (173, 181, "95.58%"),
        (1715, 2274, "75.42%"),
        (22345, 24932, "89.62%"),
        (826, 1563, "52.85%"),
        (35, 805, "4.35%"),
        (1, 800, "0.13%"),  # 0.125: half goes up
        (0, 5, "0.00%"),
        (0, 0, "—"),
        (5, 0, "—"),
        (5, -1, "—"),
    ],
)
def test_percentages_round_half_up_to_two_decimals(n: int, d: int, percent: str) -> None:
    assert Rate(n, d).percent == percent


def test_each_rate_has_its_own_numerator_and_denominator() -> None:
    counts = dict(zip(MEASURES, (12, 2, 9, 8, 7, 3, 6, 5, 4, 11), strict=True))
    assert rates(counts) == {
        "reply_rate": Rate(9, 10),
        "on_time_rate": Rate(7, 10),
        "satisfaction": Rate(4, 5),
        "participation": Rate(5, 6),
    }


def test_nothing_received_is_no_rate_at_all() -> None:
    assert {rate.percent for rate in rates(NOTHING).values()} == {"—"}


def test_the_unrated_are_never_satisfied() -> None:
    asked = NOTHING | {"asked": 9}
    assert rates(asked)["satisfaction"].percent == "—"
    assert rates(asked)["participation"].percent == "0.00%"


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_no_rate_below_the_whole_is_printed_as_the_whole_by_more_than_rounding(
    n: int, d: int
) -> None:
    value = percentage(n, d)
    assert value is not None
    assert abs(value - Decimal(100) * n / d) <= Decimal("0.005000001")


@given(st.lists(st.integers(0, 10**6), max_size=20))
def test_shares_sum_to_exactly_a_hundred(values: list[int]) -> None:
    found = shares(values)
    assert sum(found) == (100 if any(values) else 0)
    for value, share in zip(values, found, strict=True):
        assert not any(values) or abs(share - Decimal(100) * value / sum(values)) < Decimal("0.01")
