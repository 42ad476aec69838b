"""A promise of time, when it falls due, when to warn, and why: day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sla.worktime.calendar import CUTOFFS, Calendar
from sla.worktime.errors import OpenPauseError, PromiseError
from sla.worktime.pauses import PauseLike, epoch, forward, instant, merged, stretch, used
from sla.worktime.timeline import NaturalTime

UNITS = ("working_days", "calendar_days", "working_hours")
HOUR = 3600
ONE_DAY, ONE_SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Promise:
    """So many units from receipt. `cutoff` says when a day ends; hours have no use for it.

    Raises PromiseError for an unknown unit or cut-off, or an amount below one.
    """

    unit: str
    amount: int
    cutoff: str = "end_of_day"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise PromiseError(f"{self.unit!r} is none of {', '.join(UNITS)}")
        if self.cutoff not in CUTOFFS:
            raise PromiseError(f"{self.cutoff!r} is none of {', '.join(CUTOFFS)}")
        if self.amount < 1:
            raise PromiseError(f"an allowance of {self.amount} is none")


@dataclass(frozen=True)
class Day:
    """One line of an explanation.

    `kind`: `receipt`, `working`, `makeup`, `weekend`, `holiday`, or `paused` for a day that would
    have counted. `counted`: its running number, None if it does not count. `label`: the name of
    the holiday or of the pause. `seconds`: working time used that day, for promises in hours.
    """

    date: date
    kind: str
    counted: int | None
    label: str = ""
    seconds: int = 0


def due(
    cal: Calendar, promise: Promise, start: datetime, pauses: Sequence[PauseLike] = ()
) -> datetime | None:
    """When the promise falls due; None while an open pause keeps that from being known.

    A pause that begins after the due instant changes nothing. Raises HorizonError.
    """
    try:
        if promise.unit == "working_hours":
            return cal.add(start, promise.amount * HOUR, pauses)
        if promise.unit == "working_days":
            return cal.add_working_days(start, promise.amount, promise.cutoff, pauses)
        return cal.add_calendar_days(start, promise.amount, promise.cutoff, pauses)
    except OpenPauseError:
        return None


def warn_at(
    cal: Calendar,
    promise: Promise,
    start: datetime,
    due: datetime,
    share: float,
    pauses: Sequence[PauseLike] = (),
) -> datetime:
    """When a share (0 to 1) of the time between start and due, less pauses, is used up.

    Working time is meant, except for promises in calendar days, whose every hour counts. Never
    later than due; due itself if nobody works before it.
    """
    if promise.unit == "calendar_days":
        begin, stretches = epoch(start), merged(pauses)
        total = used(NaturalTime(), begin, epoch(due), stretches)
        part = round(share * total)
        found = instant(forward(NaturalTime(), begin, part, stretches)) if part else start
    else:
        total = cal.between(start, due, pauses)
        found = cal.add(start, round(share * total), pauses) if total else due
    return min(found, due)


def is_provisional(cal: Calendar, start: datetime, due: datetime) -> bool:
    """Whether a year from receipt to due is not settled by a notice, so that due may move."""
    years = range(cal.local_date(start).year, cal.local_date(due).year + 1)
    return any(year not in cal.confirmed_years for year in years)


def explain(
    cal: Calendar,
    promise: Promise,
    start: datetime,
    pauses: Sequence[PauseLike] = (),
    until: datetime | date | None = None,
) -> list[Day]:
    """Every day from receipt to due and why it counts or does not.

    Ends at `until` if that is earlier. While no due instant can be named it ends at `until`, or
    else on the day the open pause began.
    """
    end = due(cal, promise, start, pauses)
    if promise.unit == "working_hours":
        # Hours used up at midnight were used the day before.
        last = _last_day(cal, end and end - ONE_SECOND, pauses, until)
        return _explain_hours(cal, start, pauses, end, last)
    return _explain_days(cal, promise, start, pauses, _last_day(cal, end, pauses, until))


def _last_day(
    cal: Calendar,
    end: datetime | None,
    pauses: Sequence[PauseLike],
    until: datetime | date | None,
) -> date:
    if end is None and until is None:
        return cal.local_date(min(pause[0] for pause in pauses if pause[1] is None))
    ends = [cal.local_date(moment) for moment in (end, until) if moment is not None]
    return min(ends)


def _explain_days(
    cal: Calendar,
    promise: Promise,
    start: datetime,
    pauses: Sequence[PauseLike],
    last: date,
) -> list[Day]:
    day = cal.local_date(start)
    found = [Day(day, "receipt", None, cal.reason(day))]
    number = 0
    while (day := day + ONE_DAY) <= last:
        kind = cal.day_kind(day)
        if promise.unit == "working_days" and not cal.is_working_day(day):
            found.append(Day(day, kind, None, cal.reason(day)))
        elif pause := _pause_over(cal.cutoff(day, promise.cutoff, start), pauses):
            found.append(Day(day, "paused", None, _label(pause)))
        else:
            number += 1
            found.append(Day(day, kind, number, cal.reason(day)))
    return found


def _explain_hours(
    cal: Calendar,
    start: datetime,
    pauses: Sequence[PauseLike],
    end: datetime | None,
    last: date,
) -> list[Day]:
    day = first = cal.local_date(start)
    found: list[Day] = []
    number = 0
    while day <= last:
        opening, closing = cal.bounds(day)
        begin, stop = max(start, opening), min(end or closing, closing)
        seconds = cal.between(begin, stop, pauses)
        pause = next((p for p in pauses if cal.between(*_overlap(p, begin, stop)) > 0), None)
        number += seconds > 0
        kind = "receipt" if day == first else cal.day_kind(day)
        if pause and not seconds and day != first:
            kind = "paused"
        label = _label(pause) if kind == "paused" and pause else cal.reason(day)
        found.append(Day(day, kind, number if seconds else None, label, seconds))
        day += ONE_DAY
    return found


def _overlap(pause: PauseLike, begin: datetime, end: datetime) -> tuple[datetime, datetime]:
    return max(pause[0], begin), min(pause[1] or end, end)


def _pause_over(at: datetime, pauses: Sequence[PauseLike]) -> PauseLike | None:
    for pause in pauses:
        begin, end = stretch(pause)
        if begin <= epoch(at) < end:
            return pause
    return None


def _label(pause: PauseLike) -> str:
    return pause[2] if len(pause) == 3 else ""
