"""The Chinese years that come with the product: days off and make-up working days (调休).

From the yearly notices of the General Office of the State Council; no year after the last notice
is guessed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from sla.worktime.calendar import Calendar
from sla.worktime.hours import Clock

DATA = Path(__file__).resolve().parent.parent / "data" / "cn_calendar.json"
ZONE = "Asia/Shanghai"
OFFICE_HOURS = (("09:00", "12:00"), ("13:30", "17:30"))
"""Hours of the demonstration bureau; a real one enters its own."""


@dataclass(frozen=True)
class ChineseYear:
    """`holidays`: weekdays off and their names; `makeup`: weekend days on which people work;
    `notice`: the number of the notice, empty where it is not on record here."""

    year: int
    notice: str
    holidays: Mapping[date, str]
    makeup: tuple[date, ...]


@cache
def chinese_years() -> Mapping[int, ChineseYear]:
    """All years on record, oldest first."""
    raw = json.loads(DATA.read_text(encoding="utf-8"))
    return {
        int(year): ChineseYear(
            int(year),
            entry["notice"],
            {date.fromisoformat(day): name for day, name in entry["holidays"].items()},
            tuple(date.fromisoformat(day) for day in entry["makeup"]),
        )
        for year, entry in sorted(raw.items())
    }


def chinese_calendar(hours: Sequence[tuple[Clock, Clock]] = OFFICE_HOURS) -> Calendar:
    """Monday to Friday with these hours, the days off, and the make-up days with the same hours."""
    years = chinese_years()
    off = {day: name for year in years.values() for day, name in year.holidays.items()}
    makeup = [day for year in years.values() for day in year.makeup]
    return Calendar.build(
        ZONE,
        dict.fromkeys(range(5), hours),
        {**dict.fromkeys(off, ()), **dict.fromkeys(makeup, hours)},
        frozenset(years),
        off,
    )
