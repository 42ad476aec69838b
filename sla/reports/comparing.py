"""What a later version of a report changed: cell by cell, old and new. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sla.reports.blocks import Block, Cell, heading, is_rate, paragraph, table
from sla.reports.words import Both, both

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs, as it stands in both; None where one version has no such cell."""

    table: Both
    row: Both
    column: Both
    old: Cell
    new: Cell

    def as_data(self) -> dict[str, Any]:
        place = {"table": self.table, "row": self.row, "column": self.column}
        return {**place, "before": self.old, "now": self.new}


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """All cells of two documents' tables that differ, in the order of the new document."""
    before, after = dict(_cells(old)), dict(_cells(new))
    found = []
    for place in {**after, **before}:
        names = (after.get(place) or before[place])[0]
        was, now = (held[place][1] if place in held else None for held in (before, after))
        if text_of(was) != text_of(now):
            found.append(Change(*names, was, now))
    return found


COLUMNS = (
    ("table", both("表", "Table")),
    ("row", both("行", "Row")),
    ("column", both("列", "Column")),
    ("before", both("更正前", "Before")),
    ("now", both("更正后", "Now")),
)


def correction(old: dict[str, Any], new: dict[str, Any], *, since: int, reason: str) -> list[Block]:
    """What a version changed since the one numbered `since`, and why, as blocks to be drawn."""
    found = changes(old, new)
    title = both(f"与第{since}版相比的更正", f"What changed since version {since}")
    why = paragraph(both(f"更正原因：{reason}", f"Reason: {reason}"))
    if not found:
        none = both("各项数字没有变化。", "No figure changed.")
        return [heading(title), why, paragraph(none)]
    rows = [
        (str(place), one.table, [one.row, one.column, one.old, one.new])
        for place, one in enumerate(found)
    ]
    told = table("changes", both("更正的数字", "Changed figures"), COLUMNS, rows)
    return [heading(title), why, told]


def _cells(
    document: dict[str, Any],
) -> Iterator[tuple[Place, tuple[tuple[Both, Both, Both], Cell]]]:
    for block in document["blocks"]:
        if block["type"] != "table":
            continue
        columns = block["columns"][1:]
        for row in block["rows"]:
            for column, cell in zip(columns, row["cells"], strict=True):
                if _is_words(cell):
                    continue
                place = (block["key"], row["key"], column["key"])
                yield place, ((block["title"], row["name"], column["name"]), cell)


def _is_words(cell: Any) -> bool:
    return isinstance(cell, dict) and "zh" in cell


def text_of(cell: Any) -> str:
    """A number, rate or dash as it is printed: nothing out of nothing is a dash."""
    if cell is None or (is_rate(cell) and not cell["d"]):
        return "—"
    if is_rate(cell):
        return f"{cell['percent']} ({cell['n']}/{cell['d']})"
    return str(cell)
