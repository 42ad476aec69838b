"""A report as a workbook: a sheet of words, one of charts, one for each table.

Numbers are numbers, and no text is a formula.
"""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from sla.reports.blocks import Block, chart_words, interval_of, is_rate
from sla.reports.graphs import graph, grid
from sla.reports.words import breadth, in_language

HEADS = {"zh": ("分子", "分母", "文字", "图表"), "en": ("n", "d", "Words", "Charts")}
BOUNDS = {"zh": ("95%区间下限", "95%区间上限"), "en": ("95 % from", "95 % to")}
"""Heads of the interval of few ratings."""
CHART_ROWS = 17
"""How many rows a chart is high, with one to spare."""
FIRST, LEAST = 28, 10
"""Width of the column that names the rows, and the least of the others, in letters."""


def workbook_file(
    document: dict[str, Any], signature: list[str], language: str, correction: list[Block]
) -> bytes:
    """The report in one language. A rate takes three columns: its value, n and d; where few have
    rated, two more have the interval.

    What a new version corrected stands in the last sheet.
    """
    read = in_language(document, language)
    blocks = [*read["blocks"], *in_language(correction, language)]
    book = Workbook(write_only=True)
    words = book.create_sheet(HEADS[language][2])
    words.column_dimensions["A"].width = 110
    texts = [block["text"] for block in blocks if "text" in block]
    for text in (read["title"], read["bureau"], *texts, *signature):
        cell = text_cell(words, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        words.append([cell])
    if drawn := [block for block in blocks if block["type"] == "chart"]:
        _charts(book, drawn, language)
    for block in blocks:
        if block["type"] == "table":
            _sheet(book, block, language)
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _charts(book: Any, blocks: list[Block], language: str) -> None:
    """The charts in one sheet: what each shows in words, its data, and the chart beside them."""
    name = HEADS[language][3]
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width = FIRST
    row = 1
    for block in blocks:
        data = grid(block)
        lines: list[list[str | int]] = [[chart_words(block, language)], *data]
        lines += [[]] * (CHART_ROWS - len(lines))
        for line in lines:
            sheet.append([text_cell(sheet, one) if isinstance(one, str) else one for one in line])
        beside = get_column_letter(len(data[0]) + 2)
        sheet.add_chart(graph(block, name, row + 1), f"{beside}{row + 1}")
        row += len(lines)


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
        place for row in block["rows"] for place, cell in enumerate(row["cells"]) if is_rate(cell)
    }
    few = {
        place
        for row in block["rows"]
        for place, cell in enumerate(row["cells"])
        if interval_of(cell)
    }
    head = [block["columns"][0]["name"]]
    for place, column in enumerate(block["columns"][1:]):
        head.append(column["name"])
        if place in rates:
            head += [f"{column['name']} {word}" for word in HEADS[language][:2]]
        if place in few:
            head += [f"{column['name']} {word}" for word in BOUNDS[language]]
    for place, name in enumerate(head):
        width = max(LEAST, breadth(name) + 2) if place else FIRST
        sheet.column_dimensions[get_column_letter(place + 1)].width = width
    _for_paper(sheet)
    sheet.append([text_cell(sheet, name, bold=True) for name in head])
    for row in block["rows"]:
        cells = [text_cell(sheet, row["name"])]
        for place, cell in enumerate(row["cells"]):
            cells += _values(sheet, cell, place in rates)
            if place in few:
                cells += _bounds(sheet, cell)
        sheet.append(cells)


def _for_paper(sheet: Any) -> None:
    """Across the page, as wide as it, with the head on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _values(sheet: Any, cell: Any, wide: bool) -> list[Any]:
    """The cell, or where the column holds rates, value, n and d."""
    if is_rate(cell):
        value = WriteOnlyCell(sheet, value=cell["n"] / cell["d"] if cell["d"] else None)
        value.number_format = "0.00%"
        return [value, cell["n"], cell["d"]]
    if isinstance(cell, str):
        made: Any = _number(cell) if _number(cell) is not None else text_cell(sheet, cell)
    else:
        made = cell
    return [made, None, None] if wide else [made]


def _bounds(sheet: Any, cell: Any) -> list[Any]:
    """Both ends of the interval; empty where many have rated, or nobody."""
    found = []
    for bound in cell["interval"] if interval_of(cell) else (None, None):
        value = WriteOnlyCell(
            sheet, value=None if bound is None else float(Decimal(bound[:-1]) / 100)
        )
        value.number_format = "0.00%"
        found.append(value)
    return found


def _number(text: str) -> float | None:
    """The number a text such as 3.2 is; None for words."""
    try:
        return float(text)
    except ValueError:
        return None
