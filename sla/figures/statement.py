"""One statement over the tables of counts, written by hand: put together by the ORM, its dozen
selects would take longer than the database takes to answer them.

Every select has the same columns: the place of the sum it belongs to, the keys asked for (NULL
where a sum does not ask for one), a count of every measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from django.db import connection

from sla.figures.measures import MEASURES, SURVEYED, ZONE
from sla.figures.periods import ONE_DAY, Period
from sla.figures.scope import Scope
from sla.models import Case, DayTotal, Delta, MonthTotal, PartRollup, Rollup

if TYPE_CHECKING:
    from django.db.models import QuerySet

TYPES = {"day": "date", "month": "date", "department_id": "bigint"}
TEXT = "varchar(40)"
SILENT = {
    "received_at": "received_at",
    "due_at": "due_at",
    "department_id": "COALESCE(department_id, 0)",
    "kind": "kind",
    "channel": "channel",
    "category": "category",
    "district": "district",
    "handler_id": "COALESCE(CAST(handler_id AS varchar(40)), '')",
}
"""What is read of a case with a silent miss, and how it is written among the counts."""


class Source(Enum):
    """The tables of counts."""

    DAYS = DayTotal._meta.db_table
    MONTHS = MonthTotal._meta.db_table
    ROLLUPS = Rollup._meta.db_table
    PARTS = PartRollup._meta.db_table
    DELTAS = Delta._meta.db_table


class Asked(Protocol):
    """What a sum is of; see `counting.Sums`."""

    @property
    def period(self) -> Period: ...
    @property
    def basis(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def measures(self) -> tuple[str, ...]: ...


class Statement:
    """Selects under each other, for cases within one scope."""

    def __init__(self, columns: tuple[str, ...], scope: Scope) -> None:
        self.columns, self.scope = columns, scope
        self.silent: QuerySet[Case] | None = None
        self._selects: list[str] = []
        self._params: list[Any] = []

    def add(self, place: int, asked: Asked, source: Source, part: str | None = None) -> None:
        """The counts of one table; of MONTHS those of whole months alone."""
        where, params = self._within(source, part)
        grains, days = _when(asked, source)
        keys = {column: column for column in asked.columns} | {"month": "day"}
        if source is Source.PARTS and part:
            keys[part] = "value"
        amounts = {measure: self._sum(measure) for measure in asked.measures}
        left_out = [
            channel
            for measure in asked.measures
            if measure in SURVEYED
            for channel in sorted(self.scope.unsurveyed)
        ]
        self._select(place, asked, keys, amounts, source.value, ["basis = %s", *where, grains])
        self._params += [*left_out, asked.basis, *params, *(day.isoformat() for day in days)]

    def add_silent(self, place: int, asked: Asked) -> None:
        """Misses the sweep has not written, from the cases in `silent`."""
        dated = "received_at" if asked.basis == "receipt" else "due_at"
        day, told = connection.ops.datetime_cast_date_sql(dated, (), ZONE.key)
        keys = {**SILENT, "handler": SILENT["handler_id"], "day": day, "month": day}
        named = [column for column in asked.columns if column in ("day", "month")]
        within = [f"{dated} >= %s", f"{dated} < %s"]
        self._select(place, asked, keys, {"missed": "COUNT(*)"}, "silent", within)
        for _ in named:
            self._params += told
        self._params += map(connection.ops.adapt_datetimefield_value, asked.period.instants)

    def add_waiting(self, place: int, cases: QuerySet[Case]) -> None:
        """How many cases these are, as the first measure."""
        sql, params = cases.order_by().values("pk").query.sql_with_params()
        self._select(place, None, {}, {MEASURES[0]: "COUNT(*)"}, f"({sql}) waiting", [])
        self._params += params

    def shape(self, columns: Iterable[str]) -> list[tuple[int, Mapping[Any, Any] | None]]:
        """Where in a row the keys of a sum stand, and how they are told."""
        tellers: dict[str, Mapping[Any, Any]] = {"day": _Days(), "month": _Months()}
        return [(1 + self.columns.index(name), tellers.get(name)) for name in columns]

    def rows(self) -> Sequence[tuple[Any, ...]]:
        """Run it."""
        sql, params = " UNION ALL ".join(self._selects), self._params
        if self.silent is not None:
            read, own = self.silent.order_by().values_list(*SILENT).query.sql_with_params()
            sql, params = f"WITH silent ({', '.join(SILENT)}) AS ({read}) {sql}", [*own, *params]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    def _select(
        self,
        place: int,
        asked: Asked | None,
        keys: Mapping[str, str],
        amounts: Mapping[str, str],
        table: str,
        where: Sequence[str],
    ) -> None:
        wanted = asked.columns if asked else ()
        heads = [
            keys[column] if column in wanted else f"CAST(NULL AS {TYPES.get(column, TEXT)})"
            for column in self.columns
        ]
        counts = [amounts.get(measure, "0") for measure in MEASURES]
        grouped = [str(at) for at, name in enumerate(self.columns, 2) if name in wanted]
        self._selects.append(
            f"SELECT {', '.join([str(place), *heads, *counts])} FROM {table}"  # noqa: S608
            f"{' WHERE ' if where else ''}{' AND '.join(where)}"
            f"{' GROUP BY ' if grouped else ''}{', '.join(grouped)}"
        )

    def _within(self, source: Source, part: str | None) -> tuple[list[str], list[Any]]:
        """The scope as a condition on a table."""
        held: dict[str, Any] = {}
        if source is Source.MONTHS:
            held = {"department_id": self.scope.department_id}
        elif source is not Source.DAYS:
            keys = ("department_id", "kind", "channel")
            held = {name: getattr(self.scope, name) for name in keys}
        if source is Source.DELTAS:
            held |= self.scope.parts
        if source is Source.PARTS and part:
            held |= {"part": part, "value": self.scope.parts.get(part)}
        held = {name: value for name, value in held.items() if value is not None}
        return [f"{name} = %s" for name in held], list(held.values())

    def _sum(self, measure: str) -> str:
        if measure in SURVEYED and self.scope.unsurveyed:
            marks = ", ".join(["%s"] * len(self.scope.unsurveyed))
            return f"COALESCE(SUM(CASE WHEN channel IN ({marks}) THEN 0 ELSE {measure} END), 0)"
        return f"COALESCE(SUM({measure}), 0)"


def has_months(asked: Asked) -> bool:
    """Whether there is a whole month that need not be told day by day."""
    first, after = asked.period.whole_months
    return first < after and "day" not in asked.columns


def around_months(asked: Asked) -> list[Period]:
    """The days before the whole months and after them."""
    first, after = asked.period.whole_months
    spans = [(asked.period.start, first - ONE_DAY), (after, asked.period.end)]
    return [Period(start, end) for start, end in spans if start <= end]


def _when(asked: Asked, source: Source) -> tuple[str, list[date]]:
    """Days of a table as a condition: whole months from the rollups by month, the days before and
    after from those by day."""
    within, days = "day BETWEEN %s AND %s", [asked.period.start, asked.period.end]
    if source in (Source.DAYS, Source.DELTAS):
        return within, days
    if not has_months(asked):
        return f"grain = 'day' AND {within}", days
    months = list(asked.period.whole_months)
    if source is Source.MONTHS:
        return "day >= %s AND day < %s", months
    found = ["grain = 'month' AND day >= %s AND day < %s"]
    for span in around_months(asked):
        found.append(f"grain = 'day' AND {within}")
        months += [span.start, span.end]
    return f"({' OR '.join(found)})", months


class _Days(dict[Any, date]):
    """Days as the database tells them -> days; SQLite tells them as text."""

    def __missing__(self, told: Any) -> date:
        day = date.fromisoformat(told) if isinstance(told, str) else told
        self[told] = day.date() if isinstance(day, datetime) else day
        return self[told]


class _Months(_Days):
    """Days as the database tells them -> the first days of their months."""

    def __missing__(self, told: Any) -> date:
        self[told] = super().__missing__(told).replace(day=1)
        return self[told]
