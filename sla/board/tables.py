"""The tables of figures: every number a link to its list, every rate beside its two numbers.

Cells are written as HTML here, since a board has a thousand of them. Addresses come from
`asking.Links`, which quotes all that could end an attribute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.models import Department
from sla import streams
from sla.figures.definitions import SATISFACTION, Definition, chosen
from sla.figures.measures import MEASURES, civil_day
from sla.figures.periods import month_of
from sla.figures.rates import NONE, Rate, rates
from sla.figures.report import UNASSIGNED, Report, Row
from sla.figures.stock import STOCKS, Stock
from sla.supervision import wording
from sla.supervision.asking import Links, Question

COLUMNS = (
    "received",
    "excluded",
    "reply_rate",
    "published",
    "on_time_rate",
    "missed",
    "satisfaction",
    "participation",
)
SURVEY_COLUMNS = ("asked", "rated", "silent", "participation", "satisfied", "satisfaction")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what it is of, and the inside of its cells as HTML."""

    label: str
    cells: list[str]
    url: str = ""

    @property
    def html(self) -> str:
        label = escape(self.label)
        head = f'<a href="{escape(self.url)}">{label}</a>' if self.url else label
        cells = '</td><td class="num">'.join(self.cells)
        return f'<tr><th scope="row">{head}</th><td class="num">{cells}</td></tr>'


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: list[str]
    lines: list[Line]
    foot: Line

    @property
    def html(self) -> SafeString:
        first, *others = map(escape, self.head)
        heads = '</th><th scope="col" class="num">'.join(others)
        lines = "\n".join([line.html for line in self.lines])
        return mark_safe(  # noqa: S308 - labels are escaped, cells are written below
            f'<table class="table figures"><caption>{escape(self.caption)}</caption><thead><tr>'
            f'<th scope="col">{first}</th><th scope="col" class="num">{heads}</th></tr></thead>\n'
            f"<tbody>{lines}</tbody>\n<tfoot>{self.foot.html}</tfoot></table>"
        )


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the cells of rows on one basis.

    `bars`: a bar under each rate, to compare by eye; `intervals`: the range in which satisfaction
    lies where few have rated, which comes with the bars, too.
    """

    basis: str
    bars: bool = False
    intervals: bool = False
    few: int = field(default_factory=lambda: settings.FEW_RATINGS)
    codes: tuple[tuple[str, str], ...] = field(
        default_factory=lambda: tuple(settings.RATE_DEFINITIONS.items())
    )

    @property
    def definitions(self) -> dict[str, Definition]:
        return chosen(dict(self.codes))

    def row(self, row: Row, links: Links, columns: Sequence[str] = COLUMNS) -> list[str]:
        """What a row has in these columns."""
        return [*_cells(self, tuple(row.counts.items()), _href(links), tuple(columns))]

    def behind(self, name: str, rate: Rate, counts: Mapping[str, int]) -> tuple[str, str]:
        """The lists behind the two numbers of a rate; empty where there is none."""
        one = self.definitions[name]
        n, d = one.numerator, one.denominator
        # By event, what was received less what was excluded is no set of cases that could be
        # listed unless nothing was excluded.
        if d == "valid" and self.basis == "event":
            d = "received" if not counts["excluded"] else ""
        return n if rate.n else "", d if rate.d > 0 else ""

    def rate(self, name: str, rate: Rate, counts: Mapping[str, int], href: str) -> str:
        """The cell of a rate."""
        n_list, d_list = self.behind(name, rate, counts)
        n = number(rate.n, f"{href}{n_list}" if n_list else "")
        d = number(rate.d, f"{href}{d_list}" if d_list else "")
        value = rate.value
        percent = rate.percent if value is None else f"{value}%"
        cell = f'{percent}<br><span class="small nowrap">{n} / {d}</span>'
        if self.bars and value is not None:
            few = " few" if rate.d < self.few else ""
            cell += (
                f'<svg class="bar{few}" aria-hidden="true"><rect width="{min(value, 100)}%"/></svg>'
            )
        if (self.intervals or self.bars) and name == SATISFACTION and rate.interval is not None:
            low, high = rate.interval
            line = "" if self.bars else "<br>"
            cell += f'{line}<span class="small nowrap">({low:.0f}–{high:.0f}%)</span>'
        return cell


@lru_cache(maxsize=4096)
def _cells(
    write: Writer, counted: tuple[tuple[str, int], ...], href: str, columns: tuple[str, ...]
) -> tuple[str, ...]:
    """The cells of a row, remembered by all they are written from: from one look to the next most
    rows of a board stay as they are."""
    counts = dict(counted)
    found = rates(counts, write.definitions, few=write.few)
    return tuple(
        [
            write.rate(name, found[name], counts, href)
            if name in found
            else number(counts[name], f"{href}{name}")
            for name in columns
        ]
    )


def _href(links: Links) -> str:
    """The beginning of the addresses of lists, up to the name of the list."""
    return f"{links.base}&measure=".replace("&", "&amp;")


def number(n: int, href: str) -> str:
    """A number that opens its list; nothing has no list. `href` is escaped."""
    return f'<a href="{href}">{n}</a>' if n > 0 and href else str(n)


def stock_cells(stock: Mapping[str, int], links: Links) -> list[str]:
    href = _href(links)
    return [number(stock[name], f"{href}{name}") for name in STOCKS]


def month_table(asked: Question, report: Report) -> Table:
    """Every month of the period, those without a case too; of those to come there is nothing to
    tell yet."""
    today = civil_day(asked.at)
    held = {row.key: row for row in report.rows}
    write, lines = Writer(asked.basis), []
    for first in asked.period.months():
        key = f"{first:%Y-%m}"
        if first > today:
            lines.append(Line(key, [NONE] * len(COLUMNS)))
            continue
        month = month_of(first)
        over = {
            "from": max(month.start, asked.period.start).isoformat(),
            "to": min(month.end, asked.period.end).isoformat(),
        }
        row = held.get(key) or empty(key, key)
        lines.append(Line(key, write.row(row, asked.links(**over)), asked.page(**over)))
    foot = Line(report.total.label, write.row(report.total, asked.links()))
    return Table(_("By month"), _head(_("Month")), lines, foot)


def breakdown_table(
    asked: Question, report: Report, departments: Sequence[Department], stock: Stock
) -> Table:
    """A row for every department at work, for every kind, channel, topic or district, or for
    every handler with a case; in the order of the house, never by who is best."""
    by = report.by or ""
    write = Writer(asked.basis, bars=True)
    foot = Line(report.total.label, write.row(report.total, asked.links()))
    rows, house = _all_rows(report, departments, stock), asked.links(**{by: ""})
    caption, named = str(wording.BREAKDOWNS[by]), str(wording.PARTS[by])
    if by != "department":
        lines = [Line(row.label, write.row(row, house.of(by, row.key))) for _pk, row in rows]
        return Table(caption, _head(named), lines, foot)
    lines, page = [], reverse("supervision:department", args=["CODE"]) + asked.page()
    for pk, row in rows:
        links = house.of(by, row.key)
        cells = write.row(row, links) + stock_cells(stock.of(pk), links)
        lines.append(Line(row.label, cells, page.replace("CODE", row.key, 1) if pk else ""))
    foot.cells.extend(stock_cells(stock.total, asked.links()))
    head = _head(named) + [str(wording.COUNTS[name]) for name in STOCKS]
    return Table(caption, head, lines, foot)


def _all_rows(
    report: Report, departments: Sequence[Department], stock: Stock
) -> list[tuple[int, Row]]:
    """The rows of a breakdown, those with nothing counted too; departments with their keys."""
    by, held = report.by or "", {row.key: row for row in report.rows}
    if by != "department":
        names = {} if by == "handler" else {k: str(v) for k, v in streams.words(f"{by}s").items()}
        names |= {row.key: row.label for row in report.rows}
        return [(0, held.get(code) or empty(code, label)) for code, label in names.items()]
    rows: list[tuple[int, Row]] = [
        (d.pk, held.get(d.code) or empty(d.code, d.label))
        for d in departments
        if d.is_active or d.code in held or d.pk in stock.by_department
    ]
    if UNASSIGNED in held or 0 in stock.by_department:
        rows.append((0, held.get(UNASSIGNED) or empty(UNASSIGNED, _("No department yet"))))
    return rows


def survey_table(asked: Question, report: Report) -> Table:
    """Asked, rated, silent and satisfied, a row for each key with a survey."""
    by = report.by or ""
    house, write = asked.links(**{by: ""}), Writer(asked.basis, intervals=True)
    lines = [
        Line(row.label, _survey_cells(row, house.of(by, row.key), write))
        for row in report.rows
        if row.counts["asked"] or row.counts["rated"]
    ]
    foot = Line(report.total.label, _survey_cells(report.total, asked.links(), write))
    words = wording.COUNTS | wording.RATES
    head = [str(wording.PARTS[by]), *(str(words[name]) for name in SURVEY_COLUMNS)]
    return Table(str(wording.BREAKDOWNS[by]), head, lines, foot)


def _survey_cells(row: Row, links: Links, write: Writer) -> list[str]:
    """By event the silent are no set of surveys: those asked less those who rated in the period."""
    listed = f"{_href(links)}silent" if write.basis == "receipt" else ""
    return [
        number(silent(row), listed) if name == "silent" else write.row(row, links, (name,))[0]
        for name in SURVEY_COLUMNS
    ]


def silent(row: Row) -> int:
    """How many were asked and have not rated."""
    return row.counts["asked"] - row.counts["rated"]


def _head(first: str) -> list[str]:
    words = wording.COUNTS | wording.RATES
    return [first, *(str(words[name]) for name in COLUMNS)]


def empty(key: str, label: str) -> Row:
    return Row(key, label, dict.fromkeys(MEASURES, 0))
