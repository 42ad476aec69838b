"""When promises fall due, when to warn, and what a citizen is told about it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sla.worktime import (
    Day,
    Pause,
    Promise,
    chinese_calendar,
    due,
    explain,
    is_provisional,
    warn_at,
)

CHINA = chinese_calendar()
SEVEN_DAYS = Promise("working_days", 7)


def bj(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        (SEVEN_DAYS, "2026-03-02T23:59:59"),
        (Promise("working_days", 7, "close_of_business"), "2026-03-02T17:30:00"),
        (Promise("calendar_days", 15), "2026-02-28T23:59:59"),
        (Promise("working_hours", 14), "2026-02-24T16:00:00"),
    ],
)
def test_a_promise_falls_due(promise: Promise, expected: str) -> None:
    assert due(CHINA, promise, bj("2026-02-13T16:00")) == bj(expected)


@pytest.mark.parametrize("unit", ["working_days", "calendar_days", "working_hours"])
def test_while_an_open_pause_lasts_nothing_is_due(unit: str) -> None:
    start = bj("2026-01-05T10:00")
    assert due(CHINA, Promise(unit, 5), start, [(bj("2026-01-05T11:00"), None)]) is None
    assert due(CHINA, Promise(unit, 5), start, [(bj("2026-02-05T11:00"), None)]) is not None


def test_a_warning_comes_after_a_share_of_the_working_time() -> None:
    start, last = bj("2026-02-13T17:30"), bj("2026-02-25T23:59:59")
    three_days = Promise("working_days", 3)
    assert warn_at(CHINA, three_days, start, last, 2 / 3) == bj("2026-02-24T17:30")
    assert warn_at(CHINA, three_days, start, last, 1) == bj("2026-02-25T17:30")
    assert warn_at(CHINA, three_days, start, last, 0) == bj("2026-02-14T09:00")


def test_a_pause_moves_the_warning_too() -> None:
    start, hours = bj("2026-01-05T09:00"), Promise("working_hours", 6)
    pauses = [(bj("2026-01-05T10:00"), bj("2026-01-05T11:00"))]
    end = due(CHINA, hours, start, pauses)
    assert end == bj("2026-01-05T17:30")
    assert warn_at(CHINA, hours, start, end, 0.5, pauses) == bj("2026-01-05T14:30")


def test_calendar_days_warn_by_natural_time() -> None:
    start, last = bj("2026-02-13T00:00"), bj("2026-02-23T00:00")
    window = Promise("calendar_days", 10, "same_clock")
    assert warn_at(CHINA, window, start, last, 0.5) == bj("2026-02-18T00:00")


def test_a_warning_is_never_later_than_due() -> None:
    start, last = bj("2026-02-15T10:00"), bj("2026-02-16T23:59:59")
    assert warn_at(CHINA, Promise("working_days", 1), start, last, 0.8) == last


@pytest.mark.parametrize(
    ("start", "end", "provisional"),
    [
        ("2026-12-03T10:00", "2026-12-31T23:59:59", False),
        ("2026-12-04T10:00", "2027-01-04T23:59:59", True),
        ("2003-12-31T10:00", "2004-01-05T23:59:59", True),
        # In Shanghai it is already the next year.
        ("2026-12-31T10:00", "2027-01-01T00:00:00", True),
    ],
)
def test_a_year_without_a_notice_makes_due_provisional(
    start: str, end: str, provisional: bool
) -> None:
    assert is_provisional(CHINA, bj(start), bj(end)) is provisional


def test_the_citizen_sees_every_day_and_why_it_counts_or_not() -> None:
    pause = Pause(bj("2026-02-24T15:00"), bj("2026-02-26T09:00"), "asked to supplement")
    days = explain(CHINA, Promise("working_days", 3), bj("2026-02-13T16:00"), [pause])
    assert days == [
        Day(date(2026, 2, 13), "receipt", None),
        Day(date(2026, 2, 14), "makeup", 1),
        Day(date(2026, 2, 15), "weekend", None),
        *[Day(date(2026, 2, n), "holiday", None, "春节") for n in range(16, 21)],
        Day(date(2026, 2, 21), "weekend", None),
        Day(date(2026, 2, 22), "weekend", None),
        Day(date(2026, 2, 23), "holiday", None, "春节"),
        Day(date(2026, 2, 24), "paused", None, "asked to supplement"),
        Day(date(2026, 2, 25), "paused", None, "asked to supplement"),
        Day(date(2026, 2, 26), "working", 2),
        Day(date(2026, 2, 27), "working", 3),
    ]


def test_calendar_days_are_explained_too() -> None:
    days = explain(CHINA, Promise("calendar_days", 3), bj("2026-02-13T16:00"))
    assert [(day.kind, day.counted) for day in days] == [
        ("receipt", None),
        ("makeup", 1),
        ("weekend", 2),
        ("holiday", 3),
    ]


def test_hours_are_explained_by_the_day() -> None:
    pause = (bj("2026-01-06T09:00"), bj("2026-01-06T17:30"))
    days = explain(CHINA, Promise("working_hours", 8), bj("2026-01-05T13:30"), [pause])
    assert [(day.kind, day.counted, day.seconds) for day in days] == [
        ("receipt", 1, 4 * 3600),
        ("paused", None, 0),
        ("working", 2, 4 * 3600),
    ]


def test_an_explanation_of_a_standing_clock_ends_where_asked() -> None:
    start, pauses = bj("2026-01-05T10:00"), [(bj("2026-01-06T11:00"), None)]
    assert [day.kind for day in explain(CHINA, SEVEN_DAYS, start, pauses)] == ["receipt", "paused"]
    until = explain(CHINA, SEVEN_DAYS, start, pauses, until=bj("2026-01-08T12:00"))
    assert [day.date.day for day in until] == [5, 6, 7, 8]
    answered = explain(CHINA, SEVEN_DAYS, start, until=date(2026, 1, 7))
    assert [day.counted for day in answered] == [None, 1, 2]
    hours = explain(CHINA, Promise("working_hours", 40), start, pauses, until=date(2026, 1, 7))
    assert [day.seconds for day in hours] == [6 * 3600, 2 * 3600, 0]
    assert [day.kind for day in hours] == ["receipt", "working", "paused"]
