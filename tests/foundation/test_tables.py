"""Tables as they are sent: whole JSON, CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.tables import BOM, STARTS_A_FORMULA, cell, csv_lines, json_pieces

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=20)


@pytest.mark.parametrize("first", STARTS_A_FORMULA)
def test_no_text_becomes_a_formula(first: str) -> None:
    assert cell(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (-3, -3), (0, 0), ("a=b", "a=b")])
def test_the_rest_stays_as_it_is(value: Any, shown: Any) -> None:
    assert cell(value) == shown


@given(st.lists(st.fixed_dictionaries({"a": TEXTS, "b": st.integers() | st.none()}), max_size=5))
def test_both_forms_can_be_read_back(rows: list[dict[str, Any]]) -> None:
    text = "".join(csv_lines(("a", "b"), rows))
    assert text.startswith(BOM)
    read = list(csv.DictReader(io.StringIO(text.removeprefix(BOM))))
    assert read == [{"a": cell(row["a"]), "b": str(cell(row["b"]))} for row in rows]
    assert json.loads("".join(json_pieces({"x": "一"}, "rows", rows))) == {"x": "一", "rows": rows}


def test_nothing_is_held_back() -> None:
    """The first line leaves before the second row is made."""
    made = []

    def rows() -> Any:
        for i in range(3):
            made.append(i)
            yield {"a": i}

    lines = csv_lines(("a",), rows())
    next(lines)
    next(lines)
    assert made == [0]
    pieces = json_pieces({}, "rows", rows())
    next(pieces)
    next(pieces)
    assert made == [0, 0]
