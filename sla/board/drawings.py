"""What the board draws: months as lines, days as a calendar of squares, groups as level bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from sla.board.tables import empty
from sla.figures.measures import civil_day
from sla.figures.periods import Period
from sla.figures.rates import Rate
from sla.figures.report import Report, Row
from sla.supervision import charts, wording
from sla.supervision.asking import Question

QUALITY = ("reply_rate", "on_time_rate", "satisfaction")


def month_charts(asked: Question, report: Report) -> dict[str, charts.LineChart]:
    """Received and replied, and the rates, over the months of the period; a month still to come
    has its place and no points."""
    held = {row.key: row for row in report.rows}
    months: list[date] = list(asked.period.months())
    today = civil_day(asked.at)
    rows = [
        (held.get(f"{month:%Y-%m}") or empty("", "")) if month <= today else None
        for month in months
    ]
    labels = [f"{m:%Y-%m}" if len(months) > 12 else f"{m:%m}" for m in months]
    volume = [
        (str(wording.COUNTS[name]), tuple([_many(row, name) for row in rows]))
        for name in ("received", "replied")
    ]
    rates = [row.rates if row else None for row in rows]
    quality = [
        (str(wording.RATES[name]), tuple([_height(found, name) for found in rates]))
        for name in QUALITY
    ]
    return {
        "volume": _lines(tuple(labels), tuple(volume)),
        "quality": _lines(tuple(labels), tuple(quality), top=100),
    }


@lru_cache(maxsize=256)
def _lines(
    labels: tuple[str, ...],
    series: tuple[tuple[str, tuple[float | None, ...]], ...],
    top: float | None = None,
) -> charts.LineChart:
    return charts.lines(labels, series, top=top)


def _many(row: Row | None, name: str) -> float | None:
    return None if row is None else float(row.counts[name])


def _height(rates: Mapping[str, Rate] | None, name: str) -> float | None:
    value = rates[name].value if rates else None
    return None if value is None else float(value)


class DayLinks:
    """Addresses of the lists of what was received on single days."""

    def __init__(self, asked: Question) -> None:
        over = {"from": "", "to": "", "basis": "receipt", "as_of": ""}
        self.all = asked.links(**over).to("received")

    def of(self, day: date) -> str:
        return f"{self.all}&from={day}&to={day}"


@dataclass(frozen=True, slots=True)
class Heat:
    """What came in day by day: the drawing, the days as a table of weeks, the total."""

    svg: SafeString
    period: Period
    by_day: Mapping[date, int]
    links: DayLinks

    @property
    def received(self) -> int:
        return sum(self.by_day.values())

    @property
    def weeks(self) -> list[tuple[date, list[tuple[int, str]]]]:
        """A row for each week in which something came in, Monday first, the newest on top."""
        mondays = {day - timedelta(days=day.weekday()) for day in self.by_day}
        return [
            (
                monday,
                [
                    (self.by_day.get(day, 0), self.links.of(day))
                    for day in (monday + timedelta(days=n) for n in range(7))
                ],
            )
            for monday in sorted(mondays, reverse=True)
        ]


def heat(asked: Question, received: Mapping[date, int], period: Period) -> Heat:
    """A square for each day, which opens the cases received on it."""
    label = _("Cases received on each day, a column for each week, Monday on top")
    href = DayLinks(asked)
    svg = _heat(label, href.all, tuple(received.items()), period)
    return Heat(svg, period, received, href)


@lru_cache(maxsize=64)
def _heat(
    label: str, href: str, received: tuple[tuple[date, int], ...], period: Period
) -> SafeString:
    """The drawing, remembered by all it is made from."""
    chart = charts.heat(dict(received), period.start, period.end)
    before = escape(href)
    side = f'width="{chart.side}" height="{chart.side}"'
    marks = [f'<text x="{x}" y="12">{day.month}</text>' for day, x in chart.marks]
    bare = [
        f"M{square.x} {square.y}h{chart.side}v{chart.side}h-{chart.side}z"
        for square in chart.squares
        if not square.level
    ]
    full = [
        f'<a href="{before}&amp;from={day}&amp;to={day}">'
        f'<rect class="heat-{square.level}" x="{square.x}" y="{square.y}" {side} rx="2">'
        f"<title>{day}: {square.value}</title></rect></a>"
        for square in chart.squares
        if square.level
        for day in [square.day.isoformat()]
    ]
    return mark_safe(  # noqa: S308 - numbers, days, and what is escaped
        f'<svg class="chart heat" viewBox="0 0 {chart.width} {chart.height}" role="group"'
        f' aria-label="{escape(label)}">{"".join(marks)}'
        f'<path class="heat-0" d="{"".join(bare)}"/>{"".join(full)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A group of open cases, with the list of exactly these."""

    label: str
    n: int
    url: str


def level_bars(groups: Sequence[Group]) -> list[dict[str, Any]]:
    """Level bars; the widest fills its track."""
    widest = max((group.n for group in groups), default=0) or 1
    return [
        {
            "label": group.label,
            "value": group.n,
            "share": round(100 * group.n / widest, 1),
            "url": group.url if group.n else "",
        }
        for group in groups
    ]
