"""Whether the figures balance: carried in and received = replied, excluded and carried out.

Carried over is what had come in and was neither answered nor excluded: at the end of a day, all
that was received less all that was replied to or excluded up to then, by event. Both stocks and
the flow between them are read in one statement, each from its own rows (the flow from the totals
of months, the stocks from those of days), so that a row lost in folding shows. What is open
now is also counted from the case lines themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from sla.figures.counting import Cell, Sums, read
from sla.figures.measures import MEASURES, CaseLine, as_of, civil_day
from sla.figures.periods import ONE_DAY, YEARS, Period
from sla.figures.recounting import changed_after, lines
from sla.figures.report import Report
from sla.figures.scope import EVERYTHING, Scope
from sla.models import Case

logger = logging.getLogger(__name__)

FLOWS = ("received", "replied", "excluded")
FIRST_DAY = date(YEARS[0], 1, 1)


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
        found = read(flows(period), now, scope, waiting=True)
        return balanced(period, now, found.cells, found.waiting)
    return _watched(period, _past(period, as_of, scope))


def row_faults(report: Report) -> list[str]:
    """Measures whose rows do not add up to their total; logged as errors."""
    if report.by is None:
        return []
    found = []
    for measure in MEASURES:
        added = sum(row.counts[measure] for row in report.rows)
        if added != (total := report.total.counts[measure]):
            found.append(f"{measure}: the rows by {report.by} give {added}, the total is {total}")
    return logged(report.period, found)


def agreement(report: Report, flow: Balance) -> list[str]:
    """What a report and the balance of its period both count and do not count alike; logged as
    errors. They read different tables. By receipt they share what came in, by event all flows."""
    shared = FLOWS if report.basis == "event" else FLOWS[:1]
    found = [
        f"{measure}: the figures have {counted}, the balance has {flowed}"
        for measure in shared
        for counted, flowed in [(report.total.counts[measure], getattr(flow, measure))]
        if counted != flowed
    ]
    return logged(report.period, found)


def logged(period: Period, faults: list[str]) -> list[str]:
    """The faults, each logged as an error."""
    for fault in faults:
        logger.error("Figures of %s to %s: %s", period.start, period.end, fault)
    return faults


def flows(period: Period) -> list[Sums]:
    """What `balanced` needs read: the flow within the period and since the first day, by event.

    The flow within is added up from the totals of months, the others from those of days.
    """
    spans = [Period(FIRST_DAY, period.end)]
    if period.start > FIRST_DAY:
        spans.append(Period(FIRST_DAY, period.start - ONE_DAY))
    within = Sums(period, "event", measures=FLOWS, of_months=True)
    return [within, *(Sums(span, "event", measures=FLOWS) for span in spans)]


def balanced(
    period: Period, now: datetime, cells: Sequence[Sequence[Cell]], waiting: int
) -> Balance:
    """The balance that the cells of `flows` make; what does not balance is logged as an error."""
    within, out, *before = [_flow(some) for some in cells]
    reaches_now = period.end >= civil_day(now)
    return _watched(
        period,
        Balance(
            carried_in=_stock(before[0]) if before else 0,
            **within,
            carried_out=_stock(out),
            open_now=waiting if reaches_now else None,
        ),
    )


def _flow(cells: Sequence[Cell]) -> dict[str, int]:
    return {flow: sum(amounts[MEASURES.index(flow)] for _, amounts in cells) for flow in FLOWS}


def _stock(sums: dict[str, int]) -> int:
    return sums["received"] - sums["replied"] - sums["excluded"]


def _watched(period: Period, found: Balance) -> Balance:
    logged(period, found.faults)
    return found


def _past(period: Period, instant: datetime, scope: Scope) -> Balance:
    """From the lines of the cases that were open at some time of the period, as they were then."""
    first, after = period.instants
    alive = Q(ended_at__isnull=True) | Q(ended_at__gte=min(first, instant))
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
