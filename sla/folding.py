"""Folding deltas into rollups, so that a report's cost does not grow with the number of cases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import connection, transaction

from foundation.claims import claim
from sla.measures import MEASURES
from sla.models import Delta, Rollup

BATCH = 5000
KEYS = ("basis", "day", "department_id", "kind", "channel")
GRAINS = ("day", "month")
RowKey = tuple[str, str, date, int, str, str]


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
    """Add counts to the rows of both grains, making rows that do not exist."""
    sums: dict[RowKey, dict[str, int]] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for delta in deltas:
        for grain in GRAINS:
            day = delta.day if grain == "day" else delta.day.replace(day=1)
            key = (grain, delta.basis, day, delta.department_id, delta.kind, delta.channel)
            counts = sums[key]
            for measure in MEASURES:
                counts[measure] += getattr(delta, measure)
    # One order for all folders, so that none waits for another in a circle.
    for key in sorted(sums):
        if any(sums[key].values()):
            _upsert(key, sums[key])


def _upsert(key: RowKey, counts: dict[str, int]) -> None:
    columns = ["grain", *KEYS, *MEASURES]
    table = connection.ops.quote_name(Rollup._meta.db_table)
    marks = ", ".join(["%s"] * len(columns))
    updates = ", ".join(f"{m} = {table}.{m} + excluded.{m}" for m in MEASURES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            f" ON CONFLICT (grain, {', '.join(KEYS)}) DO UPDATE SET {updates}",
            [*key, *(counts[measure] for measure in MEASURES)],
        )
