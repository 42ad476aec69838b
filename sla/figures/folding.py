"""Folding deltas into rollups, so that a report's cost does not grow with the number of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F, Max, QuerySet, Sum, Value
from django.db.models.functions import TruncMonth

from foundation.claims import claim
from sla.figures.measures import MEASURES, PARTS
from sla.models import DayTotal, Delta, MonthTotal, PartRollup, Rollup

BATCH = 5000
KEYS = ("basis", "day", "department_id", "kind", "channel")

Keys = Mapping[str, Any]
"""Columns of a rollup's key, and where they come from."""


def fold(*, batch: int = BATCH) -> int:
    """Fold the deltas there are; return how many. Any number of folders may run: each delta is
    taken once. What is written meanwhile waits for the next call, which other work may precede.
    """
    newest = Delta.objects.aggregate(newest=Max("id"))["newest"]
    total = 0
    while newest is not None and (folded := _fold_batch(newest, batch)):
        total += folded
    return total


def _fold_batch(newest: int, limit: int) -> int:
    with transaction.atomic():
        waiting = Delta.objects.filter(id__lte=newest).order_by("id").only("id")
        taken = [delta.pk for delta in claim(waiting, limit)]
        if taken:
            deltas = Delta.objects.filter(pk__in=taken)
            _add_to_rollups(deltas)
            deltas.delete()
        return len(taken)


def _add_to_rollups(deltas: QuerySet[Delta]) -> None:
    """Add counts to the totals and to the rows of both grains, whole and by part, making rows that
    do not exist."""
    same = {name: F(name) for name in KEYS}
    _upsert(DayTotal, {name: same[name] for name in ("basis", "day")}, deltas)
    months = {name: same[name] for name in ("basis", "day", "department_id")}
    _upsert(MonthTotal, months | {"day": TruncMonth("day")}, deltas)
    for grain, day in (("day", F("day")), ("month", TruncMonth("day"))):
        keys: Keys = {"grain": Value(grain)} | same | {"day": day}
        _upsert(Rollup, keys, deltas)
        for part in PARTS:
            _upsert(PartRollup, {**keys, "part": Value(part), "value": F(part)}, deltas)


def _upsert(model: type[models.Model], keys: Keys, deltas: QuerySet[Delta]) -> None:
    """Add sums to the rows under their keys, within the database.

    In one order for all folders, so that none waits for another in a circle.
    """
    found = {f"key_{name}": source for name, source in keys.items()}
    sums = {f"sum_{measure}": Sum(measure) for measure in MEASURES}
    order = [name for name, source in found.items() if not isinstance(source, Value)]
    rows = deltas.values(**found).annotate(**sums).exclude(**dict.fromkeys(sums, 0))
    query = rows.order_by(*order).values_list(*found, *sums).query
    select, values = query.sql_with_params()
    table = connection.ops.quote_name(model._meta.db_table)
    updates = ", ".join(f"{m} = {table}.{m} + excluded.{m}" for m in MEASURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join([*keys, *MEASURES])}) {select}"
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}",
            values,
        )
