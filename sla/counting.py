"""Reading counts: now from the rollups at a fixed cost, as of an earlier instant from the cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce, TruncDate, TruncMonth

from sla.measures import MEASURES, PARTS, SURVEYED, ZONE
from sla.models import Case, Delta, PartRollup, Rollup
from sla.periods import Period
from sla.recounting import recount
from sla.scope import Scope
from sla.targets import Target

Counts = dict[str, int]
Cell = tuple[tuple[Any, ...], Counts]
"""The values of the columns asked for, and the counts under them."""


class TooManyParts(ValueError):
    """A report by two of topic, district and handler at once: they are folded one by one."""


def live(
    period: Period, basis: str, columns: Sequence[str], now: datetime, scope: Scope
) -> Iterator[Cell]:
    """Rollups, unfolded deltas and unwritten misses in a single statement, so in one snapshot.

    Raises TooManyParts.
    """
    part = part_of(columns, scope)
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
    rollups = summed(folded_in(period, part, scope).filter(basis=basis), added)
    days = Q(day__gte=period.start, day__lte=period.end)
    deltas = summed(Delta.objects.filter(scope.q(), days, basis=basis), added)
    dated = "received_at" if basis == "receipt" else "due_at"
    silent = _silent(period, dated, now, scope)
    if part == "handler" and part in columns:
        key = Cast("handler_id", CharField())
        silent = silent.annotate(worker=Coalesce(key, Value(""), output_field=CharField()))
        own = ["worker" if column == part else column for column in columns]
        if "month" in columns:
            silent = silent.annotate(month=TruncMonth(TruncDate(dated, tzinfo=ZONE)))
        misses = silent.values(*own).annotate(**counted).values_list(*own, *sums)
    else:
        misses = summed(silent, counted, TruncDate(dated, tzinfo=ZONE))
    for row in rollups.union(deltas, misses, all=True):
        key, amounts = row[: len(columns)], row[len(columns) :]
        yield key, dict(zip(MEASURES, amounts, strict=True))


def _summed(measure: str, scope: Scope) -> Sum:
    if measure in SURVEYED and scope.unsurveyed:
        return Sum(measure, filter=~scope.left_out(), default=0)
    return Sum(measure)


def part_of(columns: Sequence[str], scope: Scope) -> str | None:
    """The part a question needs, if any. Raises TooManyParts."""
    wanted = {column for column in columns if column in PARTS} | set(scope.parts)
    if len(wanted) > 1:
        raise TooManyParts(f"no figures by {' and '.join(sorted(wanted))} at once")
    return wanted.pop() if wanted else None


def folded_in(period: Period, part: str | None, scope: Scope) -> QuerySet[Any]:
    """The rollups of a period, on both bases; those of a part have its value under its name."""
    if part is None:
        return Rollup.objects.filter(scope.keys(), _grains(period))
    rows = PartRollup.objects.filter(scope.keys(), _grains(period), part=part)
    if part in scope.parts:
        rows = rows.filter(value=scope.parts[part])
    return rows.annotate(**{part: F("value")})


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


def past(
    period: Period, basis: str, columns: Sequence[str], instant: datetime, scope: Scope
) -> Iterator[Cell]:
    """Recounted from what the cases were at the instant."""
    for cell, n in recount(Case.objects.all(), instant, basis=basis, period=period).items():
        left_out = cell.measure in SURVEYED and cell.key.channel in scope.unsurveyed
        if scope.has(cell.key) and not left_out:
            held = {**cell.key._asdict(), "month": cell.key.day.replace(day=1)}
            key = tuple(held[column] for column in columns)
            yield key, dict.fromkeys(MEASURES, 0) | {cell.measure: n}
