"""Random calendars, instants and pauses, most of them near a change of clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sla.worktime import Calendar
from tests.worktime.walker import DAY, MINUTE, Walker

MINUTES_A_DAY = 1440
TURNS = {
    "Asia/Shanghai": (date(2026, 2, 14), date(2025, 12, 31), date(1991, 9, 15)),
    "Europe/Berlin": (date(2025, 3, 30), date(2025, 10, 26)),
    "America/New_York": (date(2025, 3, 9), date(2025, 11, 2)),
    "America/Sao_Paulo": (date(2018, 11, 4), date(2018, 2, 18)),
    "Asia/Tehran": (date(2022, 3, 22), date(2022, 9, 22)),
    "Australia/Lord_Howe": (date(2025, 4, 6), date(2025, 10, 5)),
    "Asia/Kathmandu": (date(2024, 2, 29),),
}
"""Zones, and days on which something happens to their clocks."""


@st.composite
def hours(draw: st.DrawFn, least: int = 0) -> list[tuple[int, int]]:
    """Up to three segments of a day, in minutes; they may touch each other and midnight."""
    count = draw(st.integers(least, 3))
    marks = st.one_of(st.integers(0, MINUTES_A_DAY), st.sampled_from([0, 120, 150, 1440]))
    edges = sorted(draw(st.lists(marks, min_size=2 * count, max_size=2 * count, unique=True)))
    return list(zip(edges[::2], edges[1::2], strict=True))


@st.composite
def settings_of_a_house(draw: st.DrawFn) -> tuple[Walker, Calendar, datetime]:
    """The slow and the fast engine for one random calendar, and an instant near a turn."""
    zone = draw(st.sampled_from(sorted(TURNS)))
    turn = draw(st.sampled_from(TURNS[zone]))
    weekdays = st.sampled_from(range(7))
    week = draw(st.dictionaries(weekdays, hours(1), min_size=3, max_size=7))
    near = st.integers(-4, 4).map(lambda n: turn + n * DAY)
    overrides = draw(st.dictionaries(near, hours(), max_size=3))
    seasons = draw(st.lists(_seasons(turn), max_size=2))
    at = datetime(turn.year, turn.month, turn.day, tzinfo=UTC)
    at += draw(st.integers(-2 * MINUTES_A_DAY, MINUTES_A_DAY)) * MINUTE
    slow = Walker(zone, week, overrides, seasons=seasons)
    return slow, calendar(zone, week, overrides, seasons), at


@st.composite
def _seasons(draw: st.DrawFn, turn: date) -> tuple[date, date, Any]:
    """A part of the year that begins or ends near the turn, with the year in which it does: the
    slow engine looks at no other."""
    first = turn + draw(st.integers(-20, 3)) * DAY
    last = first + draw(st.integers(0, 25)) * DAY
    week = draw(st.dictionaries(st.sampled_from(range(7)), hours(1), max_size=7))
    return first, last, week


def calendar(zone: str, week: Any, overrides: Any, seasons: Any = ()) -> Calendar:
    return Calendar.build(
        zone,
        {day: _seconds(segments) for day, segments in week.items()},
        {day: _seconds(segments) for day, segments in overrides.items()},
        seasons=[
            (f"{first:%m-%d}", f"{last:%m-%d}", {d: _seconds(s) for d, s in week.items()})
            for first, last, week in seasons
        ],
    )


def pauses(around: datetime, days: int = 3) -> st.SearchStrategy[list[tuple[datetime, datetime]]]:
    """Up to three pauses, possibly overlapping, within some days of an instant."""
    edge = st.integers(-MINUTES_A_DAY, days * MINUTES_A_DAY).map(lambda n: around + n * MINUTE)
    return st.lists(st.tuples(edge, edge).map(lambda p: (min(p), max(p))), max_size=3)


def _seconds(segments: Any) -> list[tuple[int, int]]:
    return [(start * 60, end * 60) for start, end in segments]


A_WHILE = timedelta(days=3)
