"""Recounting the figures by topic, district and handler, for `manage.py verify`.

Counted by the database, with the measures' definitions written out once more: neither the writers
of the figures nor `sla.measures` take part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from sla.measures import BASES, MEASURES, PARTS, SATISFIED_FROM, ZONE
from sla.models import Case, Delta, PartRollup, Survey

KEYS = ("department_id", "kind", "channel")
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
Counts = dict[Place, dict[str, int]]


def part_differences() -> Iterator[tuple[Place, str, int, int]]:
    """(Place, measure, what is written, what the cases say) wherever the two differ."""
    counted, written = _counted(), _written()
    for place in sorted({*counted, *written}):
        has, must = written.get(place, {}), counted.get(place, {})
        for measure in MEASURES:
            if has.get(measure, 0) != must.get(measure, 0):
                yield place, measure, has.get(measure, 0), must.get(measure, 0)


def _counted() -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(int))
    for basis in BASES:
        for measure, (dated, condition) in COUNTED.items():
            day = "received_at" if basis == "receipt" else dated
            _add(found, basis, measure, _grouped(Case.objects.filter(condition), day, ""))
        for measure, (dated, condition) in SURVEYED.items():
            day = "case__received_at" if basis == "receipt" else dated
            _add(found, basis, measure, _grouped(Survey.objects.filter(condition), day, "case__"))
    return found


def _grouped(rows: QuerySet[Any], dated: str, path: str) -> Iterator[tuple[Any, ...]]:
    own = {
        f"own_{name}": F(f"{path}{name}") for name in (*KEYS, "category", "district", "handler_id")
    }
    days = rows.annotate(on=TruncDate(dated, tzinfo=ZONE), **own)
    grouped = days.order_by().values("on", *own).annotate(n=Count("pk"))
    yield from grouped.values_list("on", *own, "n").iterator()


def _add(found: Counts, basis: str, measure: str, rows: Iterator[tuple[Any, ...]]) -> None:
    for day, department, kind, channel, category, district, handler, n in rows:
        values = (category, district, str(handler or ""))
        for part, value in zip(PARTS, values, strict=True):
            rest = (department or 0, kind, channel, part, value)
            found["day", basis, day, *rest][measure] += n
            found["month", basis, day.replace(day=1), *rest][measure] += n


def _written() -> Counts:
    found: Counts = defaultdict(lambda: defaultdict(int))
    columns = ("grain", "basis", "day", *KEYS, "part", "value")
    for row in PartRollup.objects.values_list(*columns, *MEASURES).iterator():
        counts = found[row[: len(columns)]]
        for measure, n in zip(MEASURES, row[len(columns) :], strict=True):
            counts[measure] += n
    sums = {f"sum_{measure}": Sum(measure) for measure in MEASURES}
    for part in PARTS:
        keys = ("basis", "day", *KEYS, part)
        grouped = Delta.objects.values(*keys).annotate(**sums).values_list(*keys, *sums)
        for basis, day, department, kind, channel, value, *counted in grouped:
            rest = (department, kind, channel, part, value)
            for place in (("day", basis, day, *rest), ("month", basis, day.replace(day=1), *rest)):
                for measure, n in zip(MEASURES, counted, strict=True):
                    found[place][measure] += n
    return found
