"""Reading counts: now from the rollups at a fixed cost, as of an earlier instant from the cases.

All that a page asks of the rollups is read in one statement, so in one snapshot: no fold or sweep
can come between two of its numbers. `sla.figures.statement` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from sla.figures.measures import MEASURES, PARTS
from sla.figures.periods import Period
from sla.figures.recounting import recount
from sla.figures.scope import EVERYTHING, Scope
from sla.figures.statement import Lying, Source, Statement, around_months, has_months
from sla.models import Case

Amounts = tuple[int, ...]
"""A count of every measure, in their order."""
Cell = tuple[tuple[Any, ...], Amounts]
"""The values of the columns asked for, and the counts under them; a key may come more than once."""


class TooManyParts(ValueError):
    """A report by two of topic, district and handler at once: they are folded one by one."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts asked for: of a period, on a basis, by columns. Measures not named are read as 0.

    `of_months`: added up from the totals of months even where those of days would do.
    """

    period: Period
    basis: str
    columns: tuple[str, ...] = ()
    measures: tuple[str, ...] = MEASURES
    of_months: bool = False

    def part(self, scope: Scope) -> str | None:
        """The part the question needs, if any. Raises TooManyParts."""
        wanted = {column for column in self.columns if column in PARTS} | set(scope.parts)
        if len(wanted) > 1:
            raise TooManyParts(f"no figures by {' and '.join(sorted(wanted))} at once")
        return wanted.pop() if wanted else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one statement found: the cells of each sum, how many cases wait for an answer, and what
    lies open (under the columns of `Lying`, the counts of `Statement.add_open`)."""

    cells: list[list[Cell]]
    waiting: int = 0
    lying: list[Cell] = field(default_factory=list)


def live(
    period: Period, basis: str, columns: Sequence[str], now: datetime, scope: Scope
) -> list[Cell]:
    """Rollups, unfolded deltas and unwritten misses of one period. Raises TooManyParts."""
    return read([Sums(period, basis, tuple(columns))], now, scope).cells[0]


def read(
    asked: Sequence[Sums],
    now: datetime,
    scope: Scope,
    *,
    waiting: bool = False,
    lying: Lying | None = None,
) -> Reading:
    """All sums in one statement. `waiting`: also the cases neither answered nor excluded. `lying`:
    also what lies open, these among them.

    Raises TooManyParts.
    """
    columns = [c for sums in asked for c in sums.columns] + [*(lying.columns if lying else ())]
    statement = Statement(tuple(dict.fromkeys(columns)), scope)
    if any("missed" in sums.measures for sums in asked):
        statement.silent_at = now
    for place, sums in enumerate(asked):
        part = sums.part(scope)
        statement.add(place, sums, Source.DELTAS)
        if "missed" in sums.measures:
            statement.add_silent(place, sums)
        if _of_days(sums, scope):
            statement.add(place, sums, Source.DAYS)
        elif _of_months(sums, scope):
            statement.add(place, sums, Source.MONTHS)
            for span in around_months(sums):
                statement.add(place, replace(sums, period=span), Source.ROLLUPS)
        else:
            statement.add(place, sums, Source.ROLLUPS if part is None else Source.PARTS, part)
    if lying is not None:
        statement.add_open(len(asked), lying)
    elif waiting:
        statement.add_waiting(len(asked))
    cells: list[list[Cell]] = [[] for _ in range(len(asked) + 1)]
    shapes = [statement.shape(sums.columns) for sums in asked]
    shapes.append(statement.shape(lying.columns if lying else ()))
    width = 1 + len(statement.columns)
    for row in statement.rows():
        shape = shapes[row[0]]
        key = tuple([row[at] if told is None else told[row[at]] for at, told in shape])
        cells[row[0]].append((key, row[width:]))
    found = cells.pop()
    place = 0 if lying is None else WAITS
    return Reading(cells, sum(amounts[place] for _key, amounts in found), found if lying else [])


WAITS = 4
"""Where `Statement.add_open` counts those that wait."""


def _of_days(sums: Sums, scope: Scope) -> bool:
    """Whether the totals of days know it all."""
    whole = scope.keys() == Q() and not scope.parts and not scope.unsurveyed
    return whole and not sums.of_months and set(sums.columns) <= {"day"}


def _of_months(sums: Sums, scope: Scope) -> bool:
    """Whether the totals of months know it all, but for the days around them."""
    house = replace(scope, department_id=None) == EVERYTHING
    return house and has_months(sums) and set(sums.columns) <= {"department_id", "month"}


def past(
    period: Period, basis: str, columns: Sequence[str], instant: datetime, scope: Scope
) -> Iterator[Cell]:
    """Recounted from what the cases were at the instant."""
    for cell, n in recount(Case.objects.all(), instant, basis=basis, period=period).items():
        if scope.counts(cell):
            held: dict[str, Any] = cell.key._asdict()
            month: date = held["day"].replace(day=1)
            held["month"] = month
            key = tuple(held[column] for column in columns)
            yield key, tuple(n if measure == cell.measure else 0 for measure in MEASURES)
