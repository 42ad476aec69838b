"""Working time laid out on the UTC axis: segments, running totals, working days.

Instants are whole seconds since 1970-01-01 UTC, days are proleptic ordinals (`date.toordinal`).
Years are compiled when first needed, in blocks, and never outside the horizon.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date, datetime
from threading import Lock
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from sla.worktime.errors import HorizonError
from sla.worktime.hours import DAY, Segment

FIRST_YEAR, LAST_YEAR = 1950, 2100
BLOCK = 5
EPOCH = date(1970, 1, 1).toordinal()


class Line(Protocol):
    """Time as a clock counts it: how much has run by an instant, and back."""

    def worked(self, at: int) -> int: ...
    def reach(self, total: int) -> int: ...
    def leave(self, total: int) -> int: ...


class NaturalTime:
    """Every second counts."""

    def worked(self, at: int) -> int:
        return at

    def reach(self, total: int) -> int:
        return total

    def leave(self, total: int) -> int:
        return total


class _Span(NamedTuple):
    """The compiled years [first, last), which are the instants [low, high).

    `before[i]` is the working time before segment i, measured from a fixed origin, so it is
    negative to the left of the first block compiled.
    """

    first: int
    last: int
    low: int
    high: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    days: list[int]


class Timeline:
    """The working time of one zone and one rule for which hours a day has."""

    def __init__(self, zone: ZoneInfo, hours: Callable[[int], tuple[Segment, ...]]) -> None:
        self._zone, self._hours = zone, hours
        self._span = _Span(0, 0, 0, 0, [], [], [0], [])
        self._lock = Lock()

    def worked(self, at: int) -> int:
        """Working seconds up to an instant; only differences mean anything."""
        span = self._around(at)
        i = bisect_right(span.starts, at) - 1
        if i < 0:
            return span.before[0]
        return span.before[i] + min(at, span.ends[i]) - span.starts[i]

    def reach(self, total: int) -> int:
        """The first instant at which `worked` is `total`: closing time, not the next opening."""
        span = self._span
        while total > span.before[-1]:
            span = self._later(span)
        while total <= span.before[0]:
            span = self._earlier(span)
        i = bisect_left(span.before, total) - 1
        return span.starts[i] + total - span.before[i]

    def leave(self, total: int) -> int:
        """The last instant at which `worked` is still `total`: opening time, not the last close."""
        span = self._span
        while total >= span.before[-1]:
            span = self._later(span)
        while total < span.before[0]:
            span = self._earlier(span)
        i = bisect_right(span.before, total) - 1
        return span.starts[i] + total - span.before[i]

    def is_open(self, at: int) -> bool:
        span = self._around(at)
        i = bisect_right(span.starts, at) - 1
        return i >= 0 and at < span.ends[i]

    def next_open(self, at: int) -> int:
        """The instant itself if open then, else the next opening."""
        span = self._around(at)
        while not span.ends or span.ends[-1] <= at:
            span = self._later(span)
        return max(at, span.starts[bisect_right(span.ends, at)])

    def last_open(self, at: int) -> int:
        """The last instant up to `at` that ends working time: `at` itself, or the last close."""
        span = self._around(at)
        while not span.starts or span.starts[0] >= at:
            span = self._earlier(span)
        return min(at, span.ends[bisect_left(span.starts, at) - 1])

    def nth_day(self, day: int, n: int) -> int:
        """The n-th working day after a day, or before it when n is negative; n is not zero."""
        span = self._with_day(day)
        if n > 0:
            while (i := bisect_right(span.days, day) + n - 1) >= len(span.days):
                span = self._later(span)
        else:
            while (i := bisect_left(span.days, day) + n) < 0:
                span = self._earlier(span)
        return span.days[i]

    def days_between(self, first: int, last: int) -> int:
        """Working days after the first day, up to and including the last."""
        self._with_day(first)
        days = self._with_day(last).days
        return bisect_right(days, last) - bisect_right(days, first)

    def _around(self, at: int) -> _Span:
        """A span that holds the instant."""
        span = self._span
        if span.low <= at < span.high:
            return span
        return self._with_day(at // DAY + EPOCH)

    def _with_day(self, day: int) -> _Span:
        year = year_of(day)
        span = self._span
        while span.first == span.last or year >= span.last:
            span = self._later(span, year)
        while year < span.first:
            span = self._earlier(span)
        return span

    def _later(self, seen: _Span, year: int = 2020) -> _Span:
        with self._lock:
            span = self._span
            if span is not seen:
                return span
            first = span.last or max(year - 1, FIRST_YEAR)
            last = min(first + BLOCK, LAST_YEAR)
            if first >= last:
                raise HorizonError(f"no answer before the end of {LAST_YEAR - 1}")
            block = self._compile(first, last, span.before[-1])
            self._span = _join(span, block) if span.last else block
            return self._span

    def _earlier(self, seen: _Span) -> _Span:
        with self._lock:
            span = self._span
            if span is not seen:
                return span
            first = max(span.first - BLOCK, FIRST_YEAR)
            if first >= span.first:
                raise HorizonError(f"no answer after the beginning of {FIRST_YEAR}")
            block = self._compile(first, span.first, 0)
            shift = span.before[0] - block.before[-1]
            moved = block._replace(before=[total + shift for total in block.before])
            self._span = _join(moved, span)
            return self._span

    def _compile(self, first: int, last: int, total: int) -> _Span:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        hours = self._hours
        low, high = _midnight(first), _midnight(last)
        for begin, end, offset in self._offsets(low, high):
            touched = range((begin + offset) // DAY, (end + offset - 1) // DAY + 1)
            for day in touched:
                base = day * DAY - offset
                for opening, closing in hours(day + EPOCH):
                    # Clipping to the stretch makes hours skipped or repeated by a change of
                    # clocks count as often as they really happened.
                    start, stop = max(base + opening, begin), min(base + closing, end)
                    if start < stop:
                        starts.append(start)
                        ends.append(stop)
                        before.append(total)
                        total += stop - start
        before.append(total)
        ordinals = range(date(first, 1, 1).toordinal(), date(last, 1, 1).toordinal())
        days = [day for day in ordinals if hours(day)]
        return _Span(first, last, low, high, starts, ends, before, days)

    def _offsets(self, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
        """The stretches of [begin, end) with one UTC offset each."""
        offset = self._offset(begin)
        stretch = begin
        for low in range(begin, end, DAY):
            probe = high = min(low + DAY, end)
            if self._offset(probe) == offset:
                continue
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if self._offset(middle) == offset else (low, middle)
            yield stretch, high, offset
            stretch, offset = high, self._offset(probe)
        if stretch < end:
            yield stretch, end, offset

    def _offset(self, at: int) -> int:
        shift = datetime.fromtimestamp(at, self._zone).utcoffset()
        assert shift is not None
        return round(shift.total_seconds())


def _join(left: _Span, right: _Span) -> _Span:
    return _Span(
        left.first,
        right.last,
        left.low,
        right.high,
        left.starts + right.starts,
        left.ends + right.ends,
        left.before[:-1] + right.before,
        left.days + right.days,
    )


def year_of(day: int) -> int:
    """The year of a day. Raises HorizonError outside the horizon."""
    if not _FIRST_DAY <= day < _LAST_DAY:
        raise HorizonError(f"only the years {FIRST_YEAR} to {LAST_YEAR - 1} are known")
    return date.fromordinal(day).year


def _midnight(year: int) -> int:
    """The UTC beginning of a year."""
    return (date(year, 1, 1).toordinal() - EPOCH) * DAY


_FIRST_DAY, _LAST_DAY = date(FIRST_YEAR, 1, 1).toordinal(), date(LAST_YEAR, 1, 1).toordinal()
