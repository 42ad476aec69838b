"""The days of an explanation as a calendar picture: months of weeks, Monday to Sunday. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sla.worktime import Day

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the picture. `day` is None outside the span; `extended` says that it counts only
    because of an extension, `due` that the time ends on it, `done` that the thing was done."""

    date: date
    day: Day | None = None
    extended: bool = False
    due: bool = False
    done: bool = False

    @property
    def look(self) -> str:
        """What it is, as class names of the stylesheet."""
        if self.day is None:
            return "outside"
        names = [self.day.kind]
        if self.day.counted is not None:
            names = ["counted", *(["makeup"] if self.day.kind == "makeup" else [])]
        names += ["extended"] if self.extended else []
        return " ".join([*names, "last"] if self.due else names)


@dataclass(frozen=True, slots=True)
class Month:
    """The weeks of a month that the span touches; None where a cell belongs to another month."""

    first: date
    weeks: list[list[Cell | None]]


def months(cells: Sequence[Cell]) -> list[Month]:
    """The picture of consecutive days, oldest first; at least one."""
    by_date = {cell.date: cell for cell in cells}
    begin, end = cells[0].date, cells[-1].date
    found = []
    for first in _firsts(begin, end):
        last = _next_month(first) - ONE_DAY
        monday = _monday(max(first, begin))
        weeks = []
        while monday <= min(last, end):
            days = [monday + ONE_DAY * n for n in range(7)]
            weeks.append([by_date.get(d, Cell(d)) if first <= d <= last else None for d in days])
            monday += WEEK
        found.append(Month(first, weeks))
    return found


def _monday(day: date) -> date:
    return day - ONE_DAY * day.weekday()


def _next_month(first: date) -> date:
    return (first + 31 * ONE_DAY).replace(day=1)


def _firsts(begin: date, end: date) -> Iterator[date]:
    first = begin.replace(day=1)
    while first <= end:
        yield first
        first = _next_month(first)
