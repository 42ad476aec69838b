"""No published table lets a count of one or two be read or computed."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.figures.small_cells import hidden, is_small, shown


@pytest.mark.parametrize(
    ("table", "published"),
    [
        ([[5, 7], [9, 3]], [[5, 7], [9, 3]]),
        ([[0, 7], [9, 0]], [[0, 7], [9, 0]]),
        ([[1, 7], [9, 4]], [[None, None], [None, None]]),
        ([[1, 5, 9], [4, 6, 9], [8, 8, 8]], [[None, None, 9], [None, None, 9], [8, 8, 8]]),
        ([[1, 0], [0, 0]], [[None, None], [None, None]]),
        ([[2, 5, 9]], [[None, None, 9]]),
        ([[2, 0, 9]], [[None, 0, None]]),
        ([[2]], [[None]]),
        ([[1], [2], [9]], [[None], [None], [9]]),
        ([], []),
    ],
)
def test_small_counts_are_hidden_and_covered(
    table: list[list[int]], published: list[list[int | None]]
) -> None:
    assert shown(table) == published


def tables(rows: int, columns: int) -> st.SearchStrategy[list[list[int]]]:
    row = st.lists(st.integers(0, 6), min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows)


@given(st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(lambda size: tables(*size)))
def test_no_small_count_can_be_computed_from_the_totals(table: list[list[int]]) -> None:
    """There is another table with the same totals and the same shown cells, and not this count."""
    kept_back = hidden(table)
    rows, columns = range(len(table)), range(len(table[0]))
    if len(kept_back) == len(rows) * len(columns):
        return
    for i, j in product(rows, columns):
        if not is_small(table[i][j]):
            continue
        assert (i, j) in kept_back
        others = []
        for a, b in product(rows, columns):
            if a != i and b != j and {(i, b), (a, j), (a, b)} <= kept_back:
                other = [list(row) for row in table]
                for x, y, more in ((i, j, -1), (i, b, 1), (a, j, 1), (a, b, -1)):
                    other[x][y] += more
                others.append(other)
        assert any(min(map(min, other)) >= 0 for other in others)


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6))
def test_in_a_line_never_just_one_cell_is_hidden(row: list[int]) -> None:
    found = hidden([row])
    assert {(0, j) for j, n in enumerate(row) if is_small(n)} <= found
    assert len(found) != 1


def test_nothing_is_hidden_where_nothing_is_small() -> None:
    assert hidden([[0, 3], [4, 5]]) == frozenset()
