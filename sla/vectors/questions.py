"""One question with one answer: what the engine says to it, in the units of `expected`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from sla.vectors import reading
from sla.vectors.reading import Raw, Unreadable
from sla.worktime import Calendar, HorizonError, chinese_calendar, is_provisional

Answer = datetime | date | float | bool | None
"""None is expected where no instant can be named: the clock stands still, or nobody works."""

MODES = {
    "same_clock": "same_clock",
    "next_open_at_or_after_same_clock": "same_clock",
    "last_open_at_or_before_same_clock": "same_clock",
    "end_of_working_day": "close_of_business",
    "close_of_business": "close_of_business",
    "end_of_day": "end_of_day",
    "date_only": "end_of_day",
}


def ask(op: str, case: Raw) -> Answer:
    """The engine's answer. Raises Unreadable, and WorktimeError where there is none."""
    return QUESTIONS[op](reading.calendar(case), case)


def expected(case: Raw) -> Answer:
    """The answer the case says is right. Raises Unreadable."""
    value = reading.given(case, "expected")
    if isinstance(value, str):
        return reading.day_or_instant(value, "expected")
    if value is None or isinstance(value, bool):
        return value
    return reading.number(case, "expected", reading.MOST_MINUTES)


def _add(cal: Calendar, case: Raw) -> datetime:
    start = reading.instant(reading.given(case, "start"), "start")
    return cal.add(start, reading.minutes(case, "duration_minutes"), reading.pauses(case))


def _subtract(cal: Calendar, case: Raw) -> datetime:
    start = reading.instant(reading.given(case, "start"), "start")
    return cal.subtract(start, reading.minutes(case, "duration_minutes"), reading.pauses(case))


def _between(cal: Calendar, case: Raw) -> float:
    start, end = (reading.instant(reading.given(case, name), name) for name in ("start", "end"))
    return cal.between(start, end, reading.pauses(case)) / 60


def _is_open(cal: Calendar, case: Raw) -> bool:
    start = reading.instant(reading.given(case, "start"), "start")
    return cal.is_open(start, reading.pauses(case))


def _is_working_day(cal: Calendar, case: Raw) -> bool:
    found = reading.day_or_instant(reading.given(case, "start"), "start")
    return cal.is_working_day(cal.local_date(found))


def _add_days(cal: Calendar, case: Raw) -> datetime | date:
    """Days are counted as the pauses of hours say: what was paused is added in hours."""
    mode, days = reading.given(case, "mode"), reading.whole(case, "days")
    if not isinstance(mode, str) or mode not in MODES:
        raise Unreadable(f"mode: {reading.shown(mode)} is none of {', '.join(MODES)}")
    start, pauses = _start_of_days(cal, case, mode), reading.pauses(case)
    found = cal.add_working_days(start, days, MODES[mode], pauses, pause_rule="by_hours")
    if mode == "date_only":
        return cal.local_date(found)
    if mode == "next_open_at_or_after_same_clock":
        return cal.next_open(found)
    if mode == "last_open_at_or_before_same_clock":
        return cal.last_open(found)
    return found


def _start_of_days(cal: Calendar, case: Raw, mode: str) -> datetime:
    start = reading.given(case, "start")
    if mode != "date_only":
        return reading.instant(start, "start")
    found = reading.day_or_instant(start, "start")
    if isinstance(found, datetime):
        return found
    return datetime.combine(found, time(12), cal.zone)


QUESTIONS: Mapping[str, Callable[[Calendar, Raw], Answer]] = {
    "add": _add,
    "sla": _add,
    "subtract": _subtract,
    "between": _between,
    "is_open": _is_open,
    "is_working_day": _is_working_day,
    "add_days": _add_days,
}


def deadline(case: Raw) -> date | None:
    """The last day of `n` working days after `received`, counted on the bundled Chinese years;
    None when that rests on a year no notice has settled yet."""
    cal = chinese_calendar()
    received = reading.day(reading.given(case, "received"), "received")
    n = reading.whole(case, "n")
    start = datetime.combine(received, time(12), cal.zone)
    try:
        due = cal.add_working_days(start, n)
    except HorizonError:
        return None
    return None if is_provisional(cal, start, due) else cal.local_date(due)


def expected_deadline(case: Raw) -> date | None:
    value: Any = reading.given(case, "due")
    return None if value is None else reading.day(value, "due")
