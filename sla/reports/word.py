"""A report as a Word document, laid out as official documents are (GB/T 9704-2012).

A4; margins 37 mm above, 28 mm left, so that the type area is 156 × 225 mm; title in size 2
(22 pt) Xiaobiaosong, text in size 3 (16 pt) Fangsong on a fixed line of 28.9 pt, first-level
headings in Hei; page numbers in size 4 (14 pt) between dashes,
on the outer side. Where a reader has not got the
fonts, Word puts its own Song and Fangsong in their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import count
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from sla.reports.blocks import Block, chart_words, interval_of, is_rate
from sla.reports.comparing import text_of
from sla.reports.word_charts import put_chart
from sla.reports.words import breadth, in_language

LATIN = "Times New Roman"
TITLE, BODY, HEAD, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
TITLE_SIZE, BODY_SIZE, CAPTION_SIZE, TABLE_SIZE = Pt(22), Pt(16), Pt(12), Pt(10.5)
SMALL_SIZE, FOLIO_SIZE = Pt(9), Pt(14)
MANY = 6
"""Tables of more columns are set in the small size."""
MARGIN = 40
"""Twentieths of a point."""
TYPE_AREA = Mm(156)
WIDEST = 18
"""The most half-width letters a column is made for."""
SHORT = 8
"""A table of no more rows is kept on one page."""
LINE = Pt(28.9)
BLACK = RGBColor(0, 0, 0)
INDENT = Pt(32)
"""Two characters of the text."""
CONTROL = {code: None for code in range(32) if chr(code) not in "\t\n"}


def word_file(
    document: dict[str, Any], signature: list[str], language: str, correction: list[Block]
) -> bytes:
    """The report in one language; `signature` are the lines under it, such as signer and day,
    `correction` the blocks that stand after it and say what a new version changed."""
    read = in_language(document, language)
    file = Document()
    _lay_out(file)
    _core(file, read)
    for text in (read["bureau"], read["title"]):
        _line(file, text, TITLE, TITLE_SIZE, WD_ALIGN_PARAGRAPH.CENTER)
    _line(file, "", BODY, BODY_SIZE)
    charts = count(1)
    for block in read["blocks"]:
        _block(file, block, language, charts)
    _line(file, "", BODY, BODY_SIZE)
    for text in (read["bureau"], *signature):
        made = _line(file, text, BODY, BODY_SIZE, WD_ALIGN_PARAGRAPH.RIGHT)
        made.paragraph_format.right_indent = INDENT
        made.paragraph_format.keep_with_next = text != signature[-1]
    for place, block in enumerate(in_language(correction, language)):
        made = _block(file, block, language, charts)
        if not place:
            made.paragraph_format.page_break_before = True
    written = BytesIO()
    file.save(written)
    return written.getvalue()


def _block(file: Any, block: Block, language: str, charts: Iterator[int]) -> Any:
    match block["type"]:
        case "heading":
            made = _line(file, block["text"], HEAD, BODY_SIZE, style="Heading 1")
            made.paragraph_format.keep_with_next = True
            made.paragraph_format.first_line_indent = INDENT
        case "paragraph":
            made = _line(file, block["text"], BODY, BODY_SIZE)
            made.paragraph_format.first_line_indent = INDENT
        case "chart":
            made = file.add_paragraph()
            made.alignment = WD_ALIGN_PARAGRAPH.CENTER
            put_chart(made.add_run(), block, chart_words(block, language), next(charts))
        case _:
            made = _table(file, block)
    return made


def _lay_out(file: Any) -> None:
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(25)
    normal = file.styles["Normal"]
    _font(normal, BODY, BODY_SIZE)
    letters = OxmlElement("w:lang")
    letters.set(qn("w:val"), "en-US")
    letters.set(qn("w:eastAsia"), "zh-CN")
    normal._element.get_or_add_rPr().append(letters)
    file.settings.odd_and_even_pages_header_footer = True
    _folio(page.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _folio(page.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _folio(line: Any, side: WD_ALIGN_PARAGRAPH) -> None:
    """The page number: outside, a character from the edge of the type area."""
    line.alignment = side
    shape = line.paragraph_format
    shape.left_indent = shape.right_indent = FOLIO_SIZE
    for part in ("— ", "PAGE", " —"):
        run = line.add_run("" if part == "PAGE" else part)
        _font(run, PLAIN, FOLIO_SIZE)
        if part == "PAGE":
            _field(run, part)


def _core(file: Any, read: dict[str, Any]) -> None:
    file.core_properties.title = read["title"]
    file.core_properties.author = read["bureau"]
    file.core_properties.comments = ""


def _line(
    file: Any,
    text: str,
    font: str,
    size: Any,
    align: WD_ALIGN_PARAGRAPH | None = None,
    style: str | None = None,
) -> Any:
    made = file.add_paragraph(style=style)
    run = made.add_run(text.translate(CONTROL))
    _font(run, font, size)
    run.bold = False
    made.alignment = align
    shape = made.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    if font == TITLE:
        shape.line_spacing = Pt(36)
    return made


def _font(of: Any, name: str, size: Any) -> None:
    of.font.name, of.font.size = LATIN, size
    of.font.color.rgb = BLACK
    fonts = of._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _field(run: Any, code: str) -> None:
    """A field Word fills in, such as the page number."""
    for kind, text in (("begin", None), (None, code), ("end", None)):
        if text is None:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = text
        run._element.append(mark)


def _table(file: Any, block: Block) -> Any:
    caption = _line(file, block["title"], HEAD, CAPTION_SIZE, WD_ALIGN_PARAGRAPH.CENTER)
    caption.paragraph_format.keep_with_next = True
    head = [column["name"] for column in block["columns"]]
    rows = [[row["name"], *map(_printed, row["cells"])] for row in block["rows"]]
    made = file.add_table(rows=1, cols=len(head), style="Table Grid")
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    _narrow_margins(made)
    size = TABLE_SIZE if len(head) <= MANY else SMALL_SIZE
    _cells(made.rows[0], head, HEAD, size, together=True)
    repeated = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(repeated)
    for place, texts in enumerate(rows):
        added = made.add_row()
        last = place == len(rows) - 1
        _cells(added, texts, BODY, size, together=not last and (len(rows) <= SHORT or not place))
        whole = OxmlElement("w:cantSplit")
        added._tr.get_or_add_trPr().append(whole)
    for column, width in zip(made.columns, widths([head, *rows]), strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    _line(file, "", BODY, Pt(8)).paragraph_format.line_spacing = Pt(14)
    return caption


def _printed(cell: Any) -> str:
    """A cell as printed; a rate's two numbers, and its interval, stand under it."""
    if not is_rate(cell):
        return text_of(cell)
    told = text_of(cell).replace(" (", "\n").removesuffix(")")
    return f"{told}\n({interval})" if (interval := interval_of(cell)) else told


def widths(rows: list[list[str]]) -> list[int]:
    """Widths of columns that fill the type area, by the longest line in each; a Chinese letter is
    as wide as two others, heads may take two lines, and no column takes all."""
    wanted = [
        min(max(_head_breadth(head), *map(breadth, texts)), WIDEST) + 2
        for head, *texts in zip(*rows, strict=True)
    ]
    return [int(TYPE_AREA * one / sum(wanted)) for one in wanted]


def _head_breadth(text: str) -> int:
    """On two lines: words are not broken, Chinese may be anywhere."""
    return max(breadth(word) if word.isascii() else breadth(word) // 2 for word in text.split())


def _narrow_margins(made: Any) -> None:
    """Little room beside the text of cells, so that tables of ten columns fit."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(MARGIN))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    made._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _cells(row: Any, texts: list[str], font: str, size: Any, *, together: bool) -> None:
    """Fill a row; `together` keeps it on the page of the next one."""
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        made = cell.paragraphs[0]
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER if place else WD_ALIGN_PARAGRAPH.LEFT
        made.paragraph_format.space_after = Pt(0)
        made.paragraph_format.keep_with_next = together
        _font(made.add_run(text.translate(CONTROL)), font, size)
