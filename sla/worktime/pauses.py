"""Pauses as instants, and a clock's time net of them. Totals are never stored, so a pause is
neither counted twice nor lost when a calendar or a policy changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import floor
from typing import NamedTuple

from sla.worktime.errors import InstantError, OpenPauseError
from sla.worktime.timeline import Line, Timeline

NEVER = 1 << 62
"""The end of a pause that is still open."""


class Pause(NamedTuple):
    """The clock stands still in [begin, end); `end` is None while the pause is open."""

    begin: datetime
    end: datetime | None
    label: str = ""


PauseLike = Pause | tuple[datetime, datetime | None]
Stretch = tuple[int, int]


def epoch(at: datetime) -> int:
    """Seconds since 1970 UTC, fractions cut. Raises InstantError for an instant without a zone."""
    if at.tzinfo is None:
        raise InstantError(f"{at} has no time zone")
    return floor(at.timestamp())


def instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def stretch(pause: PauseLike) -> Stretch:
    """A pause in seconds. Raises InstantError when it ends before it begins."""
    begin, end = epoch(pause[0]), NEVER if pause[1] is None else epoch(pause[1])
    if end < begin:
        raise InstantError(f"the pause of {pause[0]} ends before it begins")
    return begin, end


def merged(pauses: Sequence[PauseLike]) -> tuple[Stretch, ...]:
    """Pauses in order, overlapping ones joined, empty ones dropped."""
    if not pauses:
        return ()
    joined: list[Stretch] = []
    for begin, end in sorted(stretch(pause) for pause in pauses):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        elif begin < end:
            joined.append((begin, end))
    return tuple(joined)


def paused_at(at: int, stretches: Sequence[Stretch]) -> bool:
    return any(begin <= at < end for begin, end in stretches)


def used(line: Line, begin: int, end: int, stretches: Sequence[Stretch]) -> int:
    """Seconds counted in [begin, end) outside the pauses; 0 when end is not after begin."""
    if end <= begin:
        return 0
    total = line.worked(end) - line.worked(begin)
    for start, stop in stretches:
        start, stop = max(start, begin), min(stop, end)
        if start < stop:
            total -= line.worked(stop) - line.worked(start)
    return total


def forward(line: Line, begin: int, seconds: int, stretches: Sequence[Stretch]) -> int:
    """The first instant by which so many seconds (> 0) were counted since `begin`.

    A pause that begins at or after that instant leaves it where it is.
    Raises OpenPauseError when an open pause is reached before.
    """
    total = line.worked(begin) + seconds
    at = line.reach(total)
    for start, stop in stretches:
        if start >= at:
            break
        if stop > begin:
            total += line.worked(closed(stop)) - line.worked(max(start, begin))
            at = line.reach(total)
    return at


def backward(line: Line, end: int, seconds: int, stretches: Sequence[Stretch]) -> int:
    """The last instant from which so many seconds (> 0) were counted up to `end`."""
    total = line.worked(end) - seconds
    at = line.leave(total)
    for start, stop in reversed(stretches):
        if stop <= at:
            break
        if start < end:
            total -= line.worked(min(stop, end)) - line.worked(start)
            at = line.leave(total)
    return at


def next_running(line: Timeline, at: int, stretches: Sequence[Stretch]) -> int:
    """The first open moment outside the pauses, `at` included."""
    at = line.next_open(at)
    for start, stop in stretches:
        if start <= at < stop:
            at = line.next_open(closed(stop))
    return at


def last_running(line: Timeline, at: int, stretches: Sequence[Stretch]) -> int:
    """The last instant up to `at` that ends counted time."""
    at = line.last_open(at)
    for start, stop in reversed(stretches):
        if start < at <= stop:
            at = line.last_open(start)
    return at


def closed(stop: int) -> int:
    """The end of a pause. Raises OpenPauseError if it has none."""
    if stop == NEVER:
        raise OpenPauseError("the clock stands still in a pause without an end")
    return stop
