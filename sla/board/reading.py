"""All a page of figures asks of the counts, in one statement where they are as known now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Department
from sla.figures.balance import (
    Balance,
    agreement,
    balance,
    balanced,
    flows,
    logged,
    row_faults,
)
from sla.figures.comparing import Spans, spans
from sla.figures.counting import Cell, Sums, past, read
from sla.figures.measures import MEASURES, SURVEYED, civil_day
from sla.figures.periods import Period
from sla.figures.report import COLUMNS, Heading, Report, told
from sla.figures.statement import Lying
from sla.supervision.asking import Question

LONGEST = timedelta(days=371)
"""What a calendar of days shows at most, counted back from the end of the period."""

RECEIVED = MEASURES.index("received")


@dataclass(frozen=True, slots=True)
class Checked:
    """The figures of a question: by each breakdown (None: in all), and whether they balance.

    `control`: some of the totals once more, where another table than that of the rows has them.
    """

    reports: Mapping[str | None, Report]
    balance: Balance
    control: Mapping[str, int]

    @property
    def faults(self) -> list[str]:
        """What does not add up; empty when all does."""
        rows = (fault for one in self.reports.values() for fault in row_faults(one))
        whole = self.reports[None]
        return [*self.balance.faults, *agreement(whole, self.balance), *rows, *self._controlled()]

    def _controlled(self) -> list[str]:
        whole = self.reports[None]
        found = [
            f"{measure}: the rows give {counted}, the totals of days and months {total}"
            for measure, total in self.control.items()
            for counted in [whole.total.counts[measure]]
            if counted != total
        ]
        return logged(whole.period, found)


@dataclass(frozen=True, slots=True)
class Figures(Checked):
    """What the board shows besides: the earlier figures to compare with; and, always as known now,
    what came in on each day of `days` and what lies open (see `open_cases.look`)."""

    earlier: Mapping[str, Report]
    days: Period
    received: Mapping[date, int]
    lying: Sequence[Cell]


def figures(
    asked: Question, bys: Sequence[str], departments: Sequence[Department], lying: Lying
) -> Figures:
    """The figures of a question. As known now: one statement. Raises counting.TooManyParts."""
    now, scope = asked.now, asked.scope
    days, earlier = _days(asked), _earlier(asked)
    columns = tuple(COLUMNS[by] for by in bys)
    main = Sums(asked.period, asked.basis, columns)
    calendar = Sums(days, "receipt", ("day",), measures=("received",))
    wanted = [calendar, main, *(Sums(span, asked.basis) for span in earlier.values())]
    if asked.of_the_past:
        found = read([calendar], now, scope, lying=lying)
        cells = list(past(asked.period, asked.basis, columns, asked.at, scope))
        flow = balance(asked.period, now, as_of=asked.as_of, scope=scope)
        then: list[list[Cell]] = []
    else:
        found = read([*wanted, *flows(asked.period)], now, scope, lying=lying)
        _calendar, cells, *rest = found.cells
        then = rest[: len(earlier)]
        flow = balanced(asked.period, now, rest[len(earlier) :], found.waiting)
    return Figures(
        told(_heading(asked, asked.period), bys, cells, departments),
        flow,
        {},
        {
            name: told(_heading(asked, span), (), own)[None]
            for (name, span), own in zip(earlier.items(), then, strict=True)
        },
        days,
        _received(found.cells[0]),
        found.lying,
    )


def checked(asked: Question, bys: Sequence[str], departments: Sequence[Department]) -> Checked:
    """The figures of a question by each of `bys`, with totals of the surveys from another table.

    As known now: one statement. Raises counting.TooManyParts.
    """
    period, scope = asked.period, asked.scope
    columns = tuple(COLUMNS[by] for by in bys)
    control: dict[str, int] = {}
    if asked.of_the_past:
        cells = list(past(period, asked.basis, columns, asked.at, scope))
        flow = balance(period, asked.now, as_of=asked.as_of, scope=scope)
    else:
        wanted = [
            Sums(period, asked.basis, columns),
            Sums(period, asked.basis, measures=SURVEYED),
            *flows(period),
        ]
        found = read(wanted, asked.now, scope, waiting=True)
        cells, totals, *flowing = found.cells
        for measure in SURVEYED:
            place = MEASURES.index(measure)
            control[measure] = sum(amounts[place] for _key, amounts in totals)
        flow = balanced(period, asked.now, flowing, found.waiting)
    return Checked(told(_heading(asked, period), bys, cells, departments), flow, control)


def load(asked: Question, lying: Lying) -> tuple[Period, dict[date, int], Sequence[Cell]]:
    """What came in on each day, the days shown, and what lies open. One query. Raises
    counting.TooManyParts."""
    days = _days(asked)
    calendar = Sums(days, "receipt", ("day",), measures=("received",))
    found = read([calendar], asked.now, asked.scope, lying=lying)
    return days, _received(found.cells[0]), found.lying


def _received(cells: Sequence[Cell]) -> dict[date, int]:
    counted: Counter[date] = Counter()
    for (day,), amounts in cells:
        counted[day] += amounts[RECEIVED]
    return {day: n for day, n in counted.items() if n}


def _heading(asked: Question, period: Period) -> Heading:
    return Heading(period, asked.basis, asked.at, asked.scope.unsurveyed)


def _days(asked: Question) -> Period:
    """The last year of a long period; nothing that is still to come."""
    period = asked.period
    end = max(min(period.end, civil_day(asked.now)), period.start)
    return Period(max(period.start, end - LONGEST), end)


def _earlier(asked: Question) -> dict[str, Period]:
    """The periods to compare with, by what they are; only figures known now are compared."""
    found: Spans | None = None
    if asked.as_of is None:
        found = spans(asked.period, civil_day(asked.now))
    if found is None:
        return {}
    named = {"before": found.before, "year_before": found.year_before}
    return {name: span for name, span in named.items() if span is not None}
