"""The pure core of the replay: lines in, comparison out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.figures.rates import Rate
from sla.simulation.replaying import Line, Pauses, Rule, Verdict, due_under, replay
from sla.worktime import Promise, chinese_calendar, due
from tests.factories import MONDAY, china

CALENDAR = chinese_calendar()
FIVE = Rule("working_days", 5, "end_of_day", 15)
NOW = china(2026, 4, 10, 12)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def end_of(month: int, day: int) -> datetime:
    return china(2026, month, day, 23, 59) + 59 * SECOND


def line(
    ended: datetime | None = None,
    *,
    done: bool = True,
    before: Verdict = Verdict.MET,
    start: datetime = MONDAY,
    extra: int = 0,
    pauses: Pauses = (),
    concerned: bool = True,
    number: str = "1",
    department: int | None = 1,
) -> Line:
    promise = Promise(FIVE.unit, FIVE.amount + extra, FIVE.cutoff)
    return Line(
        number=number,
        department=department,
        started_at=start,
        due_at=due(CALENDAR, promise, start, pauses),
        rule=FIVE,
        calendar=CALENDAR,
        before=before,
        concerned=concerned,
        pauses=pauses,
        extra=extra,
        ended_at=ended,
        done=done and ended is not None,
    )


def days(amount: int, unit: str = "working_days", cap: int | None = None) -> Rule:
    return Rule(unit, amount, "end_of_day", cap)


@pytest.mark.parametrize(
    ("ended", "after"),
    [
        (end_of(3, 5), Verdict.MET),
        (end_of(3, 5) + SECOND, Verdict.MISSED),
        (None, Verdict.MISSED),
    ],
)
def test_the_verdict_is_given_by_the_new_due_instant(
    ended: datetime | None, after: Verdict
) -> None:
    found = replay([line(ended)], days(3), NOW)
    assert found.total.after.counts == {after: 1}


def test_an_open_case_is_judged_as_of_now() -> None:
    one = line(None, before=Verdict.OPEN, start=china(2026, 4, 8))
    assert replay([one], days(3), NOW).total.after.open == 1
    assert replay([one], days(1), NOW).total.after.missed == 1
    assert replay([one], days(1), end_of(4, 9)).total.after.open == 1


def test_what_ended_otherwise_is_a_miss_only_if_it_was_late_by_then() -> None:
    withdrawn = line(china(2026, 3, 6), done=False, before=Verdict.LEFT_OUT)
    assert replay([withdrawn], days(3), NOW).total.after.missed == 1
    found = replay([withdrawn], days(4), NOW)
    assert found.total.after.counts == {Verdict.LEFT_OUT: 1}
    assert found.total.after.on_time == Rate(0, 0)


def test_pauses_stand_where_they_stood() -> None:
    paused = line(end_of(3, 10), pauses=[(china(2026, 3, 4), china(2026, 3, 9))])
    # Wednesday, Thursday and Friday stood still: three days end on the Tuesday.
    assert due_under(paused, days(3)) == end_of(3, 10)
    late = line(end_of(3, 10), pauses=[(china(2026, 3, 6), china(2026, 3, 9))])
    assert due_under(late, days(2)) == end_of(3, 4)
    still = line(None, pauses=[(china(2026, 3, 3), None)])
    assert due_under(still, days(3)) is None
    assert replay([still], days(3), NOW).total.after.open == 1


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (days(3), end_of(3, 11)),  # three and four granted
        (days(3, cap=5), end_of(3, 9)),  # no more than five in all
        (days(3, cap=3), end_of(3, 5)),
        (days(3, "calendar_days"), end_of(3, 11)),  # the 5th, and four working days after it
    ],
)
def test_extensions_keep_the_units_granted_up_to_the_cap(rule: Rule, expected: datetime) -> None:
    assert due_under(line(MONDAY, extra=4), rule) == expected


def test_a_calendar_alone_keeps_each_rule_and_its_extensions() -> None:
    assert due_under(line(MONDAY, extra=12), None) == line(MONDAY, extra=12).due_at


def test_who_is_not_concerned_keeps_verdict_and_date() -> None:
    found = replay([line(end_of(3, 6), concerned=False), line(end_of(3, 6))], days(3), NOW)
    assert (found.looked, found.concerned, found.moved) == (2, 1, 1)
    assert found.total.after.on_time == Rate(1, 2)


def test_flips_are_counted_all_and_listed_up_to_a_bound() -> None:
    late = [line(end_of(3, 6), number=str(n), department=n % 2) for n in range(10)]
    found = replay(late, days(3), NOW, most=4)
    assert [flip.number for flip in found.flips] == ["0", "1", "2", "3"]
    assert (found.flips_in_all, found.worse, found.better) == (10, 10, 0)
    assert found.departments[0].after.missed == found.departments[1].after.missed == 5
    saved = line(end_of(3, 10), before=Verdict.MISSED)
    assert replay([saved], days(7), NOW).better == 1


hours = st.integers(min_value=0, max_value=24 * 40)


@given(
    st.lists(st.tuples(hours, hours, st.integers(0, 5), st.booleans()), max_size=20),
    st.integers(1, 12),
)
def test_a_longer_promise_never_makes_a_miss_and_sums_agree(
    raw: list[tuple[int, int, int, bool]], amount: int
) -> None:
    hour = timedelta(hours=1)
    lines = [
        line(
            MONDAY + begun * hour + took * hour if answered else None,
            start=MONDAY + begun * hour,
            extra=extra,
            department=extra,
        )
        for begun, took, extra, answered in raw
    ]
    shorter, longer = (replay(lines, days(n), NOW) for n in (amount, amount + 1))
    assert longer.total.after.missed <= shorter.total.after.missed
    for found in (shorter, longer):
        assert sum(found.total.after.counts.values()) == len(lines)
        assert found.total.after.met == sum(d.after.met for d in found.departments.values())
        assert found.worse + found.better <= found.flips_in_all
