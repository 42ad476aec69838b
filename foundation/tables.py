"""Rows as CSV or JSON text, made while they are sent: a table of any length in fixed memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

BOM = "\ufeff"
"""Spreadsheets take a CSV file for UTF-8 only when it begins with this."""

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(value: Any) -> Any:
    """What may stand in a cell of a spreadsheet: nothing, a number, or text that stays text.

    A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP advises.
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(STARTS_A_FORMULA):
        return f"'{value}"
    return value


class _Line:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of a CSV file (RFC 4180), the names of the columns first."""
    writer = csv.writer(_Line())
    yield BOM + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([cell(row[name]) for name in columns])


def json_pieces(
    about: Mapping[str, Any], name: str, rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """The text of a JSON object: `about`, and under `name` the list of rows, one a line."""
    head = json.dumps({**about, name: []}, ensure_ascii=False, indent=1)
    yield head.removesuffix("]\n}")
    between = "\n"
    for row in rows:
        yield between + json.dumps(row, ensure_ascii=False)
        between = ",\n"
    yield "\n]\n}\n"
