"""Hours by the time of the year, and departments with hours of their own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from sla.calendars import build, compiled, make_new_version, sheet_of
from sla.models import CalendarDay, CalendarSeason, CalendarYear, WorkCalendar
from sla.policies import book_of
from sla.targets import Target
from sla.worktime import Calendar, CalendarError, Season, segments
from tests.factories import MONDAY, Cast, china

WINTER = {day: [("09:00", "12:00"), ("13:30", "17:30")] for day in range(5)}
SUMMER = {day: [("08:30", "12:00"), ("15:00", "18:00")] for day in range(5)}
AFTERNOONS = {day: [("13:00", "17:00")] for day in range(6)}


def seasonal(*seasons: tuple[str, str, Any], **more: Any) -> Calendar:
    return Calendar.build("Asia/Shanghai", WINTER, seasons=seasons, **more)


@pytest.mark.parametrize(
    ("first", "last", "day", "inside"),
    [
        ((5, 1), (9, 30), date(2026, 5, 1), True),
        ((5, 1), (9, 30), date(2026, 9, 30), True),
        ((5, 1), (9, 30), date(2026, 4, 30), False),
        ((5, 1), (9, 30), date(2026, 10, 1), False),
        ((10, 1), (4, 30), date(2026, 12, 31), True),
        ((10, 1), (4, 30), date(2027, 1, 1), True),
        ((10, 1), (4, 30), date(2026, 5, 1), False),
        ((2, 29), (2, 29), date(2024, 2, 29), True),
        ((2, 29), (2, 29), date(2025, 2, 28), False),
        ((1, 1), (12, 31), date(2026, 7, 1), True),
    ],
)
def test_a_season_covers_its_days_every_year(
    first: tuple[int, int], last: tuple[int, int], day: date, inside: bool
) -> None:
    assert Season(first, last, ()).covers(day) == inside


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # 30 April 2026 still closes at 17:30; 4 May opens at 8:30.
        (china(2026, 4, 30, 16, 30), 2, china(2026, 5, 1, 9, 30)),
        (china(2026, 9, 30, 17), 2, china(2026, 10, 1, 10)),
        (china(2026, 7, 1, 11, 30), 1, china(2026, 7, 1, 15, 30)),
        (china(2026, 1, 5, 11, 30), 1, china(2026, 1, 5, 14)),
    ],
)
def test_hours_change_on_the_day_the_season_does(
    start: datetime, hours: int, end: datetime
) -> None:
    cal = seasonal(("05-01", "09-30", SUMMER))
    assert cal.add(start, hours * 3600) == end
    assert cal.between(start, end) == hours * 3600
    assert cal.add(end, -hours * 3600) == start


def test_the_first_season_that_covers_a_day_counts_and_dates_beat_seasons() -> None:
    day = date(2026, 7, 1)
    cal = seasonal(
        ("07-01", "07-31", AFTERNOONS),
        ("05-01", "09-30", SUMMER),
        overrides={date(2026, 7, 2): [("10:00", "11:00")], date(2026, 7, 3): []},
    )
    assert cal.hours(day) == segments(AFTERNOONS[2])
    assert cal.hours(date(2026, 8, 3)) == segments(SUMMER[0])
    assert cal.hours(date(2026, 7, 2)) == segments([("10:00", "11:00")])
    assert cal.day_kind(date(2026, 7, 3)) == "holiday"
    assert cal.day_kind(date(2026, 7, 4)) == "working", "Saturdays are worked in July"
    assert cal.day_kind(date(2026, 8, 1)) == "weekend"


def test_working_days_follow_the_season() -> None:
    cal = seasonal(("07-01", "07-31", AFTERNOONS))
    friday = china(2026, 7, 3)
    assert cal.local_date(cal.add_working_days(friday, 1)) == date(2026, 7, 4)
    assert cal.add_working_days(friday, 1, "close_of_business") == china(2026, 7, 4, 17)
    assert cal.local_date(cal.add_working_days(china(2026, 8, 7), 1)) == date(2026, 8, 10)
    assert cal.working_days_between(date(2026, 6, 30), date(2026, 7, 31)) == 27


@pytest.mark.parametrize("text", ["13-01", "02-30", "5-1", "", "0501", "05/01"])
def test_a_season_begins_and_ends_on_days_that_exist(text: str) -> None:
    with pytest.raises(CalendarError, match="not a month and a day"):
        seasonal((text, "09-30", SUMMER))
    with pytest.raises(CalendarError, match="not a month and a day"):
        seasonal(("05-01", text, SUMMER))


def test_the_hours_of_a_season_are_checked() -> None:
    with pytest.raises(CalendarError, match="ends before it starts"):
        seasonal(("05-01", "09-30", {0: [("12:00", "09:00")]}))
    with pytest.raises(CalendarError, match="weekdays are 0"):
        seasonal(("05-01", "09-30", {7: [("09:00", "12:00")]}))


# -- Calendars of departments ----------------------------------------------------------------


def written(week: dict[int, list[tuple[str, str]]]) -> dict[str, list[list[str]]]:
    return {str(day): [list(hours) for hours in week[day]] for day in week}


@pytest.fixture
def house(cast: Cast) -> WorkCalendar:
    return WorkCalendar.objects.get(code="cn")


@pytest.fixture
def own(cast: Cast, house: WorkCalendar) -> WorkCalendar:
    """The technology section works in the afternoon, and longer in summer."""
    calendar = WorkCalendar.objects.create(
        code="tech", name="科技科", week=written(AFTERNOONS), based_on=house, department=cast.tech
    )
    CalendarSeason.objects.create(
        calendar=calendar, name="夏令", first="05-01", last="09-30", week=written(SUMMER)
    )
    return calendar


@pytest.mark.django_db
def test_a_department_has_its_own_hours_and_the_houses_days(
    house: WorkCalendar, own: WorkCalendar
) -> None:
    cal = compiled(own)
    assert cal.hours(date(2026, 3, 7)) == segments(AFTERNOONS[5]), "its own Saturday"
    assert cal.hours(date(2026, 2, 16)) == (), "the house's Spring Festival"
    assert cal.reason(date(2026, 2, 16)) == "春节"
    assert cal.hours(date(2026, 2, 14)) == segments(AFTERNOONS[0]), "a make-up Saturday"
    assert cal.hours(date(2026, 5, 9)) == segments(SUMMER[0]), "a make-up Saturday in summer"
    assert cal.confirmed_years == compiled(house).confirmed_years
    assert 2026 in compiled(house).confirmed_years


@pytest.mark.django_db
def test_a_change_of_the_houses_days_reaches_the_departments(
    house: WorkCalendar, own: WorkCalendar
) -> None:
    day = date(2026, 3, 10)
    assert compiled(own).is_working_day(day)
    CalendarDay.objects.create(calendar=house, date=day, kind="holiday", name="停电")
    assert compiled(own).is_working_day(day), "not before there is a new version"
    make_new_version(house)
    for calendar in (house, own):
        calendar.refresh_from_db()
        assert not compiled(calendar).is_working_day(day)


@pytest.mark.django_db
def test_a_sheet_that_is_only_proposed_can_be_compiled(house: WorkCalendar) -> None:
    sheet = sheet_of(house)
    kept = {day: row for day, row in sheet.days.items() if day != date(2026, 2, 14)}
    proposed = build(house, type(sheet)(kept, sheet.confirmed_years | {2027}))
    assert not proposed.is_working_day(date(2026, 2, 14))
    assert compiled(house).is_working_day(date(2026, 2, 14))
    assert 2027 in proposed.confirmed_years
    CalendarYear.objects.filter(calendar=house, year=2026).update(confirmed=False)
    assert 2026 not in sheet_of(house).confirmed_years


@pytest.mark.django_db
def test_a_day_of_its_own_hours_has_those(house: WorkCalendar) -> None:
    CalendarDay.objects.create(
        calendar=house, date=date(2026, 3, 8), kind="makeup", segments=[["10:00", "11:00"]]
    )
    cal = build(house, sheet_of(house))
    assert cal.hours(date(2026, 3, 8)) == segments([("10:00", "11:00")])


@pytest.mark.django_db
def test_clocks_run_on_the_departments_hours_where_these_rest_on_the_same_house(
    cast: Cast, house: WorkCalendar, own: WorkCalendar
) -> None:
    book = book_of("inquiry")
    policy = book.find(Target.DEPARTMENT, "complaint", MONDAY)
    assert book.calendar_of(policy) == house
    assert book.calendar_of(policy, cast.other.pk) == house
    assert book.calendar_of(policy, cast.tech.pk) == own
    elsewhere = WorkCalendar.objects.create(code="xx", name="别处", week=written(WINTER))
    policy.calendar = elsewhere
    assert book.calendar_of(policy, cast.tech.pk) == elsewhere


@pytest.mark.django_db
def test_the_book_is_made_anew_when_a_department_gets_hours(
    cast: Cast, house: WorkCalendar
) -> None:
    policy = book_of("inquiry").find(Target.REPLY, "complaint", MONDAY)
    assert book_of("inquiry").calendar_of(policy, cast.tech.pk) == house
    created = WorkCalendar.objects.create(
        code="tech", name="科", week=written(WINTER), based_on=house, department=cast.tech
    )
    assert book_of("inquiry").calendar_of(policy, cast.tech.pk) == created


def test_a_seasonal_year_has_as_many_seconds_as_its_days() -> None:
    cal = seasonal(("05-01", "09-30", SUMMER), ("12-20", "01-10", AFTERNOONS))
    day, total = date(2025, 1, 1), 0
    while day < date(2026, 1, 1):
        total += sum(end - start for start, end in cal.hours(day))
        day += timedelta(days=1)
    assert cal.between(china(2025, 1, 1, 0), china(2026, 1, 1, 0)) == total
