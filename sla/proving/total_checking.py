"""Whether totals are the sums of the rows of their keys, for `manage.py verify`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum

from sla.figures.measures import MEASURES
from sla.models import DayTotal, MonthTotal, Rollup

KEYS = {
    "day": (DayTotal, ("basis", "day")),
    "month": (MonthTotal, ("basis", "day", "department_id")),
}
"""By grain, where the totals are and what they are told apart by."""

Place = tuple[Any, ...]


def total_faults() -> Iterator[tuple[str, Place, str, int, int]]:
    """(Grain, key, measure, what is written, what the rollups say) wherever the two differ."""
    for grain, (model, keys) in KEYS.items():
        written = _added(model._default_manager.all(), keys)
        added = _added(Rollup.objects.filter(grain=grain), keys)
        nothing = (0,) * len(MEASURES)
        for place in sorted({*written, *added}):
            has, must = written.get(place, nothing), added.get(place, nothing)
            for measure, one, other in zip(MEASURES, has, must, strict=True):
                if one != other:
                    yield grain, place, measure, one, other


def _added(rows: QuerySet[Any], keys: tuple[str, ...]) -> dict[Place, tuple[int, ...]]:
    sums = {f"sum_{measure}": Sum(measure) for measure in MEASURES}
    found = rows.order_by().values(*keys).annotate(**sums).values_list(*keys, *sums)
    return {row[: len(keys)]: row[len(keys) :] for row in found}
