"""The figures everybody may see: a year's totals, and what came in by kind and month.

No count of that table lets few people be picked out: see `sla.figures.small_cells`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sla import streams
from sla.figures.balance import Balance, balance
from sla.figures.counting import live
from sla.figures.measures import MEASURES
from sla.figures.periods import Period
from sla.figures.report import Report, report
from sla.figures.scope import EVERYTHING
from sla.figures.small_cells import MARK, shown

RECEIVED = MEASURES.index("received")


@dataclass(frozen=True, slots=True)
class Row:
    """A kind with what came in of it; None where a count is too small to be shown."""

    code: str
    label: str
    cells: list[int | None]
    total: int

    @property
    def marked(self) -> list[int | str]:
        return [MARK if n is None else n for n in self.cells]


@dataclass(frozen=True, slots=True)
class PublicFigures:
    report: Report
    balance: Balance
    months: list[date]
    rows: list[Row]
    month_totals: list[int]

    @property
    def some_hidden(self) -> bool:
        return any(n is None for row in self.rows for n in row.cells)

    def as_data(self) -> dict[str, Any]:
        data = self.report.as_data()
        del data["by"], data["rows"]
        return data | {
            "balance": self.balance.as_data(),
            "received_by_kind_and_month": {
                "months": [f"{month:%Y-%m}" for month in self.months],
                "rows": [
                    {"kind": row.code, "received": row.cells, "total": row.total}
                    for row in self.rows
                ],
                "total": self.month_totals,
            },
        }


def public_figures(period: Period, now: datetime) -> PublicFigures:
    """By receipt, as known now. Three statements, whatever the number of cases."""
    counted: Counter[tuple[str, date]] = Counter()
    for (kind, month), counts in live(period, "receipt", ("kind", "month"), now, EVERYTHING):
        counted[kind, month] += counts[RECEIVED]
    months = list(period.months())
    words = streams.words("kinds")
    kinds = [*words, *sorted({kind for kind, _ in counted} - set(words))]
    table = [[counted[kind, month] for month in months] for kind in kinds]
    rows = [
        Row(kind, str(words.get(kind, kind)), cells, sum(whole))
        for kind, cells, whole in zip(kinds, shown(table), table, strict=True)
    ]
    return PublicFigures(
        report(period.start, period.end, now=now),
        balance(period, now),
        months,
        rows,
        [sum(column) for column in zip(*table, strict=True)],
    )
