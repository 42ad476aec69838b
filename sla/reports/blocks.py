"""The blocks a report is made of: headings, paragraphs, tables, charts, as plain data. Pure.

Cells are a whole number, a text (in both languages), None for a dash, or a rate with its n and d.
Keys of tables, rows and columns are stable, so that two versions can be compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sla.rates import rates
from sla.reports.findings import Part
from sla.reports.words import COUNTS, RATES, Both, both

Block = dict[str, Any]
Cell = int | str | None | dict[str, Any]

PART_COLUMNS = (
    "received",
    "excluded",
    "reply_rate",
    "published",
    "on_time_rate",
    "missed",
    "satisfaction",
    "participation",
)


def heading(text: Both) -> Block:
    return {"type": "heading", "text": text}


def paragraph(text: Both) -> Block:
    return {"type": "paragraph", "text": text}


def table(
    key: str,
    title: Both,
    columns: Sequence[tuple[str, Both]],
    rows: Iterable[tuple[str, Both, Sequence[Cell]]],
) -> Block:
    """A table; the first of `columns` names the rows and has no cell of its own."""
    return {
        "type": "table",
        "key": key,
        "title": title,
        "columns": [{"key": name, "name": text} for name, text in columns],
        "rows": [{"key": name, "name": text, "cells": list(cells)} for name, text, cells in rows],
    }


def bars(title: Both, parts: Sequence[Part], measure: str) -> Block:
    """A bar for each part."""
    return {
        "type": "chart",
        "shape": "bars",
        "title": title,
        "labels": [part.name for part in parts],
        "series": [{"name": COUNTS[measure], "values": [part.counts[measure] for part in parts]}],
    }


def lines(title: Both, parts: Sequence[Part], measures: Sequence[str]) -> Block:
    """A line for each measure over the parts."""
    return {
        "type": "chart",
        "shape": "lines",
        "title": title,
        "labels": [part.name for part in parts],
        "series": [
            {"name": COUNTS[name], "values": [part.counts[name] for part in parts]}
            for name in measures
        ],
    }


def part_table(key: str, title: Both, first: Both, parts: Sequence[Part], total: Part) -> Block:
    """Counts and rates of each part, and of the whole in the last row."""
    names = COUNTS | RATES
    columns = [("name", first), *((name, names[name]) for name in PART_COLUMNS)]
    rows = [(part.key, part.name, part_cells(part.counts)) for part in (*parts, total)]
    return table(key, title, columns, rows)


def part_cells(counts: Mapping[str, int]) -> list[Cell]:
    found = rates(counts)
    return [found[name].as_data() if name in found else counts[name] for name in PART_COLUMNS]


def total_of(counts: dict[str, int]) -> Part:
    return Part("total", both("合计", "Total"), counts)
