"""Comparing the figures with a recount, for `manage.py verify`.

From the case lines they are recounted in the database, with the measures' definitions written out
once more as conditions of queries: neither the writers of the figures nor `sla.figures.measures`
take part. The database adds up what the case lines say and takes away what is written, and gives
back only cells where something is left; so memory does not grow with cases or cells. What is
written under months must be what is written under their days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from operator import add
from typing import Any

from django.db import connection
from django.db.models import (
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce, TruncDate, TruncMonth

from sla.figures.measures import MEASURES, SATISFIED_FROM, ZONE
from sla.models import Case, Delta, PartRollup, Rollup, Survey
from sla.proving.tally import Place as CellPlace
from sla.proving.tally import Tally

GRAINS = ("day", "month")
KEYS = ("department_id", "kind", "channel")
KEY = ("basis", "day", *KEYS, "value")
WHOLE = ""
"""Stands for no part: the figures by department, kind and channel alone."""

COUNTED: dict[str, tuple[str, Q]] = {
    "received": ("received_at", Q()),
    "dispatched": ("dispatched_at", Q(dispatched_at__isnull=False)),
    "excluded": ("excluded_at", Q(excluded_at__isnull=False, replied_at__isnull=True)),
    "replied": ("replied_at", Q(replied_at__isnull=False)),
    "published": ("published_at", Q(published_at__isnull=False)),
    "met": ("verdict_at", Q(verdict="met")),
    "missed": ("verdict_at", Q(verdict="missed")),
}
SURVEYED: dict[str, tuple[str, Q]] = {
    "asked": ("asked_at", Q()),
    "rated": ("rated_at", Q(rating__isnull=False)),
    "satisfied": ("rated_at", Q(rating__gte=SATISFIED_FROM)),
}

Place = tuple[str, str, date, int, str, str, str, str]
"""Grain, basis, day, department, kind, channel, part, value."""
Fault = tuple[Place, str, int, int]
"""Place, measure, what is written, what the cases say."""


def figure_faults(part: str) -> Iterator[Fault]:
    """Every cell of a part (or of the WHOLE) that is not what the cases say, by day and month."""
    wrong = _unequal(_by_cases(part, "day"), _written(part, "day"), "day", part)
    if not wrong and not _months_differ(part):
        return
    wrong |= _unequal(_by_cases(part, "month"), _written(part, "month"), "month", part)
    has = _values(part, wrong)
    for place in sorted(wrong):
        for measure, now, missing in zip(MEASURES, has[place], wrong[place], strict=True):
            if missing:
                yield place, measure, now, now + missing


def ledger_faults(grain: str, tally: Tally) -> Iterator[tuple[CellPlace, str, int, int]]:
    """Every cell of a grain that is not what a tally says; what is written and what it says.

    The tally is used up.
    """
    found: list[tuple[CellPlace, list[int], list[int]]] = []
    for place, has in _cells(grain):
        must = tally.take(place)
        if has != must:
            found.append((place, has, must))
    found += [(place, [0] * len(MEASURES), tally.take(place)) for place in tally.left()]
    for place, has, must in sorted(found):
        for measure, now, then in zip(MEASURES, has, must, strict=True):
            if now != then:
                yield place, measure, now, then


def _cells(grain: str) -> Iterator[tuple[CellPlace, list[int]]]:
    """What is written of each cell, streamed; only the deltas are kept in memory."""
    waiting: dict[CellPlace, list[int]] = {}
    folded, deltas = _written(WHOLE, grain)
    for row in deltas.iterator():
        place, counts = _cell(row)
        waiting[place] = [*map(add, counts, waiting.get(place, [0] * len(MEASURES)))]
    for row in folded.iterator(chunk_size=10_000):
        place, counts = _cell(row)
        yield place, [*map(add, counts, waiting.pop(place))] if place in waiting else counts
    yield from waiting.items()


def _cell(row: Sequence[Any]) -> tuple[CellPlace, list[int]]:
    basis, day, department, kind, channel, _value, *counts = row
    return (basis, day, department, kind, channel), counts


Cells = dict[Place, tuple[int, ...]]
Rows = list[QuerySet[Any, tuple[Any, ...]]]
"""Queries whose rows are basis, day, department, kind, channel, value, and a number a measure."""


def _months_differ(part: str) -> bool:
    """Whether what is written under months is not what is written under their days."""
    days, months = _folded(part, "day", by="month"), _folded(part, "month")
    return bool(_unequal([days], [months], "month", part))


def _unequal(said: Rows, written: Rows, grain: str, part: str) -> Cells:
    """What is left of the first when the second is taken away, where anything is."""
    said_sql, said_values = _all_of(said)
    written_sql, written_values = _all_of(written)
    names, key = ", ".join(MEASURES), ", ".join(KEY)
    taken = ", ".join(f"-{name}" for name in MEASURES)
    sums = ", ".join(f"SUM({name})" for name in MEASURES)
    left = " OR ".join(f"SUM({name}) <> 0" for name in MEASURES)
    said_rows, written_rows = f"said({key}, {names})", f"written({key}, {names})"
    both = f"SELECT {key}, {names} FROM said UNION ALL SELECT {key}, {taken} FROM written"  # noqa: S608
    sql = (
        f"WITH {said_rows} AS ({said_sql}), {written_rows} AS ({written_sql})"  # noqa: S608
        f" SELECT {key}, {sums} FROM ({both}) AS both_ways GROUP BY {key} HAVING {left}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*said_values, *written_values])
        return {
            _place(grain, part, row): tuple(map(int, row[len(KEY) :])) for row in cursor.fetchall()
        }


def _place(grain: str, part: str, row: Sequence[Any]) -> Place:
    basis, day, department, kind, channel, value, *_ = row
    # SQLite has no dates, only how they are written.
    on = date.fromisoformat(day) if isinstance(day, str) else day
    return grain, basis, on, department, kind, channel, part, value


def _all_of(queries: Rows) -> tuple[str, list[Any]]:
    """The rows of several queries, as one statement and its values."""
    parts = [rows.query.get_compiler(connection=connection).as_sql() for rows in queries]
    values = [value for _, own in parts for value in own]
    return " UNION ALL ".join(sql for sql, _ in parts), values


def _values(part: str, cells: Collection[Place]) -> Cells:
    """What is written in some cells."""
    found: dict[Place, list[int]] = {place: [0] * len(MEASURES) for place in cells}
    for grain in GRAINS:
        days = {place[2] for place in cells if place[0] == grain}
        for rows in _written(part, grain) if days else ():
            for row in rows.iterator():
                counts = found.get(_place(grain, part, row))
                if counts is not None:
                    counts[:] = map(add, counts, row[len(KEY) :])
    return {place: tuple(counts) for place, counts in found.items()}


def _by_cases(part: str, grain: str) -> Rows:
    """What the case lines say: by receipt in one query each for cases and their surveys, by event
    in one for every measure."""
    return [
        _counting(Case, COUNTED, "received_at", "", part, grain),
        _counting(Survey, SURVEYED, "case__received_at", "case__", part, grain),
        *(_event(Case, m, dated, on, "", part, grain) for m, (dated, on) in COUNTED.items()),
        *(
            _event(Survey, m, dated, on, "case__", part, grain)
            for m, (dated, on) in SURVEYED.items()
        ),
    ]


def _counting(
    model: type[Model],
    measures: dict[str, tuple[str, Q]],
    dated: str,
    path: str,
    part: str,
    grain: str,
) -> QuerySet[Any, tuple[Any, ...]]:
    key = _key("receipt", dated, path, part, grain)
    counts = {
        f"n_{name}": _number(Count("pk", filter=measures[name][1])) if name in measures else NOTHING
        for name in MEASURES
    }
    rows = model._default_manager.order_by().values(**key).annotate(**counts)
    return rows.values_list(*key, *counts)


def _event(
    model: type[Model], measure: str, dated: str, on: Q, path: str, part: str, grain: str
) -> QuerySet[Any, tuple[Any, ...]]:
    key = _key("event", dated, path, part, grain)
    # Added up here already: cells are far fewer than cases.
    number = _number(Count("pk"))
    counts = {f"n_{name}": number if name == measure else NOTHING for name in MEASURES}
    rows = model._default_manager.filter(on).order_by().values(**key).annotate(**counts)
    return rows.values_list(*key, *counts)


NOTHING = Value(0, output_field=IntegerField())


def _number(expression: Any) -> Any:
    # Sums of longer numbers, as a count is one, are reckoned in decimals and take three times as
    # long.
    return Cast(expression, IntegerField())


def _text(expression: Any) -> Any:
    return Cast(expression, CharField())


def _key(basis: str, dated: str, path: str, part: str, grain: str) -> dict[str, Any]:
    """The expressions a row is grouped by."""
    column = "handler_id" if part == "handler" else part
    value = Coalesce(_text(F(f"{path}{column}")), Value("")) if part else Value(WHOLE)
    day = TruncDate(dated, tzinfo=ZONE)
    return {
        "on_basis": Value(basis),
        "on_day": _under(day, grain),
        "own_department": Coalesce(F(f"{path}department_id"), Value(0)),
        "own_kind": F(f"{path}kind"),
        "own_channel": F(f"{path}channel"),
        "own_value": value,
    }


def _written(part: str, grain: str) -> Rows:
    """The rollups of a grain, and the deltas that are not folded yet."""
    value = F(part) if part else Value(WHOLE)
    day = _under(F("day"), grain)
    deltas = Delta.objects.order_by().values_list("basis", day, *KEYS, value, *MEASURES)
    return [_folded(part, grain), deltas]


def _folded(part: str, grain: str, by: str = "day") -> QuerySet[Any, tuple[Any, ...]]:
    """The rollups of a part and a grain; `by` month, each under the month of its day."""
    day = _under(F("day"), by)
    if not part:
        rows = Rollup.objects.filter(grain=grain).order_by()
        return rows.values_list("basis", day, *KEYS, Value(WHOLE), *MEASURES)
    parts = PartRollup.objects.filter(grain=grain, part=part).order_by()
    return parts.values_list("basis", day, *KEYS, "value", *MEASURES)


def _under(day: Any, grain: str) -> Any:
    """A day, or the first one of its month."""
    return day if grain == "day" else Cast(TruncMonth(day), DateField())
