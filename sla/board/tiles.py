"""What the board shows in large: the rates with the way they went, counts, what lies open now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from sla.board.tables import Writer
from sla.figures.comparing import Change, changes
from sla.figures.rates import Rate
from sla.figures.report import Report, Row
from sla.supervision import wording
from sla.supervision.asking import Links, Question

COUNTS = ("received", "replied", "published", "met", "missed", "excluded")
TONES = {"due_soon": "warn", "overdue": "danger"}
SPANS = {"before": _lazy("Period before"), "year_before": _lazy("Year before")}


@dataclass(frozen=True, slots=True)
class Tile:
    """A count and the list behind it."""

    label: str
    value: int
    url: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class RateTile:
    """A rate, the lists behind its two numbers, and which way it went.

    `interval` is the rate's, here because rates are compared without it and tiles are not."""

    label: str
    note: str
    rate: Rate
    interval: tuple[Decimal, Decimal] | None
    n_url: str = ""
    d_url: str = ""
    change: str = ""


def rate_tiles(asked: Question, row: Row, then: Mapping[str, Report]) -> list[RateTile]:
    """The rates; `then` are the figures to compare with, if there are any."""
    links, write, tiles = asked.links(), Writer(asked.basis), []
    ways = _ways(row, then)
    for name, rate in row.rates.items():
        n, d = write.behind(name, rate, row.counts)
        tiles.append(
            RateTile(
                str(wording.RATES[name]),
                wording.rate_note(write.definitions[name]),
                rate,
                rate.interval,
                links.to(n) if n else "",
                links.to(d) if d else "",
                ways.get(name, ""),
            )
        )
    return tiles


def _ways(row: Row, then: Mapping[str, Report]) -> dict[str, str]:
    """Which way each rate went since the first of the earlier periods, in words."""
    for name, one in then.items():
        found = changes(row.counts, row.rates, one.total.counts, one.total.rates)
        return {
            rate: _("%(span)s: %(then)s, %(way)s")
            % {"span": SPANS[name], "then": found[rate].then, "way": way}
            for rate in wording.RATES
            if (way := _way(rate, found[rate]))
        }
    return {}


def count_tiles(asked: Question, row: Row) -> list[Tile]:
    links = asked.links()
    return [_tile(name, row.counts[name], links) for name in COUNTS]


def stock_tiles(asked: Question, stock: Mapping[str, int]) -> list[Tile]:
    """What lies open now, the most pressing first."""
    links = asked.links()
    return [_tile(name, stock[name], links) for name in ("overdue", "due_soon", "open", "paused")]


def _tile(name: str, n: int, links: Links) -> Tile:
    url, tone = (links.to(name), TONES.get(name, "")) if n else ("", "")
    return Tile(str(wording.COUNTS[name]), n, url, tone)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of the comparison: now, and each earlier value with the way it went since."""

    label: str
    now: str
    then: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    head: tuple[str, ...]
    rows: tuple[Compared, ...]


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
    spans = [f"{SPANS[name]}: {one.period.start} – {one.period.end}" for name, one in then.items()]
    words = wording.COUNTS | wording.RATES
    first = next(iter(found.values()))
    rows = [
        Compared(
            str(words[measure]),
            change.now,
            tuple((one[measure].then, _way(measure, one[measure])) for one in found.values()),
        )
        for measure, change in first.items()
    ]
    return Comparison((_("Now"), *spans), tuple(rows))


def _way(measure: str, change: Change) -> str:
    """Such as "up by 3" or "down by 1.25 percentage points"; empty where incomparable."""
    if change.by is None:
        return ""
    word = str(wording.DIRECTIONS[change.direction])
    if not change.by:
        return word
    unit = f" {_('percentage points')}" if measure in wording.RATES else ""
    return f"{word} {abs(change.by)}{unit}"
