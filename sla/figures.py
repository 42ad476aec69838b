"""The figures of a period: exact at any instant, at a cost that does not grow with the cases.

Now: rollups, deltas not yet folded, and misses the sweep has not yet written, read in one
statement, so that no fold or sweep can come between them. As of an earlier instant: recounted
from the case lines.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import TruncDate, TruncMonth
from django.utils.translation import gettext as _

from accounts.models import Department
from sla import streams
from sla.measures import BASES, MEASURES, SURVEYED, ZONE
from sla.models import Case, Delta, Rollup
from sla.periods import Period
from sla.rates import DEFINITION, Rate, rates
from sla.recounting import recount
from sla.targets import Target

COLUMNS = {"department": "department_id", "kind": "kind", "channel": "channel", "month": "month"}
"""What a report may be broken down by, and the column that holds it."""

UNASSIGNED = "unassigned"
"""Key of the cases that no department has yet."""

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases to count; None for all.

    Surveys of cases that came in by a channel in `unsurveyed` are left out of what is asked,
    rated and satisfied; the cases still count in everything else.
    """

    department_id: int | None = None
    kind: str | None = None
    channel: str | None = None
    unsurveyed: frozenset[str] = frozenset()

    def left_out(self, path: str = "") -> Q:
        """The surveys left out, as a condition on a table or one it leads to."""
        return Q(**{f"{path}channel__in": sorted(self.unsurveyed)})

    def q(self, *, unassigned: int | None = 0, path: str = "") -> Q:
        """The condition on a table, or with `path` on a table it leads to.

        `unassigned` is how the table writes that there is no department.
        """
        found = Q()
        if self.department_id == 0 and unassigned is None:
            found &= Q(**{f"{path}department_id__isnull": True})
        elif self.department_id is not None:
            found &= Q(**{f"{path}department_id": self.department_id})
        if self.kind is not None:
            found &= Q(**{f"{path}kind": self.kind})
        if self.channel is not None:
            found &= Q(**{f"{path}channel": self.channel})
        return found


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Row:
    """The counts under one key, with its name in the reader's language."""

    key: str
    label: str
    counts: Counts

    @property
    def rates(self) -> dict[str, Rate]:
        return rates(self.counts)

    def as_data(self) -> dict[str, Any]:
        found = {name: rate.as_data() for name, rate in self.rates.items()}
        return {"key": self.key, "label": self.label, **self.counts, "rates": found}


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a period on one basis, as known at one instant, under one definition."""

    period: Period
    basis: str
    as_of: datetime
    total: Row
    by: str | None = None
    rows: list[Row] = field(default_factory=list)
    definition: str = DEFINITION
    unsurveyed: frozenset[str] = frozenset()

    def as_data(self) -> dict[str, Any]:
        """The report as JSON keeps it."""
        return {
            "period": {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()},
            "basis": self.basis,
            "as_of": self.as_of.astimezone(ZONE).isoformat(),
            "definition": self.definition,
            "satisfaction_without_channels": sorted(self.unsurveyed),
            "by": self.by,
            "total": self.total.as_data(),
            "rows": [row.as_data() for row in self.rows],
        }


def report(
    start: date,
    end: date,
    *,
    basis: str = "receipt",
    by: str | None = None,
    as_of: datetime | None = None,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> Report:
    """The figures of the days `start` to `end`, both included.

    `basis` receipt: what became of the cases received then; event: what happened then. `as_of`
    None: as known `now`. Only keys with a count have a row. Raises ValueError for an unknown
    basis or breakdown, a reversed period, or an `as_of` still to come.
    """
    bys = (by,) if by else ()
    made = reports(start, end, bys=bys, basis=basis, as_of=as_of, now=now, scope=scope)
    return made[by]


def reports(
    start: date,
    end: date,
    *,
    bys: Iterable[str] = (),
    basis: str = "receipt",
    as_of: datetime | None = None,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> dict[str | None, Report]:
    """Several breakdowns of the same figures from one reading; None is the plain total."""
    period, bys = Period(start, end), tuple(bys)
    if basis not in BASES:
        raise ValueError(f"{basis!r} is no basis; there are {', '.join(BASES)}")
    if unknown := set(bys) - set(COLUMNS):
        raise ValueError(f"no breakdown by {', '.join(sorted(unknown))}")
    if as_of is not None and as_of > now:
        raise ValueError(f"{as_of} is still to come")
    columns = [COLUMNS[by] for by in bys] or ["kind"]
    if as_of is None or as_of == now:
        cells = list(_live(period, basis, columns, now, scope))
    else:
        cells = list(_past(period, basis, columns, as_of, scope))
    total = Row("total", _("Total"), _sum(counts for _key, counts in cells))
    known, left = as_of or now, scope.unsurveyed
    made: dict[str | None, Report] = {None: Report(period, basis, known, total, unsurveyed=left)}
    for place, by in enumerate(bys):
        rows = _rows(by, place, cells)
        made[by] = Report(period, basis, known, total, by, rows, unsurveyed=left)
    return made


Cells = Iterable[tuple[tuple[Any, ...], Counts]]


def _live(
    period: Period, basis: str, columns: list[str], now: datetime, scope: Scope
) -> Iterator[tuple[tuple[Any, ...], Counts]]:
    """Rollups, unfolded deltas and unwritten misses in a single statement, so in one snapshot."""
    sums = [f"sum_{measure}" for measure in MEASURES]

    def summed(
        rows: QuerySet[Any], amounts: Mapping[str, Any], day: str | TruncDate = "day"
    ) -> QuerySet[Any]:
        if "month" in columns:
            rows = rows.annotate(month=TruncMonth(day))
        return rows.values(*columns).annotate(**amounts).values_list(*columns, *sums)

    added = {f"sum_{measure}": _summed(measure, scope) for measure in MEASURES}
    zero = Value(0, output_field=IntegerField())
    counted = dict.fromkeys(sums, zero) | {"sum_missed": Count("pk")}
    own = scope.q()
    rollups = summed(Rollup.objects.filter(own, _grains(period), basis=basis), added)
    days = Q(day__gte=period.start, day__lte=period.end)
    deltas = summed(Delta.objects.filter(own, days, basis=basis), added)
    dated = "received_at" if basis == "receipt" else "due_at"
    silent = _silent(period, dated, now, scope)
    misses = summed(silent, counted, TruncDate(dated, tzinfo=ZONE))
    for row in rollups.union(deltas, misses, all=True):
        key, amounts = row[: len(columns)], row[len(columns) :]
        yield key, dict(zip(MEASURES, amounts, strict=True))


def _summed(measure: str, scope: Scope) -> Sum:
    if measure in SURVEYED and scope.unsurveyed:
        return Sum(measure, filter=~scope.left_out(), default=0)
    return Sum(measure)


def _grains(period: Period) -> Q:
    """Whole months from the rollups by month, the days before and after from those by day."""
    first, after = period.whole_months
    if first >= after:
        return Q(grain="day", day__gte=period.start, day__lte=period.end)
    return (
        Q(grain="month", day__gte=first, day__lt=after)
        | Q(grain="day", day__gte=period.start, day__lt=first)
        | Q(grain="day", day__gte=after, day__lte=period.end)
    )


def silent_misses(now: datetime) -> Q:
    """Cases past due that the sweep has not judged yet; `measures.is_silent_miss` as a condition.

    Found through the sweep's own queue (the clocks with something still to write), so that the
    cost is that of the sweep's backlog.
    """
    return Q(
        clocks__target=Target.REPLY,
        clocks__next_event_at__lte=now,
        due_at__lt=now,
        paused_at__isnull=True,
        replied_at__isnull=True,
        excluded_at__isnull=True,
        verdict="",
    )


def _silent(period: Period, dated: str, now: datetime, scope: Scope) -> QuerySet[Case]:
    first, after = period.instants
    within = {f"{dated}__gte": first, f"{dated}__lt": after}
    return Case.objects.filter(silent_misses(now), scope.q(unassigned=None), **within)


def _past(
    period: Period, basis: str, columns: list[str], instant: datetime, scope: Scope
) -> Iterator[tuple[tuple[Any, ...], Counts]]:
    cases = Case.objects.filter(scope.q(unassigned=None))
    for cell, n in recount(cases, instant, basis=basis, period=period).items():
        if cell.measure in SURVEYED and cell.key.channel in scope.unsurveyed:
            continue
        held = {**cell.key._asdict(), "month": cell.key.day.replace(day=1)}
        key = tuple(held[column] for column in columns)
        yield key, dict.fromkeys(MEASURES, 0) | {cell.measure: n}


def _sum(many: Iterable[Counts]) -> Counts:
    total = dict.fromkeys(MEASURES, 0)
    for counts in many:
        for measure, n in counts.items():
            total[measure] += n
    return total


def _rows(by: str, place: int, cells: Cells) -> list[Row]:
    grouped: dict[Any, list[Counts]] = defaultdict(list)
    for key, counts in cells:
        value = key[place]
        grouped[f"{value:%Y-%m}" if by == "month" else value or 0].append(counts)
    summed = {value: _sum(many) for value, many in grouped.items()}
    held = {value: counts for value, counts in summed.items() if any(counts.values())}
    match by:
        case "department":
            return _department_rows(held)
        case "month":
            return [Row(value, value, held[value]) for value in sorted(held)]
    names = streams.words(f"{by}s")
    order = {code: place for place, code in enumerate(names)}
    known = sorted(held, key=lambda code: (order.get(code, len(order)), str(code)))
    return [Row(code, str(names.get(code, code)), held[code]) for code in known]


def _department_rows(held: Mapping[int, Counts]) -> list[Row]:
    departments = Department.objects.filter(pk__in=[pk for pk in held if pk])
    rows = [Row(d.code, d.label, held[d.pk]) for d in departments]
    if 0 in held:
        rows.append(Row(UNASSIGNED, _("No department yet"), held[0]))
    return rows
