"""What lies open at this instant, and how long answers have taken.

Stocks are counted on the partial indexes over open cases, which stay small however many cases
have been answered. Answer times read the answered cases of a period, so no board does it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate, TruncMonth

from accounts.actors import Actor
from sla.figures.counting import Cell, read
from sla.figures.measures import ZONE, civil_day
from sla.figures.periods import Period
from sla.figures.recounting import lines_with
from sla.figures.scope import EVERYTHING, Scope
from sla.figures.statement import Lying
from sla.models import Case
from sla.standing import Horizon
from sla.targets import Target

STOCKS = ("open", "due_soon", "overdue", "paused")

OPEN = Q(ended_at__isnull=True)
PAUSED = Q(paused_at__isnull=False) | Q(due_at__isnull=True)


def conditions(seen_from: Horizon) -> dict[str, Q]:
    """Which cases belong to each stock; agrees with `standing.standing_of` and with what
    `statement.Statement.add_open` counts."""
    soon = Q(due_at__gte=seen_from.at, due_at__lte=seen_from.soon_until)
    running = Q(paused_at__isnull=True)
    found = {
        "open": Q(),
        "due_soon": running & soon,
        "overdue": running & Q(due_at__lt=seen_from.at),
        "paused": PAUSED,
    }
    return {name: OPEN & q for name, q in found.items()}


@dataclass(frozen=True, slots=True)
class Stock:
    """Open cases now, in all and by department (0: none yet)."""

    total: dict[str, int]
    by_department: dict[int, dict[str, int]]

    def of(self, department_id: int) -> dict[str, int]:
        return self.by_department.get(department_id, dict.fromkeys(STOCKS, 0))


def stock(seen_from: Horizon, scope: Scope = EVERYTHING) -> Stock:
    """Count what is open, due soon, overdue and paused. One query."""
    return added(read([], seen_from.at, scope, lying=Lying(seen_from)).lying)


def added(lying: Iterable[Cell]) -> Stock:
    """What `counting.read` found to lie open, by department."""
    by_department: dict[int, dict[str, int]] = {}
    for key, counts in lying:
        own = by_department.setdefault(key[0] or 0, dict.fromkeys(STOCKS, 0))
        for name, n in zip(STOCKS, counts, strict=False):
            own[name] += n
    total = {name: sum(own[name] for own in by_department.values()) for name in STOCKS}
    return Stock(total, by_department)


def low_ratings(reader: Actor) -> int:
    """How many low ratings wait for a supervisor, those of the reader's own answers left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LOW, [str(Target.FOLLOW_UP), reader.user_id])
        return int(cursor.fetchone()[0])


_LOW = """
    SELECT COUNT(*) FROM sla_clock waiting WHERE target = %s AND finished_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM sla_survey own WHERE own.case_id = waiting.case_id AND own.handler_id = %s
    )
"""


@dataclass(frozen=True, slots=True)
class Spread:
    """How many answers, and how many working days half and nine tenths of them took at most."""

    n: int
    median: float | None
    p90: int | None


def spread(days: Mapping[int, int]) -> Spread:
    """Median and 90th percentile of a histogram (days -> answers).

    The median of an even number is the mean of the middle two; the 90th percentile is the
    smallest number of days in which at least nine tenths were answered.
    """
    n = sum(days.values())
    if not n:
        return Spread(0, None, None)
    low, high = _at(days, (n + 1) // 2), _at(days, n // 2 + 1)
    return Spread(n, (low + high) / 2, _at(days, -(-9 * n // 10)))


def _at(days: Mapping[int, int], rank: int) -> int:
    """The value at a rank counted from 1."""
    seen = 0
    for value in sorted(days):
        seen += days[value]
        if seen >= rank:
            return value
    raise ValueError(f"rank {rank} is beyond {seen} answers")


def answer_times(
    period: Period,
    at: datetime,
    *,
    basis: str = "receipt",
    scope: Scope = EVERYTHING,
    by: str = "department_id",
    hindsight: bool = False,
) -> tuple[Spread, dict[Any, Spread]]:
    """Working days from receipt to reply, as known at an instant: in all, and by a column of the
    case line (0: it has none) or by "month", under the month's first day.

    `basis` receipt: of the cases received in the period; event: of those answered in it.
    `hindsight`: the instant is past, and each case counts where it was then; read from the ledger.
    """
    dated = "received_at" if basis == "receipt" else "replied_at"
    first, after = period.instants
    cases = Case.objects.filter(
        Q(replied_at__lte=at, answer_days__isnull=False),
        Q(**{f"{dated}__gte": first, f"{dated}__lt": after}),
    )
    grouped: dict[Any, Counter[int]] = defaultdict(Counter)
    told = _then(cases, at, scope, by, dated) if hindsight else _now(cases, scope, by, dated)
    for value, took, n in told:
        grouped[value or 0][took] += n
    whole = sum(grouped.values(), Counter())
    return spread(whole), {key: spread(days) for key, days in grouped.items()}


Taken = Iterator[tuple[Any, int, int]]
"""The value of a column, working days, how many answers took so many."""


def _now(cases: QuerySet[Case], scope: Scope, by: str, dated: str) -> Taken:
    cases = cases.filter(scope.q(unassigned=None))
    if by == "month":
        cases = cases.annotate(month=TruncMonth(TruncDate(dated, tzinfo=ZONE)))
    yield from cases.values_list(by, "answer_days").annotate(n=Count("pk"))


def _then(cases: QuerySet[Case], at: datetime, scope: Scope, by: str, dated: str) -> Taken:
    for _pk, line, (took,) in lines_with(cases.order_by("pk"), "answer_days", instant=at):
        if scope.has_line(line):
            month = civil_day(getattr(line, dated)).replace(day=1)
            yield month if by == "month" else getattr(line, by), took, 1
