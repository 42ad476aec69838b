"""Counts of a great many cases, added up in little room. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from ledger.swift import Days
from sla.figures.measures import MEASURES, Cell, Counted, CountedSurvey, occurrences

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
        self,
        place: tuple[int, str, str],
        instants: Sequence[str | None],
        counts: Sequence[tuple[int, int]],
        days: Days,
    ) -> None:
        """Add a case: where it counts, its instants, and what is counted on the day of each."""
        packed, whole, day_of = self.packed, 0, days.of
        for at, ones in counts:
            whole += ones
            key = ("event", day_of(instants[at]), *place)  # type: ignore[arg-type]
            packed[key] = packed.get(key, 0) + ones
        key = ("receipt", day_of(instants[0]), *place)  # type: ignore[arg-type]
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


DAYS = [date.fromordinal(place + 1) for place in range(64)]
"""Days that stand for the places of a case's instants."""


@lru_cache(maxsize=4096)
def counted_in(
    verdict: str, known: Sequence[bool], ratings: Sequence[int | None]
) -> list[tuple[int, int]]:
    """What is counted on the days of a case's instants: the place of each instant on whose day
    something is, and the packed counts. `measures` says which.

    `known`: which instants there are, of receipt, dispatch, reply, verdict, publication and
    exclusion, then of the question and the vote of each survey; `ratings` are those of the surveys.
    """
    days = [day if there else None for there, day in zip(known, DAYS, strict=False)]
    received, dispatched, replied, verdict_at, published, excluded, *surveys = days
    line = Counted(
        received or DAYS[0],
        dispatched,
        replied,
        verdict,
        verdict_at,
        published,
        excluded,
        [
            CountedSurvey(asked or DAYS[0], rating, rated)
            for asked, rated, rating in zip(surveys[::2], surveys[1::2], ratings, strict=True)
        ],
    )
    found: dict[int, int] = {}
    for measure, day in occurrences(line):
        place = day.toordinal() - 1
        found[place] = found.get(place, 0) + ONE[measure]
    return list(found.items())


def unpacked(counts: int) -> list[int]:
    return [counts >> BITS * place & MASK for place in range(len(MEASURES))]
