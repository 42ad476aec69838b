"""The figures of a period: exact at any instant, at a cost that does not grow with the cases.

Now: rollups, deltas not yet folded, and misses the sweep has not yet written, read in one
statement, so that no fold or sweep can come between them. As of an earlier instant: recounted
from the case lines as the ledger says they were then. `counting` reads, this puts in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Department, User
from sla import streams
from sla.figures.counting import Amounts, Cell, live, past
from sla.figures.definitions import Definition, chosen
from sla.figures.measures import BASES, MEASURES, ZONE
from sla.figures.periods import Period
from sla.figures.rates import DEFINITION, Rate, rates
from sla.figures.scope import EVERYTHING, Scope

COLUMNS = {
    "department": "department_id",
    "kind": "kind",
    "channel": "channel",
    "month": "month",
    "topic": "category",
    "district": "district",
    "handler": "handler",
}
"""What a report may be broken down by, and the column that holds it."""

UNASSIGNED = "unassigned"
"""Key of the cases that have no department, topic, district or handler (yet)."""


def definitions() -> dict[str, Definition]:
    """What each rate divides by what in this house, by rate."""
    return chosen(settings.RATE_DEFINITIONS)


Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Row:
    """The counts under one key, with its name in the reader's language.

    `value` is what the case lines have under the key, 0 for nothing: a primary key, a code, or the
    first day of a month.
    """

    key: str
    label: str
    counts: Counts
    value: Any = None

    @property
    def rates(self) -> dict[str, Rate]:
        return rates(self.counts, definitions(), few=settings.FEW_RATINGS)

    def as_data(self) -> dict[str, Any]:
        found = {name: rate.as_data() for name, rate in self.rates.items()}
        return {"key": self.key, "label": self.label, **self.counts, "rates": found}


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of a period on one basis, as known at one instant, under one definition."""

    period: Period
    basis: str
    as_of: datetime
    total: Row
    by: str | None = None
    rows: list[Row] = field(default_factory=list)
    definition: str = DEFINITION
    unsurveyed: frozenset[str] = frozenset()

    def as_data(self) -> dict[str, Any]:
        """The report as JSON keeps it."""
        return {
            "period": {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()},
            "basis": self.basis,
            "as_of": self.as_of.astimezone(ZONE).isoformat(),
            "definition": self.definition,
            "satisfaction_without_channels": sorted(self.unsurveyed),
            "definitions": {name: one.as_data() for name, one in definitions().items()},
            "by": self.by,
            "total": self.total.as_data(),
            "rows": [row.as_data() for row in self.rows],
        }


def report(
    start: date,
    end: date,
    *,
    basis: str = "receipt",
    by: str | None = None,
    as_of: datetime | None = None,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> Report:
    """The figures of the days `start` to `end`, both included.

    `basis` receipt: what became of the cases received then; event: what happened then. `as_of`
    None: as known `now`. Only keys with a count have a row. Raises ValueError for an unknown
    basis or breakdown, a reversed period, an `as_of` still to come, or two of topic, district
    and handler at once.
    """
    bys = (by,) if by else ()
    made = reports(start, end, bys=bys, basis=basis, as_of=as_of, now=now, scope=scope)
    return made[by]


def reports(
    start: date,
    end: date,
    *,
    bys: Iterable[str] = (),
    basis: str = "receipt",
    as_of: datetime | None = None,
    now: datetime,
    scope: Scope = EVERYTHING,
) -> dict[str | None, Report]:
    """Several breakdowns of the same figures from one reading; None is the plain total."""
    period, bys = Period(start, end), tuple(bys)
    if basis not in BASES:
        raise ValueError(f"{basis!r} is no basis; there are {', '.join(BASES)}")
    if unknown := set(bys) - set(COLUMNS):
        raise ValueError(f"no breakdown by {', '.join(sorted(unknown))}")
    if as_of is not None and as_of > now:
        raise ValueError(f"{as_of} is still to come")
    columns = [COLUMNS[by] for by in bys]
    if as_of is None or as_of == now:
        cells = live(period, basis, columns, now, scope)
    else:
        cells = list(past(period, basis, columns, as_of, scope))
    return told(Heading(period, basis, as_of or now, scope.unsurveyed), bys, cells)


@dataclass(frozen=True, slots=True)
class Heading:
    """What counts are of."""

    period: Period
    basis: str
    as_of: datetime
    unsurveyed: frozenset[str] = frozenset()


def told(
    of: Heading,
    bys: Sequence[str],
    cells: Sequence[Cell],
    departments: Sequence[Department] | None = None,
) -> dict[str | None, Report]:
    """The reports cells make, whose keys are the columns of `bys`; None is the plain total.

    `departments`: all of them in the order of the house, where they have been read already.
    """
    total = Row("total", _("Total"), _summed([amounts for _key, amounts in cells]))

    def made(by: str | None, rows: list[Row]) -> Report:
        return Report(of.period, of.basis, of.as_of, total, by, rows, unsurveyed=of.unsurveyed)

    found: dict[str | None, Report] = {None: made(None, [])}
    for place, by in enumerate(bys):
        found[by] = made(by, _rows(by, place, cells, departments))
    return found


def _summed(many: Sequence[Amounts]) -> Counts:
    if not many:
        return dict.fromkeys(MEASURES, 0)
    return dict(zip(MEASURES, map(sum, zip(*many, strict=True)), strict=True))


def _rows(
    by: str, place: int, cells: Iterable[Cell], departments: Sequence[Department] | None
) -> list[Row]:
    grouped: dict[Any, list[Amounts]] = defaultdict(list)
    for key, amounts in cells:
        grouped[key[place] or UNASSIGNED].append(amounts)
    summed = {value: _summed(many) for value, many in grouped.items()}
    held = {value: counts for value, counts in summed.items() if any(counts.values())}
    match by:
        case "department":
            known = departments or Department.objects.filter(pk__in=_keys(held))
            return _named(held, known, "code", _("No department yet"))
        case "handler":
            staff = User.objects.order_by("username").filter(pk__in=_keys(held))
            return _named(held, staff, "username", _("No handler yet"))
        case "month":
            return [Row(name, name, held[m], m) for m in sorted(held) for name in [f"{m:%Y-%m}"]]
    names = dict(streams.words(f"{by}s")) | {UNASSIGNED: NOTHING.get(by, UNASSIGNED)}
    order = {code: place for place, code in enumerate(names)}
    return [
        Row(code, str(names.get(code, code)), held[code], 0 if code == UNASSIGNED else code)
        for code in sorted(held, key=lambda code: (order.get(code, len(order)), str(code)))
    ]


NOTHING = {"topic": _lazy("No topic"), "district": _lazy("No district")}


def _keys(held: Mapping[Any, Counts]) -> list[Any]:
    return [pk for pk in held if pk != UNASSIGNED]


def _named(
    held: Mapping[Any, Counts], known: Iterable[Any], attribute: str, nobody: str
) -> list[Row]:
    """Rows of departments or staff, found by primary key, called by a name of theirs."""
    rows = [
        Row(getattr(one, attribute), str(one), held[key], one.pk)
        for one in known
        for key in (one.pk, str(one.pk))
        if key in held
    ]
    if UNASSIGNED in held:
        rows.append(Row(UNASSIGNED, nobody, held[UNASSIGNED], 0))
    return rows
