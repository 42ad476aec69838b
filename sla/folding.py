"""Folding deltas into rollups, so that a report's cost does not grow with the number of cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

from foundation.claims import claim
from sla.measures import MEASURES, PARTS
from sla.models import Delta, PartRollup, Rollup

BATCH = 5000
KEYS = ("basis", "day", "department_id", "kind", "channel")
GRAINS = ("day", "month")
ROWS = 500
"""Rows written by one statement; their values stay within what SQLite takes in one."""

Counts = list[int]


def fold(*, batch: int = BATCH) -> int:
    """Fold all deltas; return how many. Any number of folders may run: each delta is taken once."""
    total = 0
    while folded := _fold_batch(batch):
        total += folded
    return total


def _fold_batch(limit: int) -> int:
    with transaction.atomic():
        deltas = claim(Delta.objects.order_by("id"), limit)
        if not deltas:
            return 0
        add_to_rollups(deltas)
        Delta.objects.filter(pk__in=[delta.pk for delta in deltas]).delete()
        return len(deltas)


def add_to_rollups(deltas: Iterable[Delta]) -> None:
    """Add counts to the rows of both grains, whole and by part, making rows that do not exist."""
    whole: dict[tuple[Any, ...], Counts] = {}
    parts: dict[tuple[Any, ...], Counts] = {}
    for delta in deltas:
        counts = [getattr(delta, measure) for measure in MEASURES]
        for grain in GRAINS:
            day = delta.day if grain == "day" else delta.day.replace(day=1)
            key = (grain, delta.basis, day, delta.department_id, delta.kind, delta.channel)
            _add(whole, key, counts)
            for part in PARTS:
                _add(parts, (*key, part, getattr(delta, part)), counts)
    _upsert(Rollup, ("grain", *KEYS), whole)
    _upsert(PartRollup, ("grain", *KEYS, "part", "value"), parts)


def _add(sums: dict[tuple[Any, ...], Counts], key: tuple[Any, ...], counts: Counts) -> None:
    held = sums.get(key)
    sums[key] = list(counts) if held is None else [a + b for a, b in zip(held, counts, strict=True)]


def _upsert(
    model: type[models.Model], keys: Sequence[str], sums: Mapping[tuple[Any, ...], Counts]
) -> None:
    """Add sums to the rows under their keys.

    In one order for all folders, so that none waits for another in a circle.
    """
    rows = [(*key, *counts) for key, counts in sorted(sums.items()) if any(counts)]
    columns = [*keys, *MEASURES]
    table = connection.ops.quote_name(model._meta.db_table)
    marks = f"({', '.join(['%s'] * len(columns))})"
    updates = ", ".join(f"{m} = {table}.{m} + excluded.{m}" for m in MEASURES)
    with connection.cursor() as cursor:
        for some in _batches(rows):
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608
                f" VALUES {', '.join([marks] * len(some))}"
                f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {updates}",
                [value for row in some for value in row],
            )


def _batches(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    for start in range(0, len(rows), ROWS):
        yield rows[start : start + ROWS]
