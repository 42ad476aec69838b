"""What a later version of a report changed: cell by cell, old and new. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sla.reports.words import Both

Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs; None where one version has no such cell."""

    table: Both
    row: Both
    column: Both
    old: str | None
    new: str | None


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """All cells of two documents' tables that differ, in the order of the new document."""
    before, after = dict(_cells(old)), dict(_cells(new))
    found = []
    for place in {**after, **before}:
        names = (after.get(place) or before[place])[0]
        was, now = (held[place][1] if place in held else None for held in (before, after))
        if was != now:
            found.append(Change(*names, was, now))
    return found


def _cells(document: dict[str, Any]) -> Iterator[tuple[Place, tuple[tuple[Both, Both, Both], str]]]:
    for block in document["blocks"]:
        if block["type"] != "table":
            continue
        columns = block["columns"][1:]
        for row in block["rows"]:
            for column, cell in zip(columns, row["cells"], strict=True):
                if _is_words(cell):
                    continue
                place = (block["key"], row["key"], column["key"])
                yield place, ((block["title"], row["name"], column["name"]), text_of(cell))


def _is_words(cell: Any) -> bool:
    return isinstance(cell, dict) and "zh" in cell


def text_of(cell: Any) -> str:
    """A number, rate or dash as it is printed."""
    if cell is None:
        return "—"
    if isinstance(cell, dict):
        return f"{cell['percent']} ({cell['n']}/{cell['d']})"
    return str(cell)
