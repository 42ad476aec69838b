"""Counts of a great many cases, added up in little room. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sla.figures.measures import MEASURES, Cell

BITS = 40
"""Of each measure's count in the number that holds all counts of a cell."""

ONE = {measure: 1 << BITS * place for place, measure in enumerate(MEASURES)}
MASK = (1 << BITS) - 1

Place = tuple[str, date, int, str, str]
"""Basis, day, department, kind, channel."""


class Tally:
    """What cases count as by department, kind and channel on each day."""

    def __init__(self) -> None:
        # A number for all counts of a cell takes a fifth of the room that a list of them does.
        self.packed: dict[Place, int] = {}

    def count(
        self, place: tuple[int, str, str], received: date, facts: Iterable[tuple[str, date]]
    ) -> None:
        """Add a case: where it counts, and each measure with its day."""
        packed, whole = self.packed, 0
        for measure, day in facts:
            one = ONE[measure]
            whole += one
            key = ("event", day, *place)
            packed[key] = packed.get(key, 0) + one
        key = ("receipt", received, *place)
        packed[key] = packed.get(key, 0) + whole

    def add(self, cells: Mapping[Cell, int]) -> None:
        """Add what `measures` says of a case."""
        for (key, measure), n in cells.items():
            place = (key.basis, key.day, key.department_id, key.kind, key.channel)
            self.packed[place] = self.packed.get(place, 0) + n * ONE[measure]

    def merge(self, other: Tally) -> None:
        for place, counts in other.packed.items():
            self.packed[place] = self.packed.get(place, 0) + counts

    def by_month(self) -> Tally:
        """The same, each under the first day of its month."""
        found = Tally()
        for (basis, day, *rest), counts in self.packed.items():
            place = (basis, day.replace(day=1), *rest)
            found.packed[place] = found.packed.get(place, 0) + counts  # type: ignore[index, arg-type]
        return found

    def take(self, place: Place) -> list[int]:
        """The counts of a cell, measure by measure; it is not here any more then."""
        return unpacked(self.packed.pop(place, 0))

    def left(self) -> Iterator[Place]:
        """The cells that were not taken."""
        yield from list(self.packed)


def unpacked(counts: int) -> list[int]:
    return [counts >> BITS * place & MASK for place in range(len(MEASURES))]
