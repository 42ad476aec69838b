"""What the figures of a message board must be, counted from nothing but the file and the calendar.

Shares no code with the product: its own reading of the sheet, its own working days, and the
definitions of the rates as the design words them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
from openpyxl import load_workbook

COUNTS = (
    "received",
    "excluded",
    "replied",
    "published",
    "met",
    "missed",
    "asked",
    "rated",
    "satisfied",
)
DAYS_ALLOWED = {"consultation": 5}
OTHERWISE = 7


class WorkingDays:
    """Weekdays less the days off, plus the weekends on which people work; by local date.

    The years before the file's first are those of the `chinese_calendar` package, which the
    product does not use.
    """

    def __init__(self, calendar: Path) -> None:
        listed = json.loads(calendar.read_text(encoding="utf-8"))
        self.first, years = min(map(int, listed)), listed.values()
        self.off = {date.fromisoformat(day) for year in years for day in year["weekday_off"]}
        self.on = {date.fromisoformat(day) for year in years for day in year["weekend_work"]}

    def works(self, day: date) -> bool:
        if day.year < self.first:
            return bool(chinese_calendar.is_workday(day))
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    def end_of(self, received: datetime, n: int) -> datetime:
        """The last second of the n-th working day after the day of receipt."""
        day = received.date()
        while n:
            day += timedelta(days=1)
            n -= self.works(day)
        return datetime.combine(day, time(23, 59, 59))


@dataclass(frozen=True)
class Message:
    """One row, its times on the Chinese wall clock of the file."""

    kind: str
    received: datetime
    replied: datetime


def messages(path: Path) -> list[Message]:
    rows = load_workbook(path, read_only=True).active
    assert rows is not None
    header, *body = rows.iter_rows(values_only=True)
    at = {name: place for place, name in enumerate(header)}
    return [
        Message(
            kind_of(str(cells[at["留言主题"]])),
            wall(str(cells[at["留言时间"]])),
            wall(str(cells[at["答复时间"]])),
        )
        for cells in body
    ]


def wall(text: str) -> datetime:
    return datetime.strptime(text, "%Y/%m/%d %H:%M:%S")


def kind_of(title: str) -> str:
    for word, kind in (
        ("咨询", "consultation"),
        ("建议", "suggestion"),
        ("投诉", "complaint"),
        ("举报", "complaint"),
    ):
        if word in title:
            return kind
    return "opinion"


def facts(message: Message, days: WorkingDays) -> dict[str, datetime]:
    """What happened to a message, and when: counted by event under that day."""
    due = days.end_of(message.received, DAYS_ALLOWED.get(message.kind, OTHERWISE))
    happened = {"received": message.received}
    happened |= dict.fromkeys(("replied", "published", "asked"), message.replied)
    if message.replied <= due:
        return happened | {"met": message.replied}
    return happened | {"missed": due}


def count(
    found: list[Message],
    days: WorkingDays,
    year: int,
    basis: str,
    by: str,
    known: datetime = datetime.max,
) -> dict[str, dict[str, int]]:
    """Counts of a year by kind or month, as known at an instant; under "total" their sum."""
    counted: dict[str, Counter[str]] = {"total": Counter()}
    for message in found:
        if message.received > known:
            continue
        for measure, instant in facts(message, days).items():
            # Due by then and not answered is a miss by then; to the last second it is none.
            if instant > known or (measure == "missed" and instant == known):
                continue
            day = message.received if basis == "receipt" else instant
            if day.year != year:
                continue
            key = message.kind if by == "kind" else f"{day:%Y-%m}"
            counted.setdefault(key, Counter())[measure] += 1
            counted["total"][measure] += 1
    return {key: {name: row[name] for name in COUNTS} for key, row in counted.items()}


def percent(n: int, d: int) -> str:
    """Two decimals, half up, in whole numbers only."""
    if not d:
        return "—"
    hundredths = (200_00 * n + d) // (2 * d)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def rates(row: dict[str, int]) -> dict[str, dict[str, int | str]]:
    ratios = {
        "reply_rate": (row["replied"], row["received"] - row["excluded"]),
        "on_time_rate": (row["met"], row["met"] + row["missed"]),
        "satisfaction": (row["satisfied"], row["rated"]),
        "participation": (row["rated"], row["asked"]),
    }
    return {name: {"n": n, "d": d, "percent": percent(n, d)} for name, (n, d) in ratios.items()}
