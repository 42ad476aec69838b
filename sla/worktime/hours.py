"""Opening hours as written (09:00-12:00) and as seconds of the day, checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from itertools import pairwise

from sla.worktime.errors import CalendarError

DAY = 86_400
Segment = tuple[int, int]
"""Seconds of the local day, [start, end); 24:00 is 86400."""

Clock = time | str | int
"""A time of day: `time(9, 0)`, "09:00", "09:00:30", "24:00", or seconds of the day."""


def segments(written: Sequence[tuple[Clock, Clock]]) -> tuple[Segment, ...]:
    """The hours of one day in order. Raises CalendarError naming what is wrong.

    An end of `time(0, 0)` is midnight at the end of the day: `datetime.time` cannot say 24:00.
    """
    day = sorted((seconds(start), _end(end)) for start, end in written)
    for start, end in day:
        if start == end:
            raise CalendarError(f"{_shown(start)}-{_shown(end)} has no length")
        if start > end:
            raise CalendarError(f"{_shown(start)}-{_shown(end)} ends before it starts")
    for (_, end), (start, _) in pairwise(day):
        if start < end:
            raise CalendarError(f"a segment starts at {_shown(start)}, before {_shown(end)}")
    return tuple(day)


def seconds(clock: Clock) -> int:
    """Seconds of the day. Raises CalendarError when it is no time of day."""
    if isinstance(clock, time):
        return clock.hour * 3600 + clock.minute * 60 + clock.second
    value = clock if isinstance(clock, int) else _read(clock)
    if not 0 <= value <= DAY:
        raise CalendarError(f"{clock!r} is beyond 24:00")
    return value


def _end(clock: Clock) -> int:
    return DAY if clock == time(0, 0) else seconds(clock)


def _read(text: str) -> int:
    parts = text.split(":") if isinstance(text, str) else []
    if len(parts) not in (2, 3) or not all(len(p) == 2 and p.isdecimal() for p in parts):
        raise CalendarError(f"{text!r} is not a time of day such as 09:00")
    hour, minute, second = (int(part) for part in (*parts, "00")[:3])
    if minute > 59 or second > 59:
        raise CalendarError(f"{text!r} is not a time of day such as 09:00")
    return hour * 3600 + minute * 60 + second


def _shown(value: int) -> str:
    return f"{value // 3600:02}:{value % 3600 // 60:02}"
