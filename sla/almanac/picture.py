"""A year of a calendar as twelve months of days, and as the list of its exceptions."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Department
from sla.almanac.hours import week_lines, write_hours
from sla.calendars import Pattern
from sla.models import CalendarDay, Policy
from sla.recalculating.proposals import Proposal
from sla.worktime import Calendar


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the picture. `look` is its kind as the stylesheet knows it; `word` the same in
    text, for those who see no colours; `changed` whether a proposal changes it."""

    date: date
    look: str
    word: str
    name: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """Weeks from Monday to Sunday; None where a day belongs to another month."""

    first: date
    weeks: list[list[Cell | None]]


def year_of(calendar: Calendar, year: int, changed: frozenset[date] = frozenset()) -> list[Month]:
    """The twelve months of a compiled calendar."""
    words = {"holiday": _("off"), "makeup": _("works")}

    def cell(day: date) -> Cell | None:
        if day.month != month:
            return None
        kind = calendar.day_kind(day)
        return Cell(day, kind, words.get(kind, ""), calendar.reason(day), day in changed)

    found = []
    for month in range(1, 13):
        weeks = months.Calendar().monthdatescalendar(year, month)
        found.append(Month(date(year, month, 1), [[cell(day) for day in week] for week in weeks]))
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One thing a proposal changes: what, how it is and how it would be."""

    what: str
    before: str
    after: str
    date: date | None = None


def changes_of(proposal: Proposal) -> list[Change]:
    """A proposal, thing by thing, in words."""
    if "policy" in proposal:
        return rule_changes(proposal)
    found = []
    if "department" in proposal:
        own = Department.objects.get(pk=proposal["department"][1])
        found.append(Change(_("Own hours"), _("as the house"), own.label))
    if "given_up" in proposal:
        own = Department.objects.get(pk=proposal["given_up"][0])
        found.append(Change(_("Own hours"), own.label, _("as the house")))
    for year, (before, after) in proposal.get("years", {}).items():
        found.append(Change(_("Year %(year)s") % {"year": year}, _year(before), _year(after)))
    if "week" in proposal:
        found += _hours(_("Weekly hours"), *proposal["week"])
    if "seasons" in proposal:
        before, after = proposal["seasons"]
        found.append(Change(_("Seasons"), _seasons(before), _seasons(after)))
    for day, (before, after) in sorted(proposal.get("days", {}).items()):
        at = date.fromisoformat(day)
        found.append(Change(day, _day(before), _day(after), at))
    return found


def rule_changes(proposal: Proposal) -> list[Change]:
    """A proposal about a rule: every value that is not as in the version before."""
    before, after = proposal["policy"]
    fields = {f.attname: f for f in Policy._meta.concrete_fields}
    found = [
        Change(
            str(fields[name].verbose_name),
            "—" if before is None else str(before[name]),
            str(value),
        )
        for name, value in after.items()
        if before is None or before[name] != value
    ]
    scope = _("running cases too") if proposal["running"] else _("new cases only")
    return [*found, Change(_("Applies to"), "", scope)]


def _year(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return "—"
    state = _("confirmed") if value["confirmed"] else _("provisional")
    return " · ".join(part for part in (state, value["notice"], value["link"]) if part)


def _day(value: Mapping[str, Any] | None) -> str:
    if value is None:
        return _("as the week has it")
    kind = str(CalendarDay.Kind(value["kind"]).label)
    return " · ".join(p for p in (kind, value["name"], write_hours(value["segments"])) if p)


def _hours(what: str, before: Any, after: Any) -> list[Change]:
    lines = zip(weekdays(), week_lines(before), week_lines(after), strict=True)
    return [
        Change(f"{what} · {name}", was or _("closed"), now or _("closed"))
        for name, was, now in lines
        if was != now
    ]


def _seasons(seasons: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{s['name']} {s['first']} – {s['last']}: {_short(s['week'])}" for s in seasons
    ) or _("none")


def _short(week: Mapping[str, Any]) -> str:
    """A week in one line: days with the same hours together."""
    lines = week_lines(week)
    names = weekdays()
    found: list[tuple[str, str, str]] = []
    for name, line in zip(names, lines, strict=True):
        if found and found[-1][2] == line:
            found[-1] = (found[-1][0], name, line)
        else:
            found.append((name, name, line))
    return ", ".join(
        f"{first}–{last} {line}" if first != last else f"{first} {line}"
        for first, last, line in found
        if line
    )


def weekdays() -> list[str]:
    """Monday to Sunday in the reader's language."""
    return [str(WEEKDAYS[day]) for day in range(7)]


def pattern_lines(pattern: Pattern) -> list[tuple[str, list[str]]]:
    """The rows of a table of hours: a weekday, its usual hours, those of each season."""
    weeks = [week_lines(pattern.week), *(week_lines(s["week"]) for s in pattern.seasons)]
    return [(name, [week[day] for week in weeks]) for day, name in enumerate(weekdays())]
