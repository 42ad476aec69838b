"""Whether the figures balance: carried in and received = replied, excluded and carried out.

Carried over is what had come in and was neither answered nor excluded: at the end of a day, all
that was received less all that was replied to or excluded up to then, by event. Both stocks and
the flow between them are read in one statement, each from its own rows (months where they are
whole, days elsewhere), so that a row lost in folding shows. What is open now is also counted from
the case lines themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, IntegerField, Q, QuerySet, Sum, Value

from sla.counting import folded_in, part_of
from sla.figures import Report
from sla.measures import MEASURES, CaseLine, as_of, civil_day
from sla.models import Case, Delta
from sla.periods import ONE_DAY, YEARS, Period
from sla.recounting import changed_after, lines
from sla.scope import EVERYTHING, Scope

logger = logging.getLogger(__name__)

FLOWS = ("received", "replied", "excluded")
FIRST_DAY = date(YEARS[0], 1, 1)
IN, WITHIN, OUT, OPEN = "in", "within", "out", "open"


@dataclass(frozen=True, slots=True)
class Balance:
    """The flow of cases through a period, by event. `open_now`: counted from the case lines, where
    the period reaches to now; else None."""

    carried_in: int
    received: int
    replied: int
    excluded: int
    carried_out: int
    open_now: int | None = None

    @property
    def faults(self) -> list[str]:
        """What does not balance; empty when all does."""
        found = []
        came, went = self.carried_in + self.received, self.replied + self.excluded
        if came != went + self.carried_out:
            found.append(
                f"carried in {self.carried_in} + received {self.received} is not replied"
                f" {self.replied} + excluded {self.excluded} + carried out {self.carried_out}"
            )
        if self.open_now is not None and self.open_now != self.carried_out:
            found.append(f"carried out {self.carried_out}, the case lines say {self.open_now}")
        return found

    @property
    def holds(self) -> bool:
        return not self.faults

    def as_data(self) -> dict[str, Any]:
        return {
            "carried_in": self.carried_in,
            "received": self.received,
            "replied": self.replied,
            "excluded": self.excluded,
            "carried_out": self.carried_out,
            "holds": self.holds,
        }


def balance(
    period: Period, now: datetime, *, as_of: datetime | None = None, scope: Scope = EVERYTHING
) -> Balance:
    """The balance of a period as known now, at a fixed cost, or as of an earlier instant, from
    the cases alive in the period. What does not balance is logged as an error.

    Raises counting.TooManyParts.
    """
    if as_of is None or as_of == now:
        found = _live(period, now, scope)
    else:
        found = _past(period, as_of, scope)
    for fault in found.faults:
        logger.error("Figures of %s to %s: %s", period.start, period.end, fault)
    return found


def row_faults(report: Report) -> list[str]:
    """Measures whose rows do not add up to their total; logged as errors."""
    if report.by is None:
        return []
    found = []
    for measure in MEASURES:
        added = sum(row.counts[measure] for row in report.rows)
        if added != (total := report.total.counts[measure]):
            found.append(f"{measure}: the rows by {report.by} give {added}, the total is {total}")
    for fault in found:
        logger.error("Figures of %s to %s: %s", report.period.start, report.period.end, fault)
    return found


def _live(period: Period, now: datetime, scope: Scope) -> Balance:
    spans = {WITHIN: period, OUT: Period(FIRST_DAY, period.end)}
    if period.start > FIRST_DAY:
        spans[IN] = Period(FIRST_DAY, period.start - ONE_DAY)
    parts = [rows for tag, span in spans.items() for rows in _added(tag, span, scope)]
    parts.append(_open(scope))
    rows = parts[0].union(*parts[1:], all=True)
    sums = {tag: dict.fromkeys(FLOWS, 0) for tag in (IN, WITHIN, OUT, OPEN)}
    for tag, *amounts in rows:
        for flow, n in zip(FLOWS, amounts, strict=True):
            sums[tag][flow] += n or 0
    reaches_now = period.end >= civil_day(now)
    return Balance(
        carried_in=_stock(sums[IN]),
        **sums[WITHIN],
        carried_out=_stock(sums[OUT]),
        open_now=sums[OPEN]["received"] if reaches_now else None,
    )


def _stock(sums: dict[str, int]) -> int:
    return sums["received"] - sums["replied"] - sums["excluded"]


def _added(tag: str, period: Period, scope: Scope) -> Iterator[QuerySet[Any]]:
    """What happened in a period, from rollups and from deltas not yet folded."""
    days = Q(day__gte=period.start, day__lte=period.end)
    rollups = folded_in(period, part_of((), scope), scope)
    for rows in (rollups, Delta.objects.filter(days, scope.q())):
        yield _tagged(tag, rows.filter(basis="event"), {flow: Sum(flow) for flow in FLOWS})


def _open(scope: Scope) -> QuerySet[Any]:
    """Cases neither answered nor excluded; all such have not ended, which an index knows."""
    alive = Case.objects.filter(
        scope.q(unassigned=None),
        ended_at__isnull=True,
        replied_at__isnull=True,
        excluded_at__isnull=True,
    )
    zero = Value(0, output_field=IntegerField())
    return _tagged(OPEN, alive, {"received": Count("pk"), "replied": zero, "excluded": zero})


def _tagged(tag: str, rows: QuerySet[Any], amounts: dict[str, Any]) -> QuerySet[Any]:
    sums = {f"sum_{flow}": amount for flow, amount in amounts.items()}
    named = rows.order_by().annotate(tag=Value(tag, output_field=CharField()))
    return named.values("tag").annotate(**sums).values_list("tag", *sums)


def _past(period: Period, instant: datetime, scope: Scope) -> Balance:
    """From the lines of the cases that were open at some time of the period, as they were then."""
    first, after = period.instants
    alive = Q(ended_at__isnull=True) | Q(ended_at__gte=first)
    wanted = Q(received_at__lt=after, received_at__lte=instant) & (alive | changed_after(instant))
    counts = [0, 0, 0, 0, 0]
    for _, line in lines(Case.objects.filter(wanted), instant):
        known = as_of(line, instant)
        if known is not None and scope.has_line(known):
            for place, n in enumerate(_passage(known, period)):
                counts[place] += n
    return Balance(*counts)


def _passage(line: CaseLine, period: Period) -> Sequence[int]:
    """Of one case: carried in, received, replied, excluded, carried out."""
    received = civil_day(line.received_at)
    replied = civil_day(line.replied_at) if line.replied_at else None
    excluded = civil_day(line.excluded_at) if line.excluded_at and not replied else None
    gone = replied or excluded
    return (
        int(received < period.start and (gone is None or gone >= period.start)),
        int(received in period),
        int(replied is not None and replied in period),
        int(excluded is not None and excluded in period),
        int(received <= period.end and (gone is None or gone > period.end)),
    )
