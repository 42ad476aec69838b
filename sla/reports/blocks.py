"""The blocks a report is made of: headings, paragraphs, tables, charts, as plain data. Pure.

Cells are a whole number, a text (in both languages), None for a dash, or a rate with its n and d.
Keys of tables, rows and columns are stable, so that two versions can be compared cell by cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from sla.reports.findings import Counts, Part, Rated
from sla.reports.words import COUNTS, RATES, Both, both

Block = dict[str, Any]
Cell = int | str | None | dict[str, Any]

PART_COLUMNS = (
    "received",
    "excluded",
    "replied",
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


def part_table(
    key: str, title: Both, first: Both, parts: Sequence[Part], total: Part, rated: Rated
) -> Block:
    """Counts and rates of each part, and of the whole in the last row."""
    names = COUNTS | RATES
    columns = [("name", first), *((name, names[name]) for name in PART_COLUMNS)]
    rows = [(part.key, part.name, part_cells(part.counts, rated)) for part in (*parts, total)]
    return table(key, title, columns, rows)


def part_cells(counts: Counts, rated: Rated) -> list[Cell]:
    found = rated(counts)
    return [found[name].as_data() if name in found else counts[name] for name in PART_COLUMNS]


def is_rate(cell: Any) -> bool:
    """Whether a cell, in one language or both, is a rate with its n and d."""
    return isinstance(cell, dict) and "percent" in cell


def interval_of(cell: Any) -> str:
    """Between which percentages the share of few ratings lies, such as 55–95%; "" if of many."""
    if not (is_rate(cell) and cell.get("interval")):
        return ""
    low, high = (Decimal(bound.rstrip("%")) for bound in cell["interval"])
    return f"{low:.0f}–{high:.0f}%"


def total_of(counts: dict[str, int]) -> Part:
    return Part("total", both("合计", "Total"), counts)


SHAPES = {
    "zh": {"bars": "柱状图", "lines": "折线图"},
    "en": {"bars": "Bar chart", "lines": "Line chart"},
}


def chart_words(block: Block, language: str) -> str:
    """What a chart (its texts in one language) shows, for those who do not see it: what it is, the
    highest and the lowest of each series, and where the figures are."""
    told = [_extremes(one, block["labels"], language) for one in block["series"] if one["values"]]
    shape, title = SHAPES[language][block["shape"]], block["title"]
    if language == "zh":
        return f"{shape}：{title}。{''.join(f'{one}。' for one in told)}具体数据见下表。"
    return (
        f"{shape}: {title}. {''.join(f'{one}. ' for one in told)}The table below has the figures."
    )


def _extremes(series: dict[str, Any], labels: Sequence[str], language: str) -> str:
    values = series["values"]
    most, least = max(values), min(values)
    if most == least:
        name = series["name"]
        return f"{name}均为{most}" if language == "zh" else f"{name}: {most} throughout"
    at_most, at_least = labels[values.index(most)], labels[values.index(least)]
    if language == "zh":
        return f"{series['name']}最多{most}（{at_most}），最少{least}（{at_least}）"
    return f"{series['name']}: most {most} ({at_most}), least {least} ({at_least})"
