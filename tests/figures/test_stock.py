"""What lies open, and how long answers took."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inquiries.workflow import perform
from sla.figures.periods import Period, PeriodError, month_of, quarter_of, year_of
from sla.figures.stock import STOCKS, Spread, answer_times, spread, stock
from sla.lists.selection import stocked
from sla.standing import Standing, horizon, standing_of
from tests.factories import MONDAY, Cast, advance, make_inquiry

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ({}, Spread(0, None, None)),
        ({3: 1}, Spread(1, 3, 3)),
        ({1: 1, 4: 1}, Spread(2, 2.5, 4)),
        ({1: 5, 2: 4, 9: 1}, Spread(10, 1.5, 2)),
        ({1: 9, 30: 2}, Spread(11, 1, 30)),
        ({0: 90, 5: 10}, Spread(100, 0, 0)),
    ],
)
def test_median_and_ninetieth_percentile(days: dict[int, int], expected: Spread) -> None:
    assert spread(days) == expected


@pytest.mark.django_db
def test_stocks_are_what_the_lists_and_the_badges_say(cast: Cast) -> None:
    late = make_inquiry(MONDAY)
    advance(late, cast, "assign", MONDAY)
    soon = make_inquiry(MONDAY + 5 * DAY)
    far = make_inquiry(MONDAY + 8 * DAY)
    paused = make_inquiry(MONDAY + 7 * DAY)
    week_on = MONDAY + 7 * DAY
    perform("ask_supplement", paused.number, by=cast.by("intake"), at=week_on, request="？")
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + DAY)
    seen_from = horizon(MONDAY + 10 * DAY)
    found = stock(seen_from)
    assert found.total == {"open": 4, "due_soon": 1, "overdue": 1, "paused": 1}
    assert found.of(cast.tech.pk) == {"open": 1, "due_soon": 0, "overdue": 1, "paused": 0}
    assert found.of(cast.other.pk) == dict.fromkeys(STOCKS, 0)
    listed = {name: {c.number for c in stocked(name, seen_from)} for name in STOCKS}
    assert listed == {
        "open": {late.number, soon.number, far.number, paused.number},
        "due_soon": {soon.number},
        "overdue": {late.number},
        "paused": {paused.number},
    }
    for name in (Standing.DUE_SOON, Standing.OVERDUE, Standing.PAUSED):
        assert {standing_of(c, seen_from) for c in stocked(name, seen_from)} == {name}


@pytest.mark.django_db
def test_answer_times_count_working_days_to_the_first_reply(cast: Cast) -> None:
    for wait in (1, 1, 2, 7):
        advance(make_inquiry(MONDAY), cast, "reply", MONDAY + wait * DAY)
    make_inquiry(MONDAY)
    now = MONDAY + 30 * DAY
    whole, by_department = answer_times(year_of(date(2026, 3, 1)), now)
    assert whole == Spread(4, 1.5, 5)
    assert by_department == {cast.tech.pk: whole}
    assert answer_times(month_of(date(2026, 3, 1)), MONDAY + DAY)[0] == Spread(2, 1, 1)
    last_day = Period(date(2026, 3, 9), date(2026, 3, 9))
    assert answer_times(last_day, now, basis="event")[0] == Spread(1, 5, 5)


def test_periods_are_civil_days_and_whole_months_lie_inside() -> None:
    assert quarter_of(date(2026, 11, 22)) == Period(date(2026, 10, 1), date(2026, 12, 31))
    assert month_of(date(2024, 2, 10)).end == date(2024, 2, 29)
    assert Period(date(2026, 1, 2), date(2026, 4, 29)).whole_months == (
        date(2026, 2, 1),
        date(2026, 4, 1),
    )
    assert [f"{m:%m}" for m in Period(date(2026, 1, 31), date(2026, 3, 1)).months()] == [
        "01",
        "02",
        "03",
    ]
    with pytest.raises(PeriodError):
        Period(date(2026, 2, 1), date(2026, 1, 1))
