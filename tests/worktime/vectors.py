"""Cases in the shape of the shared vector files, put to the engine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sla.worktime import Calendar, chinese_calendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Case = Mapping[str, Any]


def shared(name: str) -> Path:
    """A file of the shared data folder; the test is skipped where there is none."""
    root = Path(os.environ.get("HUIYING_SHARED", Path(__file__).parents[3] / "shared"))
    path = root / "data" / name
    if not path.exists():
        pytest.skip(f"shared data is not here: {name} (set HUIYING_SHARED)")
    return path


def load(name: str) -> Any:
    return json.loads(shared(name).read_text(encoding="utf-8"))


def calendar_of(raw: Mapping[str, Any]) -> Calendar:
    """`{"country": "CN"}`, or hours with holidays, extra working days and dated hours.

    An extra working day has its weekday's hours, else Monday's; a holiday beats dated hours.
    """
    if raw.get("country") == "CN":
        return chinese_calendar()
    week = {WEEKDAYS.index(day): hours for day, hours in raw["hours"].items()}
    overrides: dict[date, Any] = {}
    for text in raw.get("extra_working_days", ()):
        day = date.fromisoformat(text)
        overrides[day] = week.get(day.weekday()) or week[0]
    for text, hours in raw.get("overrides", {}).items():
        overrides[date.fromisoformat(text)] = hours
    for text in raw.get("holidays", ()):
        overrides[date.fromisoformat(text)] = ()
    return Calendar.build(raw["timezone"], week, overrides)


def answer(case: Case) -> Any:
    """What the engine says, in the units of `expected`."""
    return OPERATIONS[case["op"]](calendar_of(case["calendar"]), case)


def expectation(case: Case) -> Any:
    expected = case["expected"]
    if isinstance(expected, str):
        return _at(expected) if "T" in expected else date.fromisoformat(expected)
    return expected


def _add(cal: Calendar, case: Case) -> datetime:
    return cal.add(_at(case["start"]), _seconds(case), _pauses(case))


def _subtract(cal: Calendar, case: Case) -> datetime:
    return cal.subtract(_at(case["start"]), _seconds(case), _pauses(case))


def _between(cal: Calendar, case: Case) -> float:
    return cal.between(_at(case["start"]), _at(case["end"]), _pauses(case)) / 60


def _is_open(cal: Calendar, case: Case) -> bool:
    return cal.is_open(_at(case["start"]), _pauses(case))


def _is_working_day(cal: Calendar, case: Case) -> bool:
    return cal.is_working_day(date.fromisoformat(case["start"]))


def _add_days(cal: Calendar, case: Case) -> datetime | date:
    mode, days = case["mode"], case["days"]
    if mode == "date_only":
        noon = datetime.combine(
            date.fromisoformat(case["start"]), datetime.min.time(), cal.zone
        ).replace(hour=12)
        return cal.local_date(cal.add_working_days(noon, days))
    start, pauses = _at(case["start"]), _pauses(case)
    cutoff = "close_of_business" if mode == "end_of_working_day" else "same_clock"
    found = cal.add_working_days(start, days, cutoff, pauses, pause_rule="by_hours")
    if mode == "next_open_at_or_after_same_clock":
        return cal.next_open(found)
    if mode == "last_open_at_or_before_same_clock":
        return cal.last_open(found)
    return found


OPERATIONS: Mapping[str, Callable[[Calendar, Case], Any]] = {
    "add": _add,
    "sla": _add,
    "subtract": _subtract,
    "between": _between,
    "is_open": _is_open,
    "is_working_day": _is_working_day,
    "add_days": _add_days,
}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _seconds(case: Case) -> int:
    return round(float(case["duration_minutes"]) * 60)


def _pauses(case: Case) -> list[tuple[datetime, datetime | None]]:
    return [(_at(begin), _at(end)) for begin, end in case["pauses"]]
