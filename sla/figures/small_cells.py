"""Which cells of a public table must not be shown, so that no few people can be picked out. Pure.

A count of one or two next to a kind and a month can point at a person. Such cells are hidden, and
as many others as it takes that they cannot be computed from the totals of rows and columns. A
zero points at nobody and is shown, unless it has to cover for another cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

SMALLEST = 3
"""The least count that is shown (zero apart)."""

MARK = "*"
"""Stands where a count is not shown."""

Table = Sequence[Sequence[int]]
Place = tuple[int, int]


def is_small(n: int) -> bool:
    return 0 < n < SMALLEST


def hidden(table: Table) -> frozenset[Place]:
    """The (row, column) places not to be shown of a table of counts whose totals are known.

    Every small count is made part of a rectangle of hidden cells: taking one off it and its
    opposite and adding one to the other two corners changes no total, so that it has at least two
    possible values. Where no rectangle will do, the whole table is hidden. In a table of a single
    row or column a second cell is hidden; of a single cell, that one, and its total with it.
    """
    places = [(i, j) for i, row in enumerate(table) for j in range(len(row))]
    small = [place for place in places if is_small(_at(table, place))]
    if not small:
        return frozenset()
    if len(table) == 1 or len(table[0]) == 1:
        return _in_a_line(table, places, small)
    found = set(small)
    for place in sorted(small, key=lambda place: (_at(table, place), place)):
        if _covered(table, found, place):
            continue
        corners = min(
            _rectangles(table, place),
            key=lambda corners: (_cost(table, corners - found), sorted(corners)),
            default=None,
        )
        if corners is None:
            return frozenset(places)
        found |= corners
    return frozenset(found)


def _at(table: Table, place: Place) -> int:
    return table[place[0]][place[1]]


def _in_a_line(table: Table, places: list[Place], small: list[Place]) -> frozenset[Place]:
    others = [place for place in places if place not in small]
    if len(small) > 1 or not others:
        return frozenset(small)
    return frozenset([*small, min(others, key=lambda place: _order(_at(table, place)))])


def _order(n: int) -> tuple[bool, int]:
    """What is hidden first: a count rather than a zero, a smaller one rather than a larger."""
    return n == 0, n


def _cost(table: Table, corners: set[Place]) -> int:
    """What is lost by hiding these too; a zero counts as one, that fewer cells go first."""
    return sum(max(1, _at(table, place)) for place in corners)


def _rectangles(table: Table, place: Place) -> list[set[Place]]:
    """The rectangles that protect a cell: their opposite corner holds at least one."""
    row, column = place
    return [
        {place, (row, other), (another, column), (another, other)}
        for another, other in product(range(len(table)), range(len(table[0])))
        if another != row and other != column and table[another][other] > 0
    ]


def _covered(table: Table, found: set[Place], place: Place) -> bool:
    return any(corners <= found for corners in _rectangles(table, place))


def shown(table: Table) -> list[list[int | None]]:
    """The table as it may be published, None for what is not shown."""
    kept_back = hidden(table)
    return [
        [None if (i, j) in kept_back else n for j, n in enumerate(row)]
        for i, row in enumerate(table)
    ]
