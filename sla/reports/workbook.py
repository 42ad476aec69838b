"""A report as a workbook: one sheet of words, one for each table; numbers are numbers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from sla.reports.words import in_language

HEADS = {"zh": ("分子", "分母", "文字", "口径"), "en": ("n", "d", "Words", "Rate")}
WIDTH = 14


def workbook_file(document: dict[str, Any], signature: list[str], language: str) -> bytes:
    """The report in one language. A rate takes three columns: its value, n and d."""
    read = in_language(document, language)
    book = Workbook(write_only=True)
    words = book.create_sheet(HEADS[language][2])
    words.column_dimensions["A"].width = 110
    texts = [
        block["text"] for block in read["blocks"] if block["type"] != "table" and "text" in block
    ]
    for text in (read["title"], read["bureau"], *texts, *signature):
        cell = text_cell(words, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        words.append([cell])
    for block in (block for block in read["blocks"] if block["type"] == "table"):
        _sheet(book, block, language)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    """A cell that is text whatever it begins with: never a formula."""
    cell = WriteOnlyCell(sheet, value="")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.quotePrefix = text[:1] in FORMULA_MARKS
    if bold:
        cell.font = Font(bold=True)
    return cell


FORMULA_MARKS = frozenset("=+-@\t\r")


def _sheet(book: Any, block: dict[str, Any], language: str) -> None:
    sheet = book.create_sheet(block["title"][:31].replace("/", " "))
    sheet.freeze_panes = "B2"
    rates = {
        place for row in block["rows"] for place, cell in enumerate(row["cells"]) if _is_rate(cell)
    }
    head = [block["columns"][0]["name"]]
    for place, column in enumerate(block["columns"][1:]):
        head.append(column["name"])
        if place in rates:
            head += [f"{column['name']} {word}" for word in HEADS[language][:2]]
    for place in range(len(head)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = WIDTH if place else 2 * WIDTH
    sheet.append([text_cell(sheet, name, bold=True) for name in head])
    for row in block["rows"]:
        cells = [text_cell(sheet, row["name"])]
        for place, cell in enumerate(row["cells"]):
            cells += _values(sheet, cell, place in rates)
        sheet.append(cells)


def _is_rate(cell: Any) -> bool:
    return isinstance(cell, dict)


def _values(sheet: Any, cell: Any, wide: bool) -> list[Any]:
    """The cell, or where the column holds rates, value, n and d."""
    if _is_rate(cell):
        value = WriteOnlyCell(sheet, value=cell["n"] / cell["d"] if cell["d"] else None)
        value.number_format = "0.00%"
        return [value, cell["n"], cell["d"]]
    if isinstance(cell, str):
        made: Any = _number(cell) if _number(cell) is not None else text_cell(sheet, cell)
    else:
        made = cell
    return [made, None, None] if wide else [made]


def _number(text: str) -> float | None:
    """The number a text such as 3.2 is; None for words."""
    try:
        return float(text)
    except ValueError:
        return None
