"""What a calendar accepts, and the questions it answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from sla.worktime import (
    Calendar,
    CalendarError,
    HorizonError,
    InstantError,
    OpenPauseError,
    Promise,
    PromiseError,
    chinese_calendar,
    segments,
)

OFFICE = [("09:00", "12:00"), ("13:30", "17:30")]
CHINA = chinese_calendar()


def bj(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("hours", "complaint"),
    [
        ([("09:00", "12:00"), ("11:00", "13:00")], "starts at 11:00, before 12:00"),
        ([("09:00", "09:00")], "no length"),
        ([("12:00", "09:00")], "ends before it starts"),
        ([("09:00", "24:01")], "beyond 24:00"),
        ([("09:00", "25:00")], "beyond 24:00"),
        ([("9", "12:00")], "not a time of day"),
        ([("09:60", "12:00")], "not a time of day"),
        ([("soon", "12:00")], "not a time of day"),
        ([(-1, 60)], "beyond 24:00"),
        ([(0, 86_401)], "beyond 24:00"),
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: Any, complaint: str) -> None:
    with pytest.raises(CalendarError, match=complaint):
        Calendar.build("Asia/Shanghai", {0: hours})
    with pytest.raises(CalendarError, match=complaint):
        Calendar.build("Asia/Shanghai", {0: OFFICE}, {date(2026, 1, 4): hours})


@pytest.mark.parametrize(
    ("zone", "week", "complaint"),
    [
        ("Asia/Shanghai", {}, "no working time at all"),
        ("Asia/Shanghai", {0: []}, "no working time at all"),
        ("Asia/Shanghai", {7: OFFICE}, "weekdays"),
        ("Asia/Nowhere", {0: OFFICE}, "no time zone"),
        ("../etc/passwd", {0: OFFICE}, "no time zone"),
        ("", {0: OFFICE}, "no time zone"),
    ],
)
def test_calendars_that_make_no_sense_are_refused(zone: str, week: Any, complaint: str) -> None:
    with pytest.raises(CalendarError, match=complaint):
        Calendar.build(zone, week)


def test_hours_may_be_written_in_several_ways_and_in_any_order() -> None:
    written: list[tuple[Any, Any]] = [("13:30", "17:30:00"), (time(9), time(12))]
    assert segments(written) == segments([(48_600, 63_000), ("09:00", "12:00")])
    assert segments([("00:00", "24:00")]) == segments([(time(0), time(0))]) == ((0, 86_400),)
    assert len(segments([("09:00", "12:00"), ("12:00", "18:00")])) == 2, "touching is allowed"


def test_a_calendar_open_on_one_single_date_answers_and_then_says_it_cannot() -> None:
    cal = Calendar.build("Asia/Shanghai", {}, {date(2026, 1, 4): OFFICE})
    assert cal.add(bj("2020-01-01T00:00"), 7 * 3600) == bj("2026-01-04T17:30")
    assert cal.add(bj("2040-01-01T00:00"), -7 * 3600) == bj("2026-01-04T09:00")
    beyonds: tuple[Callable[[], object], ...] = (
        lambda: cal.add(bj("2020-01-01T00:00"), 7 * 3600 + 1),
        lambda: cal.subtract(bj("2040-01-01T00:00"), 7 * 3600 + 1),
        lambda: cal.add_working_days(bj("2026-01-04T09:00"), 1),
        lambda: cal.add_working_days(bj("2026-01-04T09:00"), -1),
        lambda: cal.next_open(bj("2026-01-04T17:30")),
        lambda: cal.last_open(bj("2026-01-04T09:00")),
    )
    for beyond in beyonds:
        with pytest.raises(HorizonError):
            beyond()


def test_what_lies_outside_the_horizon_is_an_error_and_not_a_long_wait() -> None:
    beyonds: tuple[Callable[[], object], ...] = (
        lambda: CHINA.add(bj("2026-01-01T00:00"), 10**12),
        lambda: CHINA.add(bj("2026-01-01T00:00"), -(10**12)),
        lambda: CHINA.between(bj("1900-01-01T00:00"), bj("2026-01-01T00:00")),
        lambda: CHINA.is_open(bj("2500-01-01T00:00")),
        lambda: CHINA.add_working_days(bj("2026-01-01T00:00"), 10**6),
        lambda: CHINA.add_calendar_days(bj("2026-01-01T00:00"), 10**6),
        lambda: CHINA.add_calendar_days(bj("2026-01-01T00:00"), 10**9),
    )
    for beyond in beyonds:
        with pytest.raises(HorizonError):
            beyond()


def test_one_calendar_serves_many_threads_while_it_is_still_growing() -> None:
    starts = [bj(f"{year}-06-15T10:00") for year in range(1960, 2090, 5)]
    expected = [CHINA.add(start, 10**6) for start in starts]
    for order in (1, -1):
        fresh = chinese_calendar()
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(fresh.add, starts[::order], [10**6] * len(starts)))
        assert found[::order] == expected


def test_instants_need_a_zone_and_pauses_an_order() -> None:
    naive = datetime(2026, 1, 5, 9)
    with pytest.raises(InstantError):
        CHINA.between(naive, naive)
    noon = bj("2026-01-05T12:00")
    with pytest.raises(InstantError):
        CHINA.add(noon, 60, [(noon, noon - timedelta(seconds=1))])


def test_fractions_of_a_second_are_cut() -> None:
    assert CHINA.add(bj("2026-01-05T09:00:00.999999"), 60) == bj("2026-01-05T09:01")


def test_answers_are_in_utc() -> None:
    for answer in (
        CHINA.add(bj("2026-01-05T09:00"), 60),
        CHINA.add_working_days(bj("2026-01-05T09:00"), 1),
        CHINA.next_open(bj("2026-01-05T09:00")),
    ):
        assert answer.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "open_then", "next_open", "last_open"),
    [
        ("2026-01-05T08:59:59", False, "2026-01-05T09:00", "2026-01-04T17:30"),
        ("2026-01-05T09:00:00", True, "2026-01-05T09:00", "2026-01-04T17:30"),
        ("2026-01-05T11:59:59", True, "2026-01-05T11:59:59", "2026-01-05T11:59:59"),
        ("2026-01-05T12:00:00", False, "2026-01-05T13:30", "2026-01-05T12:00"),
        ("2026-01-05T17:30:00", False, "2026-01-06T09:00", "2026-01-05T17:30"),
        ("2026-01-03T10:00:00", False, "2026-01-04T09:00", "2025-12-31T17:30"),
        ("2026-02-14T10:00:00", True, "2026-02-14T10:00", "2026-02-14T10:00"),
        ("2026-02-15T10:00:00", False, "2026-02-24T09:00", "2026-02-14T17:30"),
    ],
)
def test_when_the_doors_are_open(at: str, open_then: bool, next_open: str, last_open: str) -> None:
    assert CHINA.is_open(bj(at)) is open_then
    assert CHINA.next_open(bj(at)) == bj(next_open)
    assert CHINA.last_open(bj(at)) == bj(last_open)


@pytest.mark.parametrize(
    ("start", "seconds", "expected"),
    [
        ("2026-02-14T17:29:00", 60, "2026-02-14T17:30"),
        ("2026-02-14T17:29:00", 61, "2026-02-24T09:00:01"),
        ("2026-02-14T17:30:00", 0, "2026-02-24T09:00"),
        ("2026-02-24T09:00:00", -60, "2026-02-14T17:29"),
        ("2026-02-24T09:01:00", -60, "2026-02-24T09:00"),
        ("2026-01-05T10:00:00", 7 * 3600, "2026-01-06T10:00"),
        ("2026-01-05T09:00:00", 7 * 3600, "2026-01-05T17:30"),
    ],
)
def test_an_allowance_in_seconds_ends_at_closing(start: str, seconds: int, expected: str) -> None:
    assert CHINA.add(bj(start), seconds) == bj(expected)


def test_several_pauses_are_each_taken_off_once() -> None:
    start = bj("2026-01-05T09:00")
    lunch_and_more = (bj("2026-01-05T11:30"), bj("2026-01-05T14:00"))
    overlapping = (bj("2026-01-05T13:45"), bj("2026-01-05T14:30"))
    at_night = (bj("2026-01-05T17:30"), bj("2026-01-06T09:00"))
    pauses = [overlapping, at_night, lunch_and_more]
    assert CHINA.between(start, bj("2026-01-06T10:00"), pauses) == (7 + 1) * 3600 - 5400
    assert CHINA.add(start, 2 * 3600, pauses) == bj("2026-01-05T11:00")
    assert CHINA.add(start, 3 * 3600, pauses) == bj("2026-01-05T15:00")
    assert CHINA.add(start, 7 * 3600, pauses) == bj("2026-01-06T10:30")
    assert CHINA.add(bj("2026-01-05T14:00"), 0, pauses) == bj("2026-01-05T14:30")
    assert CHINA.subtract(bj("2026-01-05T14:00"), 0, pauses) == bj("2026-01-05T11:30")
    assert not CHINA.is_open(bj("2026-01-05T14:10"), pauses)


def test_an_open_pause_gives_no_instant_but_still_a_measure() -> None:
    start, stop = bj("2026-01-05T09:00"), bj("2026-01-05T10:00")
    assert CHINA.between(start, bj("2026-01-09T10:00"), [(stop, None)]) == 3600
    assert CHINA.add(start, 3600, [(stop, None)]) == stop
    with pytest.raises(OpenPauseError):
        CHINA.add(start, 3601, [(stop, None)])
    with pytest.raises(OpenPauseError):
        CHINA.add(stop, 0, [(stop, None)])


@pytest.mark.parametrize(
    ("unit", "amount", "cutoff"),
    [
        ("weeks", 1, "end_of_day"),
        ("working_days", 0, "end_of_day"),
        ("working_days", -1, "end_of_day"),
        ("working_days", 1, "noon"),
    ],
)
def test_promises_that_make_no_sense_are_refused(unit: str, amount: int, cutoff: str) -> None:
    with pytest.raises(PromiseError):
        Promise(unit, amount, cutoff)


def test_unknown_ways_of_counting_are_refused() -> None:
    start = bj("2026-01-05T09:00")
    with pytest.raises(PromiseError):
        CHINA.add_working_days(start, 1, "noon")
    with pytest.raises(PromiseError):
        CHINA.add_working_days(start, 1, pause_rule="never")


def test_hours_in_an_hour_that_was_skipped_close_with_the_day() -> None:
    cal = Calendar.build("Europe/Berlin", {6: [("02:00", "02:30")], 0: [("09:00", "10:00")]})
    saturday = datetime(2025, 3, 29, 12, tzinfo=UTC)
    found = cal.add_working_days(saturday, 1, "close_of_business")
    assert found == datetime(2025, 3, 30, 21, 59, 59, tzinfo=UTC)
    assert cal.between(saturday, saturday + timedelta(days=1)) == 0


def test_the_part_of_a_segment_left_by_a_skipped_hour_counts() -> None:
    cal = Calendar.build("America/New_York", {6: [("02:30", "03:15")]})
    assert (
        cal.between(datetime(2025, 3, 9, tzinfo=UTC), datetime(2025, 3, 10, tzinfo=UTC)) == 15 * 60
    )
