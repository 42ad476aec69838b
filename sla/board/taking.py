"""How long answers took: tables of medians and percentiles, checked against the figures."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from sla.board.tables import Line, Table, number
from sla.figures.balance import logged
from sla.figures.periods import month_of
from sla.figures.rates import NONE
from sla.figures.report import COLUMNS, Report, Row
from sla.figures.stock import Spread, spread
from sla.supervision import wording
from sla.supervision.asking import Links, Question

Times = tuple[Spread, dict[Any, Spread]]
"""Answer times in all, and by the values of one column (`stock.answer_times`)."""


def column_of(by: str) -> str:
    """The column of a case line that holds what a breakdown is by; "month" is no column."""
    return "handler_id" if by == "handler" else COLUMNS[by]


def time_table(asked: Question, report: Report, taken: Times) -> Table:
    """A row for each key with an answer: how many, and within how many working days."""
    by = report.by or ""
    whole, each = taken
    lines = [
        Line(row.label, _cells(each[row.value], _links(asked, by, row)))
        for row in report.rows
        if row.value in each
    ]
    head = _("Month") if by == "month" else str(wording.PARTS[by])
    caption = _("By month") if by == "month" else str(wording.BREAKDOWNS[by])
    heads = [head, _("Answers"), _("Half within"), _("Nine tenths within")]
    return Table(caption, heads, lines, Line(report.total.label, _cells(whole, asked.links())))


def _links(asked: Question, by: str, row: Row) -> Links:
    """To the answers of a row."""
    if by != "month":
        return asked.links(**{by: ""}).of(by, row.key)
    month = month_of(row.value)
    return asked.links(
        **{
            "from": max(month.start, asked.period.start).isoformat(),
            "to": min(month.end, asked.period.end).isoformat(),
        }
    )


def _cells(one: Spread, links: Links) -> list[str]:
    href = links.to("replied").replace("&", "&amp;")
    return [number(one.n, href), days(one.median), days(one.p90)]


def days(value: float | None) -> str:
    """Working days as they are written: 3, 2.5, or a dash where there was no answer."""
    return NONE if value is None else f"{value:g}"


def time_faults(report: Report, taken: Times) -> list[str]:
    """Rows, and the total, whose answers are not as many as the figures have; logged as errors."""
    whole, each = taken
    wanted = [
        (row.label, row.counts["replied"], each.get(row.value, NOBODY)) for row in report.rows
    ]
    wanted.append((report.total.label, report.total.counts["replied"], whole))
    found = [
        f"{label}: the cases give {one.n} answers, the figures {told}"
        for label, told, one in wanted
        if one.n != told
    ]
    return logged(report.period, found)


NOBODY = spread({})
