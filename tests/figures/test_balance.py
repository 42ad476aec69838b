"""Carried in + received = replied + excluded + carried out, at any instant, for any part."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department
from sla.figures.balance import Balance, balance, row_faults
from sla.figures.counting import TooManyParts
from sla.figures.folding import fold
from sla.figures.measures import CaseLine, civil_day
from sla.figures.periods import Period
from sla.figures.report import report
from sla.figures.scope import Scope
from sla.models import Policy, Rollup
from tests.figures.test_exact import NOW, SINCE, Fate, fates, ground, periods, play

__all__ = ["ground"]

pytestmark = pytest.mark.django_db


def expected(lines: Sequence[CaseLine], period: Period, at: datetime) -> Balance:
    """By hand: where each case was at the period's ends, as known at an instant."""
    before = period.start - timedelta(days=1)
    known = [line for line in lines if line.received_at <= at]

    def gone_by(line: CaseLine, day: date) -> bool:
        ends = [one for one in (line.replied_at, line.excluded_at) if one and one <= at]
        return any(civil_day(one) <= day for one in ends)

    def stock(day: date) -> int:
        came = [line for line in known if civil_day(line.received_at) <= day]
        return sum(not gone_by(line, day) for line in came)

    def happened(facts: list[datetime | None]) -> int:
        return sum(one is not None and one <= at and civil_day(one) in period for one in facts)

    return Balance(
        stock(before),
        happened([line.received_at for line in known]),
        happened([line.replied_at for line in known]),
        happened([line.excluded_at for line in known if not line.replied_at]),
        stock(period.end),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(fates, max_size=8),
    periods,
    st.sampled_from([NOW, *[SINCE + timedelta(days=n) for n in (10, 42, 90)]]),
    st.sampled_from(["all", "department", "kind", "topic"]),
)
def test_the_balance_is_that_of_the_cases_and_holds(
    ground: tuple[list[Department], Policy],
    chosen: list[Fate],
    span: list[date],
    at: datetime,
    limit: str,
) -> None:
    departments, policy = ground
    scope = {
        "all": Scope(),
        "department": Scope(department_id=departments[0].pk),
        "kind": Scope(kind="complaint"),
        "topic": Scope(category="about-phone"),
    }[limit]
    period = Period(*span)
    with transaction.atomic():
        lines = [play(fate, departments, policy) for fate in chosen]
        mine = [line for line in lines if scope.has_line(line)]
        found = balance(period, NOW, as_of=at, scope=scope)
        must = expected(mine, period, at)
        transaction.set_rollback(True)
    assert found.as_data() == must.as_data() | {"holds": True}
    if at == NOW and period.end >= civil_day(NOW):
        assert found.open_now == must.carried_out
    else:
        assert found.open_now is None


def lost_row(ground: tuple[list[Department], Policy]) -> Period:
    play(
        Fate(
            SINCE, 1, "complaint", "phone", timedelta(1), False, None, None, None, None, True, True
        ),
        *ground,
    )
    fold()
    return Period(date(2025, 11, 3), date(2026, 4, 1))


def test_a_lost_row_is_shown_and_logged(
    ground: tuple[list[Department], Policy], caplog: pytest.LogCaptureFixture
) -> None:
    period = lost_row(ground)
    assert balance(period, NOW).holds
    assert Rollup.objects.filter(grain="day", basis="event", received=1).delete()[0] == 1
    with caplog.at_level(logging.ERROR):
        found = balance(period, NOW)
    assert not found.holds
    assert found.as_data()["holds"] is False
    assert "carried out 1" in found.faults[0]
    assert "carried in 0 + received 0" in caplog.text


def test_rows_that_do_not_add_up_are_found(
    ground: tuple[list[Department], Policy], caplog: pytest.LogCaptureFixture
) -> None:
    lost_row(ground)
    made = report(date(2025, 1, 1), date(2026, 3, 31), by="kind", now=NOW)
    assert row_faults(made) == []
    made.rows.clear()
    assert row_faults(made) == [
        "received: the rows by kind give 0, the total is 1",
        "missed: the rows by kind give 0, the total is 1",
    ]
    assert "received: the rows by kind give 0" in caplog.text


def test_a_balance_costs_one_statement(
    ground: tuple[list[Department], Policy], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        balance(Period(date(2026, 1, 1), date(2026, 3, 31)), NOW)


def test_no_balance_of_two_parts_at_once() -> None:
    with pytest.raises(TooManyParts):
        balance(
            Period(date(2026, 1, 1), date(2026, 3, 31)),
            NOW,
            scope=Scope(category="a", district="b"),
        )


def test_what_was_answered_later_was_still_open_as_of_then(
    ground: tuple[list[Department], Policy],
) -> None:
    """Known in November, asked of January: the answer of December was not known yet."""
    reply = timedelta(days=20)
    play(
        Fate(
            SINCE, 1, "complaint", "phone", timedelta(1), False, reply, None, None, None, True, True
        ),
        *ground,
    )
    january = Period(date(2026, 1, 1), date(2026, 1, 31))
    then = balance(january, NOW, as_of=SINCE + timedelta(days=10))
    assert (then.carried_in, then.carried_out) == (1, 1)
    now = balance(january, NOW)
    assert (now.carried_in, now.carried_out) == (0, 0)
