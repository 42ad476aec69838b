"""The slow, obvious answer: walk the clock minute by minute and look at the wall.

Shares no code with the engine. Everything must lie on whole minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
Minutes = Sequence[tuple[int, int]]
"""Opening hours of a day in minutes of the day."""


@dataclass(frozen=True)
class Walker:
    zone: str
    week: Mapping[int, Minutes]
    overrides: Mapping[date, Minutes]
    pauses: Sequence[tuple[datetime, datetime]] = ()
    seasons: Sequence[tuple[date, date, Mapping[int, Minutes]]] = ()
    """First and last day of a season in one certain year, and its week."""

    def counts(self, minute: datetime) -> bool:
        wall = minute.astimezone(ZoneInfo(self.zone))
        now = wall.hour * 60 + wall.minute
        if not any(start <= now < end for start, end in self.hours(wall.date())):
            return False
        return not any(begin <= minute < end for begin, end in self.pauses)

    def hours(self, day: date) -> Minutes:
        if day in self.overrides:
            return self.overrides[day]
        for first, last, week in self.seasons:
            if first <= day <= last:
                return week.get(day.weekday(), ())
        return self.week.get(day.weekday(), ())

    def between(self, a: datetime, b: datetime) -> int:
        return sum(self.counts(minute) for minute in _minutes(a, b))

    def add(self, start: datetime, minutes: int, limit: datetime) -> datetime | None:
        for minute in _minutes(start, limit):
            if self.counts(minute):
                minutes -= 1
                if minutes <= 0:
                    return minute if minutes < 0 else minute + MINUTE
        return None

    def subtract(self, end: datetime, minutes: int, limit: datetime) -> datetime | None:
        for minute in reversed(list(_minutes(limit, end))):
            if self.counts(minute):
                minutes -= 1
                if minutes <= 0:
                    return minute + MINUTE if minutes < 0 else minute
        return None

    def nth_working_day(self, start: datetime, n: int) -> date:
        """Counting days by hand; a day counts if no pause covers its last second."""
        day = start.astimezone(ZoneInfo(self.zone)).date()
        while n:
            day += DAY
            n -= bool(self.hours(day)) and not self._paused_at_the_end_of(day)
        return day

    def _paused_at_the_end_of(self, day: date) -> bool:
        next_day = day + DAY
        midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=ZoneInfo(self.zone))
        last = midnight.astimezone(UTC) - timedelta(seconds=1)
        return any(begin <= last < end for begin, end in self.pauses)


def _minutes(a: datetime, b: datetime) -> Iterator[datetime]:
    while a < b:
        yield a
        a += MINUTE
