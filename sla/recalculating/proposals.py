"""What is proposed: changes of a calendar or a policy as JSON, each thing as [before, after]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain, count
from typing import Any

from accounts.models import Department
from sla.calendars import Pattern, Sheet, assemble, make_new_version, pattern_of, sheet_of
from sla.models import CalendarDay, CalendarSeason, CalendarYear, Policy, WorkCalendar
from sla.worktime import CalendarError

DAY_VALUES = ("kind", "name", "segments")
YEAR_VALUES = ("confirmed", "notice", "link")
SEASON_VALUES = ("name", "first", "last", "week")
POLICY_VALUES = tuple(f.attname for f in Policy._meta.concrete_fields if not f.primary_key)

Value = dict[str, Any]
Proposal = dict[str, Any]


class NothingChanged(Exception):
    """All that was proposed is so already."""


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """What is to be changed; all that is not named stays.

    `days`: {"kind", "name", "segments"} by date, None to take an exception away. `years`:
    {"confirmed", "notice", "link"} by year. `week` and `seasons` as `sla.calendars.Pattern` has
    them. `department`: these are its own hours from now on, on the dates of the calendar.
    `given_up`: the department whose own hours these are has those of the house again.
    """

    days: Mapping[date, Value | None] = field(default_factory=dict)
    years: Mapping[int, Value] = field(default_factory=dict)
    week: Mapping[str, Any] | None = None
    seasons: Sequence[Value] | None = None
    department: Department | None = None
    given_up: bool = False


def proposal_of(calendar: WorkCalendar, change: CalendarChange) -> Proposal:
    """The change beside what is there now. Raises NothingChanged, and CalendarError if nobody
    could count with the result."""
    hours = pattern_of(calendar)
    found: Proposal = {"version": calendar.version}
    if days := _days(calendar, change.days):
        found["days"] = days
    if years := _years(calendar, change.years):
        found["years"] = years
    if change.week is not None and dict(change.week) != dict(hours.week):
        found["week"] = [hours.week, dict(change.week)]
    if change.seasons is not None and list(change.seasons) != list(hours.seasons):
        found["seasons"] = [list(hours.seasons), list(change.seasons)]
    if change.department is not None:
        found["department"] = [None, change.department.pk]
    if change.given_up and calendar.department_id is not None:
        return found | {"given_up": [calendar.department_id, None]}
    if len(found) == 1:
        raise NothingChanged
    if not any((change.week or hours.week).values()):
        raise CalendarError("no day of the week has hours")
    assemble(
        pattern_after(hours, found), sheet_after(sheet_of(calendar.based_on or calendar), found)
    )
    return found


def first_day(proposal: Proposal) -> date | None:
    """The first day that a change of a calendar alters; None if that may be any."""
    if not proposal.keys() <= {"version", "days", "years"}:
        return None
    days = [date.fromisoformat(day) for day in proposal.get("days", ())]
    return min([*days, *(date(int(year), 1, 1) for year in proposal.get("years", ()))])


def again(proposal: Proposal) -> CalendarChange:
    """The same change, to be proposed to a calendar that has moved on."""
    own = proposal.get("department")
    return CalendarChange(
        days={date.fromisoformat(day): new for day, (_, new) in proposal.get("days", {}).items()},
        years={int(year): new for year, (_, new) in proposal.get("years", {}).items()},
        week=proposal["week"][1] if "week" in proposal else None,
        seasons=proposal["seasons"][1] if "seasons" in proposal else None,
        department=Department.objects.get(pk=own[1]) if own else None,
        given_up="given_up" in proposal,
    )


def _days(calendar: WorkCalendar, wanted: Mapping[date, Value | None]) -> dict[str, list[Any]]:
    rows = calendar.days.filter(date__in=wanted).values("date", *DAY_VALUES)
    held = {row.pop("date"): row for row in rows}
    found = {}
    for day, value in sorted(wanted.items()):
        after = None if value is None else {"name": "", "segments": None} | value
        if held.get(day) != after:
            found[day.isoformat()] = [held.get(day), after]
    return found


def _years(calendar: WorkCalendar, wanted: Mapping[int, Value]) -> dict[str, list[Any]]:
    rows = calendar.years.filter(year__in=wanted).values("year", *YEAR_VALUES)
    held = {row.pop("year"): row for row in rows}
    found = {}
    for year, value in sorted(wanted.items()):
        after = {"confirmed": False, "notice": "", "link": ""} | value
        if held.get(year) != after:
            found[str(year)] = [held.get(year), after]
    return found


def pattern_after(hours: Pattern, proposal: Proposal) -> Pattern:
    """The hours as proposed."""
    return replace(
        hours,
        week=proposal["week"][1] if "week" in proposal else hours.week,
        seasons=proposal["seasons"][1] if "seasons" in proposal else hours.seasons,
    )


def sheet_after(sheet: Sheet, proposal: Proposal) -> Sheet:
    """The dates as proposed."""
    days, years = dict(sheet.days), set(sheet.confirmed_years)
    for day, (_, value) in proposal.get("days", {}).items():
        at = date.fromisoformat(day)
        if value is None:
            days.pop(at, None)
        else:
            days[at] = CalendarDay(date=at, **value)
    for year, (_, value) in proposal.get("years", {}).items():
        (years.add if value["confirmed"] else years.discard)(int(year))
    return Sheet(days, frozenset(years))


def write_calendar(calendar: WorkCalendar, proposal: Proposal) -> WorkCalendar:
    """Write a proposal into the rows of a locked calendar; return the row that was changed, which
    is a new one where a department gets its own hours. One that is given up stays, for the clocks
    that were judged by it."""
    if "department" in proposal:
        hours = pattern_after(pattern_of(calendar), proposal)
        own = Department.objects.get(pk=proposal["department"][1])
        calendar = WorkCalendar.objects.create(
            code=_free_code(f"{calendar.code}-{own.code}"),
            name=own.name,
            zone=hours.zone,
            week=hours.week,
            based_on=calendar,
            department=own,
        )
        _write_seasons(calendar, hours.seasons)
        return calendar
    if "given_up" in proposal:
        calendar.department = None
        calendar.save(update_fields=["department"])
    days = {date.fromisoformat(day): value for day, (_, value) in proposal.get("days", {}).items()}
    calendar.days.filter(date__in=days).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=calendar, date=day, **value) for day, value in days.items() if value
    )
    for year, (_, value) in proposal.get("years", {}).items():
        CalendarYear.objects.update_or_create(calendar=calendar, year=int(year), defaults=value)
    if "week" in proposal:
        calendar.week = proposal["week"][1]
        calendar.save(update_fields=["week"])
    if "seasons" in proposal:
        calendar.seasons.all().delete()
        _write_seasons(calendar, proposal["seasons"][1])
    make_new_version(calendar)
    calendar.refresh_from_db(fields=["version"])
    return calendar


def _free_code(wanted: str) -> str:
    """A code no calendar has: a department may have had own hours before."""
    stem = wanted[:36]
    taken = set(WorkCalendar.objects.filter(code__startswith=stem).values_list("code", flat=True))
    numbered = (f"{stem}-{n}" for n in count(2))
    return next(code for code in chain([stem], numbered) if code not in taken)


def _write_seasons(calendar: WorkCalendar, seasons: Sequence[Mapping[str, Any]]) -> None:
    CalendarSeason.objects.bulk_create(CalendarSeason(calendar=calendar, **s) for s in seasons)


def policy_proposal(policy: Policy, *, running: bool) -> Proposal:
    """A new version of a rule, beside the one it follows, and whether running clocks get it."""
    values = _values(policy)
    same = {
        name: values[name] for name in ("stream", "target", "kind", "category", "department_id")
    }
    older = Policy.objects.filter(**same, active_from__lt=policy.active_from).exclude(pk=policy.pk)
    before = older.order_by("-active_from").first()
    return {
        "running": running,
        "policy": [_values(before) if before is not None else None, values],
    }


def _values(policy: Policy) -> Value:
    found = {name: getattr(policy, name) for name in POLICY_VALUES}
    return found | {"active_from": policy.active_from.isoformat()}


def proposed_policy(proposal: Proposal) -> Policy:
    """The proposed rule as a row not yet saved."""
    values = proposal["policy"][1]
    return Policy(**values | {"active_from": datetime.fromisoformat(values["active_from"])})
