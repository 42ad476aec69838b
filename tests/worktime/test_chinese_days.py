"""Chinese working days: the official years, make-up days, cut-offs and pauses by the day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import chinese_calendar as first_source
import holidays as second_source
import pytest

from sla.worktime import chinese_calendar, chinese_years
from tests.worktime.vectors import load

CHINA = chinese_calendar()
FULL_DAY = timedelta(days=1)


def bj(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def days_of(first: int, last: int) -> list[date]:
    start, end = date(first, 1, 1), date(last, 12, 31)
    return [start + FULL_DAY * n for n in range((end - start).days + 1)]


def test_every_year_on_record_is_there_and_well_formed() -> None:
    years = chinese_years()
    assert list(years) == list(range(2004, 2027))
    for number, year in years.items():
        assert {day.year for day in (*year.holidays, *year.makeup)} == {number}
        assert all(day.weekday() < 5 for day in year.holidays), "days off on weekdays"
        assert all(day.weekday() > 4 for day in year.makeup), "make-up days at weekends"
        assert all(year.holidays.values()), "every day off has a name"
    assert years[2025].notice == "国办发明电〔2024〕12号"
    assert years[2026].notice == ""


def test_the_days_equal_the_first_source_2004_to_2026() -> None:
    wrong = [
        d for d in days_of(2004, 2026) if CHINA.is_working_day(d) != first_source.is_workday(d)
    ]
    assert wrong == []


DIFFERENT = {
    date(2005, 12, 31): (
        "a Saturday worked in exchange for 3 January 2006, by the notice for 2006; the second"
        " source leaves the exchange out, the first has it"
    ),
}
"""Days on which the second source says otherwise, with the reason why it is not followed."""


def test_the_days_equal_the_second_source_2004_to_2026() -> None:
    china = second_source.country_holidays("CN", years=range(2004, 2027))
    wrong = [d for d in days_of(2004, 2026) if CHINA.is_working_day(d) != china.is_working_day(d)]
    assert wrong == list(DIFFERENT)
    assert all(CHINA.is_working_day(day) == first_source.is_workday(day) for day in DIFFERENT)


def test_the_days_equal_the_shared_calendar() -> None:
    for number, year in load("cn_calendar.json").items():
        ours = chinese_years()[int(number)]
        assert [str(day) for day in sorted(ours.holidays)] == year["weekday_off"]
        assert [str(day) for day in ours.makeup] == year["weekend_work"]
        new_years_eve = date(int(number) - 1, 12, 31)
        assert (
            CHINA.working_days_between(new_years_eve, date(int(number), 12, 31)) == year["workdays"]
        )


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        ("2026-01-01", "holiday", "元旦"),
        ("2026-01-03", "weekend", ""),
        ("2026-01-04", "makeup", ""),
        ("2026-01-05", "working", ""),
        ("2026-02-14", "makeup", ""),
        ("2026-02-16", "holiday", "春节"),
        ("2025-10-08", "holiday", "国庆节"),
    ],
)
def test_the_kind_of_a_day(day: str, kind: str, name: str) -> None:
    assert CHINA.day_kind(date.fromisoformat(day)) == kind
    assert CHINA.reason(date.fromisoformat(day)) == name


@pytest.mark.parametrize(
    ("received", "n", "due"),
    [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 7, "2026-03-02"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-09-30", 20, "2026-11-03"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2025-12-31", 5, "2026-01-08"),
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-18", 1, "2026-02-24"),
        ("2026-05-10", 1, "2026-05-11"),
    ],
)
@pytest.mark.parametrize("clock", ["00:00:00", "10:00:00", "23:59:59"])
def test_the_day_of_receipt_is_not_counted(received: str, n: int, due: str, clock: str) -> None:
    found = CHINA.add_working_days(bj(f"{received}T{clock}"), n)
    assert found == bj(f"{due}T23:59:59")


@pytest.mark.parametrize(
    ("cutoff", "due"),
    [
        ("end_of_day", "2026-02-25T23:59:59"),
        ("close_of_business", "2026-02-25T17:30:00"),
        ("same_clock", "2026-02-25T10:11:12"),
    ],
)
def test_the_last_day_may_end_in_three_ways(cutoff: str, due: str) -> None:
    assert CHINA.add_working_days(bj("2026-02-13T10:11:12"), 3, cutoff) == bj(due)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-02-25T10:00:00", -3, "2026-02-13T10:00:00"),
        ("2026-02-25T10:00:00", 0, "2026-02-25T10:00:00"),
        ("2026-02-18T10:00:00", 0, "2026-02-24T10:00:00"),
        ("2026-02-18T10:00:00", -1, "2026-02-14T10:00:00"),
    ],
)
def test_days_count_backwards_and_zero_is_the_next_working_day(
    start: str, n: int, due: str
) -> None:
    assert CHINA.add_working_days(bj(start), n, "same_clock") == bj(due)


@pytest.mark.parametrize(
    ("begin", "end", "due"),
    [
        # Five working days from Monday 5 January 2026 end on Monday the 12th.
        ("2026-01-06T09:00:00", "2026-01-06T23:59:59", "2026-01-12"),  # runs again by night
        ("2026-01-06T09:00:00", "2026-01-07T00:00:00", "2026-01-13"),  # the whole day is lost
        ("2026-01-06T23:59:59", "2026-01-07T00:00:00", "2026-01-13"),
        ("2026-01-06T16:00:00", "2026-01-08T10:00:00", "2026-01-14"),
        ("2026-01-09T16:00:00", "2026-01-12T10:00:00", "2026-01-13"),  # the weekend is free
        ("2026-01-10T00:00:00", "2026-01-11T23:00:00", "2026-01-12"),
        ("2026-01-05T09:00:00", "2026-01-06T09:00:00", "2026-01-12"),
        ("2026-01-12T23:59:58", "2026-01-20T09:00:00", "2026-01-20"),  # a second before due
        ("2026-01-13T00:00:00", "2026-01-20T09:00:00", "2026-01-12"),  # already missed
    ],
)
def test_a_day_counts_when_the_clock_runs_at_its_end(begin: str, end: str, due: str) -> None:
    start = bj("2026-01-05T10:00:00")
    assert CHINA.add_working_days(start, 5, pauses=[(bj(begin), bj(end))]) == bj(f"{due}T23:59:59")


def test_a_pause_in_the_evening_of_the_last_day_does_not_undo_a_miss() -> None:
    start, evening = bj("2026-01-05T10:00"), bj("2026-01-12T18:00")
    due = CHINA.add_working_days(start, 5, "close_of_business", [(evening, None)])
    assert due == bj("2026-01-12T17:30")


def test_hours_lost_to_a_pause_can_be_added_to_the_days_instead() -> None:
    start = bj("2026-01-05T10:00")
    pause = (bj("2026-01-06T10:00"), bj("2026-01-06T11:00"))
    due = CHINA.add_working_days(start, 5, "same_clock", [pause], pause_rule="by_hours")
    assert due == bj("2026-01-12T11:00")


@pytest.mark.parametrize(
    ("start", "n", "cutoff", "roll", "due"),
    [
        ("2026-09-20T10:00:00", 15, "end_of_day", False, "2026-10-05T23:59:59"),
        ("2026-09-20T10:00:00", 15, "end_of_day", True, "2026-10-08T23:59:59"),
        ("2026-09-20T10:00:00", 15, "close_of_business", False, "2026-10-05T23:59:59"),
        ("2026-09-20T10:00:00", 15, "close_of_business", True, "2026-10-08T17:30:00"),
        ("2026-09-20T10:00:00", 3, "close_of_business", True, "2026-09-23T17:30:00"),
        ("2026-09-20T10:00:00", 1, "same_clock", False, "2026-09-21T10:00:00"),
    ],
)
def test_calendar_days_count_every_day(
    start: str, n: int, cutoff: str, roll: bool, due: str
) -> None:
    assert CHINA.add_calendar_days(bj(start), n, cutoff, roll_forward=roll) == bj(due)


def test_a_paused_calendar_day_does_not_count() -> None:
    pause = (bj("2026-01-10T12:00"), bj("2026-01-12T12:00"))
    found = CHINA.add_calendar_days(bj("2026-01-09T10:00"), 3, pauses=[pause])
    assert found == bj("2026-01-14T23:59:59")


@pytest.mark.parametrize(
    ("a", "b", "days"),
    [
        ("2026-02-13", "2026-02-13", 0),
        ("2026-02-13", "2026-02-14", 1),
        ("2026-02-13", "2026-02-23", 1),
        ("2026-02-13", "2026-02-24", 2),
        ("2026-02-24", "2026-02-13", 0),
        ("2025-12-31", "2026-12-31", 248),
    ],
)
def test_working_days_between_two_days(a: str, b: str, days: int) -> None:
    assert CHINA.working_days_between(date.fromisoformat(a), date.fromisoformat(b)) == days
    assert CHINA.working_days_between(bj(f"{a}T23:59:59"), bj(f"{b}T23:59:59")) == days


def test_a_day_that_closes_at_midnight_is_due_on_its_own_date() -> None:
    night = chinese_calendar([("18:00", "24:00")])
    due = night.add_working_days(bj("2026-01-05T10:00"), 1, "close_of_business")
    assert due == bj("2026-01-06T23:59:59")
