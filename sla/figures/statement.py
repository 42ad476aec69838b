"""One statement over the tables of counts, written by hand: put together by the ORM, its dozen
selects would take longer than the database takes to answer them.

Every select has the same columns: the place of the sum it belongs to, the keys asked for (NULL
where a sum does not ask for one), a count of every measure. What lies open is told in the same
columns: its groups as keys, its counts in the places of the first measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from django.db import connection

from sla.figures.measures import MEASURES, SURVEYED, ZONE
from sla.figures.periods import ONE_DAY, Period
from sla.figures.scope import Scope
from sla.models import Case, Clock, DayTotal, Delta, MonthTotal, PartRollup, Rollup
from sla.standing import Horizon
from sla.targets import Target

TYPES = {"day": "date", "month": "date", "department_id": "bigint", "age": "integer"}
TEXT = "varchar(40)"
CASES = Case._meta.db_table
WAITING = ("ended_at IS NULL", "replied_at IS NULL", "excluded_at IS NULL")
"""Neither answered nor excluded. All such have not ended, which an index knows."""
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


@dataclass(frozen=True, slots=True)
class Lying:
    """How what lies open is told: seen from an instant, by department, and in groups by age and
    by state where `ages` says when the groups begin, the youngest first."""

    seen_from: Horizon
    ages: tuple[datetime, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return ("department_id", "age", "stage") if self.ages else ("department_id",)


class Statement:
    """Selects under each other, for cases within one scope."""

    def __init__(self, columns: tuple[str, ...], scope: Scope) -> None:
        self.columns, self.scope = columns, scope
        self.silent_at: datetime | None = None
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
        where = ["basis = %s", *where, grains]
        self._select(place, asked.columns, keys, amounts, source.value, where)
        self._params += [*left_out, asked.basis, *params, *(day.isoformat() for day in days)]

    def add_silent(self, place: int, asked: Asked) -> None:
        """Misses the sweep has not written; set `silent_at` to when they are asked for."""
        dated = "received_at" if asked.basis == "receipt" else "due_at"
        day, told = connection.ops.datetime_cast_date_sql(dated, (), ZONE.key)
        keys = {**SILENT, "handler": SILENT["handler_id"], "day": day, "month": day}
        named = [column for column in asked.columns if column in ("day", "month")]
        within = [f"{dated} >= %s", f"{dated} < %s"]
        self._select(place, asked.columns, keys, {"missed": "COUNT(*)"}, "silent", within)
        for _ in named:
            self._params += told
        self._params += map(_instant, asked.period.instants)

    def add_waiting(self, place: int) -> None:
        """How many cases are neither answered nor excluded, as the first count."""
        where, params = self._of_cases()
        self._select(place, (), {}, {MEASURES[0]: "COUNT(*)"}, CASES, [*WAITING, *where])
        self._params += params

    def add_open(self, place: int, lying: Lying) -> None:
        """How many open cases there are: in all, due soon, overdue, paused (`stock.STOCKS`), and
        how many of them wait as in `add_waiting`. All of it stands in the index over open cases."""
        seen, where = lying.seen_from, self._of_cases()
        begins = [f"WHEN received_at >= %s THEN {n}" for n in range(len(lying.ages))]
        keys = {
            "department_id": "department_id",
            "stage": "stage",
            "age": f"CASE {' '.join(begins)} END",
        }
        counted = (
            "COUNT(*)",
            "COUNT(*) FILTER (WHERE paused_at IS NULL AND due_at BETWEEN %s AND %s)",
            "COUNT(*) FILTER (WHERE paused_at IS NULL AND due_at < %s)",
            "COUNT(*) FILTER (WHERE paused_at IS NOT NULL OR due_at IS NULL)",
            f"COUNT(*) FILTER (WHERE {' AND '.join(WAITING)})",
        )
        amounts = dict(zip(MEASURES, counted, strict=False))
        self._select(place, lying.columns, keys, amounts, CASES, ["ended_at IS NULL", *where[0]])
        instants = [*lying.ages, seen.at, seen.soon_until, seen.at]
        self._params += [*map(_instant, instants), *where[1]]

    def shape(self, columns: Iterable[str]) -> list[tuple[int, Mapping[Any, Any] | None]]:
        """Where in a row the keys of a sum stand, and how they are told."""
        tellers: dict[str, Mapping[Any, Any]] = {"day": _Days(), "month": _Months()}
        return [(1 + self.columns.index(name), tellers.get(name)) for name in columns]

    def rows(self) -> Sequence[tuple[Any, ...]]:
        """Run it."""
        sql, params = " UNION ALL ".join(self._selects), self._params
        if self.silent_at is not None:
            silent, own = self._silent(self.silent_at)
            sql, params = f"WITH silent AS ({silent}) {sql}", [*own, *params]
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.fetchall()

    def _silent(self, now: datetime) -> tuple[str, list[Any]]:
        """Cases past due that the sweep has not judged yet; `measures.is_silent_miss` as a select.

        Found through the sweep's own queue (the clocks with something still to write), so that
        the cost is that of the sweep's backlog.
        """
        where, params = self._of_cases()
        queue = f"SELECT case_id FROM {Clock._meta.db_table} WHERE target = %s"  # noqa: S608
        past_due = [
            f"id IN ({queue} AND next_event_at <= %s)",
            "due_at < %s",
            "paused_at IS NULL",
            "replied_at IS NULL",
            "excluded_at IS NULL",
            "verdict = ''",
            *where,
        ]
        sql = f"SELECT {', '.join(SILENT)} FROM {CASES} WHERE {' AND '.join(past_due)}"  # noqa: S608
        return sql, [str(Target.REPLY), _instant(now), _instant(now), *params]

    def _select(
        self,
        place: int,
        wanted: Sequence[str],
        keys: Mapping[str, str],
        amounts: Mapping[str, str],
        table: str,
        where: Sequence[str],
    ) -> None:
        heads = [
            keys[column] if column in wanted else f"CAST(NULL AS {TYPES.get(column, TEXT)})"
            for column in self.columns
        ]
        counts = [amounts.get(measure, "0") for measure in MEASURES]
        grouped = [str(at) for at, name in enumerate(self.columns, 2) if name in wanted]
        self._selects.append(
            f"SELECT {', '.join([str(place), *heads, *counts])} FROM {table}"  # noqa: S608
            f" WHERE {' AND '.join(where)}"
            f"{' GROUP BY ' if grouped else ''}{', '.join(grouped)}"
        )

    def _of_cases(self) -> tuple[list[str], list[Any]]:
        """The scope as a condition on case lines, which hold NULL for nothing to belong to."""
        of = self.scope
        held = {
            "department_id": of.department_id,
            "kind": of.kind,
            "channel": of.channel,
            **of.parts,
        }
        if "handler" in held:
            held["handler_id"] = int(of.handler or 0)
            del held["handler"]
        held = {name: value for name, value in held.items() if value is not None}
        where = [
            f"{name} IS NULL" if value == 0 else f"{name} = %s" for name, value in held.items()
        ]
        return where, [value for value in held.values() if value != 0]

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


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


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
