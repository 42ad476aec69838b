"""Spans of civil days that figures are asked for. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sla.figures.measures import ZONE

ONE_DAY = timedelta(days=1)


YEARS = range(1990, 2200)
"""Years figures can be asked for."""


class PeriodError(ValueError):
    """A period that ends before it begins, or lies in no year of ours."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included. Raises PeriodError."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodError(f"the period ends ({self.end}) before it begins ({self.start})")
        if self.start.year not in YEARS or self.end.year not in YEARS:
            raise PeriodError(f"years are to lie between {YEARS[0]} and {YEARS[-1]}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The first instant of the period and the first one after it."""
        return midnight(self.start), midnight(self.end + ONE_DAY)

    @property
    def whole_months(self) -> tuple[date, date]:
        """First days of the first whole month inside and of the month after the last; the two
        are equal, or the wrong way round, when there is none."""
        first = self.start if self.start.day == 1 else month_after(self.start)
        return first, (self.end + ONE_DAY).replace(day=1)

    def months(self) -> Iterator[date]:
        """The first days of all months the period touches."""
        month = self.start.replace(day=1)
        while month <= self.end:
            yield month
            month = month_after(month)


def midnight(day: date) -> datetime:
    """The instant a civil day begins."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def year_of(day: date) -> Period:
    return Period(date(day.year, 1, 1), date(day.year, 12, 31))


def quarter_of(day: date) -> Period:
    first = date(day.year, day.month - (day.month - 1) % 3, 1)
    last = month_after(month_after(month_after(first))) - ONE_DAY
    return Period(first, last)


def half_of(day: date) -> Period:
    """The half-year a day lies in."""
    first = 7 if day.month > 6 else 1
    return Period(date(day.year, first, 1), date(day.year, first + 5, 31 if first > 1 else 30))


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, month_after(first) - ONE_DAY)


class InstantError(ValueError):
    """A text that is no instant, or one still to come."""


def instant_of(text: str, now: datetime) -> datetime:
    """An instant from ISO text, to the second: with a zone, or by the clock on a Chinese wall.

    A mere day means its end, or `now` if it is today. Raises InstantError.
    """
    try:
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text)
            if day.year not in YEARS:
                raise ValueError
            found = midnight(day + ONE_DAY) - timedelta(seconds=1)
            found = min(found, now) if day == now.astimezone(ZONE).date() else found
        else:
            read = datetime.fromisoformat(text)
            found = (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InstantError(f"{text!r} is no instant such as 2026-11-22T17:30:00+08:00") from None
    if found > now:
        raise InstantError(f"{text!r} is still to come")
    return found.replace(microsecond=0)
