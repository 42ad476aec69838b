"""What the board shows of a report: tiles, tables and charts, every number with its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Department
from sla import charts, streams, wording
from sla.asking import Links, Question
from sla.comparing import Change, changes
from sla.figures import UNASSIGNED, Report, Row, definitions
from sla.measures import MEASURES
from sla.periods import month_of
from sla.rates import NONE, Rate
from sla.stock import STOCKS, Spread, Stock

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
TONES = {"due_soon": "warn", "overdue": "danger"}


@dataclass(frozen=True, slots=True)
class Tile:
    """A count and the list behind it."""

    label: str
    value: int
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class RateTile:
    """A rate and the lists behind its two numbers."""

    label: str
    note: str
    rate: Rate
    n_url: str = ""
    d_url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: what it is of, and the inside of its cells as HTML."""

    label: str
    cells: list[str]
    url: str = ""

    @property
    def html(self) -> SafeString:
        """The cells; written here because a board has a thousand of them."""
        return format_html_join("", '<td class="num">{}</td>', ((cell,) for cell in self.cells))


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    head: list[str]
    lines: list[Line]
    foot: Line


def rate_tiles(asked: Question, row: Row) -> list[RateTile]:
    links = asked.links()
    tiles = []
    for name, rate in row.rates.items():
        n_url, d_url = _behind(name, rate, row.counts, links, asked.basis)
        words = (str(wording.RATES[name]), wording.rate_note(definitions()[name]))
        tiles.append(RateTile(*words, rate, n_url, d_url))
    return tiles


def count_tiles(asked: Question, row: Row) -> list[Tile]:
    names = ("received", "replied", "published", "met", "missed", "excluded")
    return [_tile(name, row.counts[name], asked.links()) for name in names]


def stock_tiles(asked: Question, stock: Mapping[str, int]) -> list[Tile]:
    return [_tile(name, stock[name], asked.links()) for name in STOCKS]


def _tile(name: str, n: int, links: Links) -> Tile:
    url, tone = (links.to(name), TONES.get(name, "")) if n else ("", "")
    return Tile(str(wording.COUNTS[name]), n, url, tone)


def month_table(asked: Question, report: Report) -> Table:
    """Every month of the period, those without a case too."""
    held = {row.key: row for row in report.rows}
    lines = []
    for first in asked.period.months():
        key = f"{first:%Y-%m}"
        month = month_of(first)
        over = {
            "from": max(month.start, asked.period.start).isoformat(),
            "to": min(month.end, asked.period.end).isoformat(),
        }
        row = held.get(key) or _empty(key, key)
        lines.append(Line(key, _cells(row, asked.links(**over), asked.basis), asked.page(**over)))
    return Table(_("By month"), _head(_("Month")), lines, _foot(asked, report.total))


def breakdown_table(
    asked: Question, report: Report, departments: Sequence[Department], stock: Stock
) -> Table:
    """A row for every department at work, for every kind, channel, topic or district, or for
    every handler with a case."""
    by = report.by or ""
    held = {row.key: row for row in report.rows}
    if by == "department":
        return _department_table(asked, report, held, departments, stock)
    names = {} if by == "handler" else dict(streams.words(f"{by}s"))
    names |= {row.key: row.label for row in report.rows}
    lines = []
    for code, label in names.items():
        row = held.get(code) or _empty(code, str(label))
        lines.append(Line(str(label), _cells(row, asked.links(**{by: code}), asked.basis)))
    caption = str(wording.BREAKDOWNS[by])
    return Table(caption, _head(caption), lines, _foot(asked, report.total))


def _department_table(
    asked: Question,
    report: Report,
    held: Mapping[str, Row],
    departments: Sequence[Department],
    stock: Stock,
) -> Table:
    rows: list[tuple[int, Row]] = [
        (d.pk, held.get(d.code) or _empty(d.code, d.label))
        for d in departments
        if d.is_active or d.code in held or d.pk in stock.by_department
    ]
    if UNASSIGNED in held or 0 in stock.by_department:
        rows.append((0, held.get(UNASSIGNED) or _empty(UNASSIGNED, _("No department yet"))))
    lines, period, house = [], asked.page(), asked.links(department="")
    for pk, row in rows:
        links = house.of("department", row.key)
        cells = _cells(row, links, asked.basis) + _stock_cells(stock.of(pk), links)
        page = reverse("supervision:department", args=[row.key]) + period if pk else ""
        lines.append(Line(row.label, cells, page))
    head = _head(_("Department")) + [str(wording.COUNTS[name]) for name in STOCKS]
    foot = _foot(asked, report.total)
    foot.cells.extend(_stock_cells(stock.total, asked.links()))
    return Table(_("By department"), head, lines, foot)


def survey_table(asked: Question, report: Report) -> Table:
    """Asked, rated, silent and satisfied, a row for each channel or department with a survey."""
    by = report.by or ""
    house = asked.links(**{by: ""})
    lines = [
        Line(row.label, _survey_cells(row, house.of(by, row.key), asked.basis))
        for row in report.rows
        if row.counts["asked"] or row.counts["rated"]
    ]
    caption = str(wording.BREAKDOWNS[by])
    foot = Line(report.total.label, _survey_cells(report.total, asked.links(), asked.basis))
    words = wording.COUNTS | wording.RATES
    head = [caption, *(str(words[name]) for name in SURVEY_COLUMNS)]
    return Table(caption, head, lines, foot)


def _survey_cells(row: Row, links: Links, basis: str) -> list[str]:
    counts, found = row.counts, row.rates
    silent = {"silent": counts["asked"] - counts["rated"]}
    return [
        _rate_cell(name, found[name], counts, links, basis)
        if name in found
        else _number((counts | silent)[name], links.to(name) if name in counts else "")
        for name in SURVEY_COLUMNS
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of the comparison: now, and each earlier value with the way it went since."""

    label: str
    now: str
    then: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    head: list[str]
    rows: list[Compared]


SPANS = {"before": _lazy("Period before"), "year_before": _lazy("Year before")}


def comparison(own: Row, then: Mapping[str, Report]) -> Comparison | None:
    """The totals beside those of the period and year before; None where there is neither.

    Nothing is counted after today: the totals of a period under way are those up to now.
    """
    if not then:
        return None
    found = {
        name: changes(own.counts, own.rates, one.total.counts, one.total.rates)
        for name, one in then.items()
    }
    head = [f"{SPANS[name]}: {one.period.start} – {one.period.end}" for name, one in then.items()]
    head.insert(0, _("Now"))
    words = wording.COUNTS | wording.RATES
    first = next(iter(found.values()))
    rows = [
        Compared(
            str(words[measure]),
            change.now,
            [(one[measure].then, _way(measure, one[measure])) for one in found.values()],
        )
        for measure, change in first.items()
    ]
    return Comparison(head, rows)


def _way(measure: str, change: Change) -> str:
    """Such as "up by 3" or "down by 1.25 percentage points"; empty where incomparable."""
    if change.by is None:
        return ""
    word = str(wording.DIRECTIONS[change.direction])
    if not change.by:
        return word
    unit = f" {_('percentage points')}" if measure in wording.RATES else ""
    return f"{word} {abs(change.by)}{unit}"


def _head(first: str) -> list[str]:
    words = wording.COUNTS | wording.RATES
    return [first, *(str(words[name]) for name in COLUMNS)]


def _foot(asked: Question, total: Row) -> Line:
    return Line(total.label, _cells(total, asked.links(), asked.basis))


def _empty(key: str, label: str) -> Row:
    return Row(key, label, dict.fromkeys(MEASURES, 0))


def _cells(row: Row, links: Links, basis: str) -> list[str]:
    """The cells of a row; made here because a board has hundreds of them."""
    found = row.rates
    return [
        _rate_cell(name, found[name], row.counts, links, basis)
        if name in found
        else _number(row.counts[name], links.to(name))
        for name in COLUMNS
    ]


def _stock_cells(stock: Mapping[str, int], links: Links) -> list[str]:
    return [_number(stock[name], links.to(name)) for name in STOCKS]


def _rate_cell(name: str, rate: Rate, counts: Mapping[str, int], links: Links, basis: str) -> str:
    n_url, d_url = _behind(name, rate, counts, links, basis)
    n, d = _number(rate.n, n_url), _number(rate.d, d_url)
    return mark_safe(  # noqa: S308 - numbers, and addresses escaped below
        f'{rate.percent}<br><span class="small nowrap">{n} / {d}</span>'
    )


def _number(n: int, url: str) -> str:
    """A number that opens its list; nothing has no list."""
    if n > 0 and url:
        return mark_safe(f'<a href="{escape(url)}">{n}</a>')  # noqa: S308 - escaped
    return str(n)


def _behind(
    name: str, rate: Rate, counts: Mapping[str, int], links: Links, basis: str
) -> tuple[str, str]:
    """The lists behind the two numbers of a rate."""
    n, d = definitions()[name].numerator, definitions()[name].denominator
    # By event, what was received less what was excluded is no set of cases that could be listed
    # unless nothing was excluded.
    if d == "valid" and basis == "event":
        d = "received" if not counts["excluded"] else ""
    return links.to(n) if rate.n else "", links.to(d) if d and rate.d > 0 else ""


def month_charts(asked: Question, report: Report) -> dict[str, charts.LineChart]:
    """Received and replied, and the rates, over the months of the period."""
    held = {row.key: row for row in report.rows}
    months: list[date] = list(asked.period.months())
    rows = [held.get(f"{m:%Y-%m}") or _empty("", "") for m in months]
    labels = [f"{m:%Y-%m}" if len(months) > 12 else f"{m:%m}" for m in months]
    volume = [
        (str(wording.COUNTS[name]), [float(row.counts[name]) for row in rows])
        for name in ("received", "replied")
    ]
    quality = [
        (str(wording.RATES[name]), [_height(row.rates[name]) for row in rows])
        for name in ("reply_rate", "on_time_rate", "satisfaction")
    ]
    return {
        "volume": charts.lines(labels, volume),
        "quality": charts.lines(labels, quality, top=100),
    }


def _height(rate: Rate) -> float | None:
    return None if rate.value is None else float(rate.value)


def received_rows(asked: Question, report: Report) -> list[dict[str, Any]]:
    """Level bars of what each row received, the widest filling its track."""
    widest = max([row.counts["received"] for row in report.rows], default=0) or 1
    by = report.by or ""
    links = asked.links(**{by: ""})
    return [
        {
            "label": row.label,
            "value": row.counts["received"],
            "share": round(100 * row.counts["received"] / widest, 1),
            "url": links.of(by, row.key).to("received"),
        }
        for row in report.rows
        if row.counts["received"]
    ]


def side_by_side(asked: Question, report: Report) -> list[tuple[str, list[dict[str, Any]]]]:
    """The rates of all parts beside each other, in the order of the house: no league table."""
    by = report.by or ""
    links = asked.links(**{by: ""})
    return [
        (
            str(wording.RATES[name]),
            [
                {
                    "label": row.label,
                    "value": f"{row.rates[name].percent} ({row.rates[name].n}/{row.rates[name].d})",
                    "share": min(100.0, _height(row.rates[name]) or 0.0),
                    "url": links.of(by, row.key).to(definitions()[name].numerator)
                    if row.rates[name].n
                    else "",
                }
                for row in report.rows
            ],
        )
        for name in ("reply_rate", "on_time_rate", "satisfaction")
    ]


def spread_cells(label: str, one: Spread) -> tuple[str, int, str, str]:
    """A row of answer times: how many answers, and within how many working days."""
    return label, one.n, days(one.median), days(one.p90)


def days(value: float | None) -> str:
    """Working days as they are written: 3, 2.5, or a dash where there was no answer."""
    return NONE if value is None else f"{value:g}"
