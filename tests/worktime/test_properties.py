"""What must hold for every calendar, zone, instant and pause."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sla.worktime import Calendar, Promise, due, explain, is_provisional, warn_at
from tests.worktime.strategies import A_WHILE, pauses, settings_of_a_house
from tests.worktime.walker import Walker

SECOND = timedelta(seconds=1)
House = tuple[Walker, Calendar, datetime]
houses = settings_of_a_house()
seconds = st.integers(1, 200_000)
gaps = st.integers(0, 20 * 86_400).map(lambda n: timedelta(seconds=n))
few = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(house=houses, data=st.data())
def test_the_engine_agrees_with_walking_every_minute(house: House, data: st.DataObject) -> None:
    walker, cal, start = house
    end = start + A_WHILE
    stops = data.draw(pauses(start))
    walker = replace(walker, pauses=stops)
    total = walker.between(start, end)
    assert cal.between(start, end, stops) == total * 60
    minutes = data.draw(st.integers(0, total))
    expected = walker.add(start, minutes, end)
    if expected is not None:
        assert cal.add(start, minutes * 60, stops) == expected
    expected = walker.subtract(end, minutes, start)
    if expected is not None:
        assert cal.subtract(end, minutes * 60, stops) == expected
    assert cal.is_open(start, stops) == walker.counts(start)


@few
@given(house=houses, n=st.integers(1, 15), data=st.data())
def test_the_engine_agrees_with_counting_days_by_hand(
    house: House, n: int, data: st.DataObject
) -> None:
    walker, cal, start = house
    stops = data.draw(pauses(start, days=20))
    walker = replace(walker, pauses=stops)
    found = cal.add_working_days(start, n, pauses=stops)
    assert cal.local_date(found) == walker.nth_working_day(start, n)
    assert cal.local_date(found + SECOND) > cal.local_date(found), "it is the day's last second"


@many
@given(house=houses, first=gaps, second=gaps, data=st.data())
def test_times_add_up(
    house: House, first: timedelta, second: timedelta, data: st.DataObject
) -> None:
    _, cal, a = house
    stops = data.draw(pauses(a))
    b, c = a + first, a + first + second
    total = cal.between(a, b, stops) + cal.between(b, c, stops)
    assert cal.between(a, c, stops) == total
    assert cal.working_days_between(a, c) == (
        cal.working_days_between(a, b) + cal.working_days_between(b, c)
    )
    assert cal.between(c, a, stops) == 0 or a == c


@many
@given(house=houses, allowance=seconds, data=st.data())
def test_adding_is_undone_by_measuring(house: House, allowance: int, data: st.DataObject) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start))
    end = cal.add(start, allowance, stops)
    assert cal.between(start, end, stops) == allowance
    assert cal.between(cal.add(end, -allowance, stops), end, stops) == allowance
    assert cal.is_open(end - SECOND, stops), "an allowance ends inside or at the end of a segment"
    began = cal.subtract(start, allowance, stops)
    assert cal.is_open(began, stops), "counted back, it begins inside or at the start of one"


@many
@given(house=houses, allowance=seconds, more=seconds, later=gaps, data=st.data())
def test_more_time_or_a_later_start_never_ends_earlier(
    house: House, allowance: int, more: int, later: timedelta, data: st.DataObject
) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start))
    end = cal.add(start, allowance, stops)
    assert end < cal.add(start, allowance + more, stops)
    assert end <= cal.add(start + later, allowance, stops)
    assert cal.add(start, 0, stops) <= end
    n = 1 + allowance % 10
    day = cal.add_working_days(start, n, pauses=stops)
    assert day < cal.add_working_days(start, n + 1, pauses=stops)
    assert day <= cal.add_working_days(start + later, n, pauses=stops)


promises = st.one_of(
    st.builds(
        Promise,
        st.sampled_from(["working_days", "calendar_days"]),
        st.integers(1, 15),
        st.sampled_from(["end_of_day", "close_of_business", "same_clock"]),
    ),
    st.builds(Promise, st.just("working_hours"), st.integers(1, 40)),
)


@many
@given(house=houses, promise=promises, data=st.data())
def test_a_pause_never_brings_a_promise_forward(
    house: House, promise: Promise, data: st.DataObject
) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start, days=10))
    plain, paused = due(cal, promise, start), due(cal, promise, start, stops)
    assert plain is not None
    assert paused is not None
    assert plain <= paused
    fewer = due(cal, promise, start, stops[:-1])
    assert fewer is not None
    assert fewer <= paused


@many
@given(house=houses, promise=promises, data=st.data())
def test_a_pause_after_the_due_instant_changes_nothing(
    house: House, promise: Promise, data: st.DataObject
) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start, days=10))
    end = due(cal, promise, start, stops)
    assert end is not None
    after = end + SECOND
    assert due(cal, promise, start, [*stops, (after, after + A_WHILE)]) == end
    assert due(cal, promise, start, [*stops, (after, None)]) == end


@many
@given(house=houses, promise=promises, data=st.data())
def test_an_explanation_ends_on_the_due_day_with_the_last_unit(
    house: House, promise: Promise, data: st.DataObject
) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start, days=10))
    end = due(cal, promise, start, stops)
    assert end is not None
    days = explain(cal, promise, start, stops)
    assert days[0].kind == "receipt"
    assert [day.date for day in days] == sorted({day.date for day in days})
    last_used = end - SECOND if promise.unit == "working_hours" else end
    assert days[-1].date == cal.local_date(last_used)
    counted = [day.counted for day in days if day.counted is not None]
    assert counted == list(range(1, len(counted) + 1))
    if promise.unit == "working_hours":
        assert sum(day.seconds for day in days) == promise.amount * 3600
    else:
        assert counted[-1] == promise.amount


@many
@given(house=houses, promise=promises, share=st.floats(0, 1), data=st.data())
def test_warnings_come_in_order_and_never_after_due(
    house: House, promise: Promise, share: float, data: st.DataObject
) -> None:
    _, cal, start = house
    stops = data.draw(pauses(start))
    end = due(cal, promise, start, stops)
    assert end is not None
    warning = warn_at(cal, promise, start, end, share, stops)
    assert start <= warning <= end
    assert warning <= warn_at(cal, promise, start, end, 1, stops)


@few
@given(house=houses, promise=promises)
def test_a_due_instant_is_provisional_when_any_year_on_the_way_is(
    house: House, promise: Promise
) -> None:
    _, cal, start = house
    end = due(cal, promise, start)
    assert end is not None
    years = {day.date.year for day in explain(cal, promise, start)}
    assert is_provisional(cal, start, end)
    assert not is_provisional(replace(cal, confirmed_years=years), start, end)
    assert is_provisional(replace(cal, confirmed_years=years - {max(years)}), start, end)
