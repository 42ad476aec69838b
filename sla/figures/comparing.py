"""Figures beside those of the period before and of the year before. Pure.

Only what can be compared is: a period still running is set against as many days of the earlier
one, and a rate that one of the two does not have is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sla.figures.periods import (
    ONE_DAY,
    YEARS,
    Period,
    half_of,
    month_after,
    month_of,
    quarter_of,
    year_of,
)
from sla.figures.rates import NONE, Rate

BEFORE, YEAR_BEFORE = "before", "year_before"
ROSE, FELL, SAME = "rose", "fell", "same"
COUNTED = ("received", "replied", "published", "excluded")


@dataclass(frozen=True, slots=True)
class Spans:
    """The days compared: those of the question that are over or under way, and the earlier ones.

    None where there is no such period: it would lie before the first year kept, or be the same as
    the other, as with whole years.
    """

    own: Period
    before: Period | None
    year_before: Period | None


def spans(asked: Period, today: date) -> Spans | None:
    """What to compare a period with; None for one still to come."""
    if asked.start > today:
        return None
    own = Period(asked.start, min(asked.end, today))
    before, year_before = _before(asked, own), _year_before(own)
    return Spans(own, None if before == year_before else before, year_before)


def _before(asked: Period, own: Period) -> Period | None:
    """The month, quarter, half-year or year before, as far as the own one has come; else as many
    days."""
    if (asked.start - ONE_DAY).year not in YEARS:
        return None
    for whole in (year_of, half_of, quarter_of, month_of):
        if whole(asked.start) == asked:
            start = whole(asked.start - ONE_DAY).start
            last = whole(start).end
            if own == asked:
                return _known(start, last)
            # So many months and days into the earlier one.
            end = _into(start, own)
            return _known(start, min(end, last))
    length = own.end - own.start
    return _known(own.start - ONE_DAY - length, own.start - ONE_DAY)


def _into(start: date, own: Period) -> date:
    month, first = own.start, start
    while (following := month_after(month)) <= own.end:
        month, first = following, month_after(first)
    return min(first + timedelta(days=own.end.day - 1), month_after(first) - ONE_DAY)


def _year_before(own: Period) -> Period | None:
    start, end = _a_year_back(own.start), _a_year_back(own.end)
    if own.end + ONE_DAY == month_after(own.end.replace(day=1)):
        # The last day of a month is compared with the last day, in leap years too.
        end = month_after(end.replace(day=1)) - ONE_DAY
    return _known(start, end)


def _a_year_back(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _known(start: date, end: date) -> Period | None:
    return Period(start, end) if start.year in YEARS else None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a count or rate; `by` in cases or percentage points, None if incomparable."""

    now: str
    then: str
    by: Decimal | None = None

    @property
    def direction(self) -> str:
        """rose, fell or same; empty where there is nothing to compare."""
        if self.by is None:
            return ""
        return SAME if not self.by else ROSE if self.by > 0 else FELL

    def as_data(self) -> dict[str, Any]:
        by = None if self.by is None else str(self.by)
        return {"now": self.now, "then": self.then, "by": by, "direction": self.direction}


def changes(
    counts: Mapping[str, int],
    rates: Mapping[str, Rate],
    then_counts: Mapping[str, int],
    then_rates: Mapping[str, Rate],
) -> dict[str, Change]:
    """Every count and rate beside its earlier value.

    Nothing is compared with a period in which nothing at all was counted: it lies before the
    house kept figures.
    """
    kept = any(then_counts.values())
    found = {
        name: Change(
            str(counts[name]),
            str(then_counts[name]) if kept else NONE,
            Decimal(counts[name] - then_counts[name]) if kept else None,
        )
        for name in COUNTED
    }
    for name, rate in rates.items():
        then = then_rates[name]
        both = rate.value is not None and then.value is not None
        by = rate.value - then.value if both else None  # type: ignore[operator]
        found[name] = Change(rate.percent, then.percent, by)
    return found
