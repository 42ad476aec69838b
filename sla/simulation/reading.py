"""The clocks of a past period as lines for `replaying`, read in a stream. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from accounts.models import Department
from foundation.snapshot import snapshot
from sla.calendars import Sheet, build, compiled, sheet_of
from sla.figures.periods import Period
from sla.models import CalendarDay, Clock, ClockPause, Policy, WorkCalendar
from sla.policies import PolicyBook, Scope, book_of
from sla.simulation.replaying import Comparison, Line, Pauses, Rule, Verdict, replay
from sla.targets import WINDOWS, ClockState, Target
from sla.worktime import Calendar

CHUNK = 2000
TARGETS = tuple(t for t in Target if t not in WINDOWS and t != Target.RETURN)
"""What has clocks of the house's own: windows are the citizen's time, a return has no clock."""

READ = (
    "pk",
    "case__number",
    "case__kind",
    "case__category",
    "case__department_id",
    "case__replied_at",
    "case__excluded_at",
    "department_id",
    "policy_id",
    "calendar_id",
    "started_at",
    "due_at",
    "extra",
    "state",
    "finished_at",
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried on which clocks.

    `rule`: a rule proposed for a scope; None: every clock in the scope keeps its own. `calendars`:
    proposed calendars by the keys of those they stand for.
    """

    period: Period
    scope: Scope
    stream: str = "inquiry"
    rule: Rule | None = None
    calendars: Mapping[int, Calendar] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        return Target(self.scope[0])


def run(trial: Trial, now: datetime, *, most: int = 100) -> Comparison:
    """Replay the clocks of all cases received in the period; keep `most` of the flips."""
    with snapshot():
        return replay(lines(trial, now), trial.rule, now, most=most)


def clocks_of(trial: Trial) -> QuerySet[Clock]:
    """The clocks a trial looks at. Of reply promises the first round's, which gives the verdict."""
    first, after = trial.period.instants
    found = Clock.objects.filter(
        target=trial.target,
        case__stream=trial.stream,
        case__received_at__gte=first,
        case__received_at__lt=after,
    )
    return found.filter(round=1) if trial.target == Target.REPLY else found


def lines(trial: Trial, now: datetime) -> Iterator[Line]:
    """The clocks as lines, streamed in chunks."""
    book, policies = book_of(trial.stream), Policy.objects.in_bulk()
    calendars = {
        row.pk: trial.calendars.get(row.pk) or compiled(row) for row in WorkCalendar.objects.all()
    }
    rows = clocks_of(trial).order_by("pk").values(*READ).iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        pauses = _pauses([row["pk"] for row in chunk])
        for row in chunk:
            yield Line(
                number=row["case__number"],
                department=row["department_id"] or row["case__department_id"],
                started_at=row["started_at"],
                due_at=row["due_at"],
                rule=rule_of(policies[row["policy_id"]]),
                calendar=calendars[row["calendar_id"]],
                before=_verdict(row, now),
                concerned=_concerned(trial, book, row),
                pauses=pauses.get(row["pk"], ()),
                extra=row["extra"],
                ended_at=row["finished_at"],
                done=_done(trial.target, row),
            )


def _pauses(clocks: list[int]) -> dict[int, Pauses]:
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = ClockPause.objects.filter(clock_id__in=clocks).order_by("since")
    for clock_id, since, until in rows.values_list("clock_id", "since", "until"):
        found[clock_id].append((since, until))
    return dict(found)


def rule_of(policy: Policy) -> Rule:
    return Rule(policy.unit, policy.amount, policy.cutoff, policy.cap)


def _verdict(row: Mapping[str, Any], now: datetime) -> Verdict:
    """How the clock really stands; one whose due instant has passed is missed, swept or not."""
    match row["state"]:
        case ClockState.MET:
            return Verdict.MET
        case ClockState.MISSED:
            return Verdict.MISSED
        case ClockState.CANCELLED:
            return Verdict.LEFT_OUT
    late = row["state"] == ClockState.RUNNING and row["due_at"] < now
    return Verdict.MISSED if late else Verdict.OPEN


def _done(target: Target, row: Mapping[str, Any]) -> bool:
    """Whether what the clock promised was done.

    Of a missed allowance inside the house it is known only that it ended, not whether by a return;
    it counts as done then, unless the case was excluded at that instant.
    """
    if row["finished_at"] is None or row["state"] == ClockState.CANCELLED:
        return False
    if target == Target.REPLY:
        return row["case__replied_at"] is not None
    return bool(row["case__excluded_at"] != row["finished_at"])


def _concerned(trial: Trial, book: PolicyBook, row: Mapping[str, Any]) -> bool:
    if trial.rule is None:
        _, department, category, kind = trial.scope
        return (
            row["calendar_id"] in trial.calendars
            and kind in ("", row["case__kind"])
            and category in ("", row["case__category"])
            and department in (None, row["department_id"])
        )
    return book.would_rule(
        trial.scope,
        row["case__kind"],
        row["started_at"],
        category=row["case__category"],
        department_id=row["department_id"],
    )


class CalendarFileError(ValueError):
    """A file that is no calendar; the message says what is wrong with it."""


def calendars_from(raw: Any, base: WorkCalendar) -> dict[int, Calendar]:
    """A calendar proposed in a file, and what becomes of those based on it.

    The file is an object with `years`, each {"holidays": {day: name}, "makeup": [day]}, which
    stand for those years of the calendar, and/or `week`, weekly hours as the calendar keeps them.
    Raises CalendarFileError.
    """
    if not isinstance(raw, dict) or not raw or set(raw) - {"years", "week"}:
        raise CalendarFileError("an object with `years`, `week` or both is expected")
    try:
        sheet = _sheet(sheet_of(base), raw.get("years", {}))
        if "week" in raw:
            base.week = raw["week"]
        own = list(WorkCalendar.objects.filter(based_on=base))
        return {row.pk: build(row, sheet) for row in [base, *own]}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CalendarFileError(str(error)) from error


def _sheet(sheet: Sheet, years: Mapping[str, Any]) -> Sheet:
    replaced = {int(year) for year in years}
    days = {day: row for day, row in sheet.days.items() if day.year not in replaced}
    for year, written in years.items():
        off = [(day, CalendarDay.Kind.HOLIDAY, name) for day, name in written["holidays"].items()]
        work = [(day, CalendarDay.Kind.MAKEUP, "") for day in written["makeup"]]
        for text, kind, name in [*off, *work]:
            day = date.fromisoformat(text)
            if day.year != int(year):
                raise CalendarFileError(f"{text} does not lie in {year}")
            days[day] = CalendarDay(date=day, kind=kind, name=str(name))
    return Sheet(days, sheet.confirmed_years | replaced)


def labels() -> dict[int | None, str]:
    """The names of departments, for what a comparison tells by their keys."""
    return {row.pk: row.label for row in Department.objects.all()}
