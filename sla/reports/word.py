"""A report as a Word document, laid out as official documents are (GB/T 9704-2012).

A4; margins 37 mm above, 28 mm left, so that the type area is 156 × 225 mm; title in size 2
(22 pt) Xiaobiaosong, text in size 3 (16 pt) Fangsong on a fixed line of 28.9 pt, first-level
headings in Hei; page numbers in size 4 (14 pt) between dashes. Where a reader has not got the
fonts, Word puts its own Song and Fangsong in their place.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from sla.reports.comparing import text_of
from sla.reports.words import in_language

LATIN = "Times New Roman"
TITLE, BODY, HEAD, PLAIN = "方正小标宋简体", "仿宋_GB2312", "黑体", "宋体"
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, FOLIO_SIZE = Pt(22), Pt(16), Pt(10.5), Pt(14)
LINE = Pt(28.9)
INDENT = Pt(32)
"""Two characters of the text."""
CONTROL = {code: None for code in range(32) if chr(code) not in "\t\n"}


def word_file(document: dict[str, Any], signature: list[str], language: str) -> bytes:
    """The report in one language; `signature` are the lines under it, such as signer and day."""
    read = in_language(document, language)
    file = Document()
    _lay_out(file)
    _core(file, read)
    _line(file, read["title"], TITLE, TITLE_SIZE, WD_ALIGN_PARAGRAPH.CENTER)
    _line(file, "", BODY, BODY_SIZE)
    for block in read["blocks"]:
        match block["type"]:
            case "heading":
                made = _line(file, block["text"], HEAD, BODY_SIZE, style="Heading 1")
                made.paragraph_format.keep_with_next = True
                made.paragraph_format.first_line_indent = INDENT
            case "paragraph":
                made = _line(file, block["text"], BODY, BODY_SIZE)
                made.paragraph_format.first_line_indent = INDENT
            case "table":
                _table(file, block)
    _line(file, "", BODY, BODY_SIZE)
    for text in (read["bureau"], *signature):
        made = _line(file, text, BODY, BODY_SIZE, WD_ALIGN_PARAGRAPH.RIGHT)
        made.paragraph_format.right_indent = INDENT
    written = BytesIO()
    file.save(written)
    return written.getvalue()


def _lay_out(file: Any) -> None:
    page = file.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = Mm(37), Mm(35)
    page.left_margin, page.right_margin = Mm(28), Mm(26)
    page.footer_distance = Mm(28)
    normal = file.styles["Normal"]
    _font(normal, BODY, BODY_SIZE)
    folio = page.footer.paragraphs[0]
    folio.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("— ", "PAGE", " —"):
        run = folio.add_run("" if part == "PAGE" else part)
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
    of.font.color.rgb = None
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


def _table(file: Any, block: dict[str, Any]) -> None:
    caption = _line(file, block["title"], HEAD, Pt(14), WD_ALIGN_PARAGRAPH.CENTER)
    caption.paragraph_format.keep_with_next = True
    head = [column["name"] for column in block["columns"]]
    made = file.add_table(rows=1, cols=len(head), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    _cells(made.rows[0], head, PLAIN)
    repeated = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in block["rows"]:
        texts = [row["name"], *(text_of(cell) for cell in row["cells"])]
        added = made.add_row()
        _cells(added, texts, BODY)
        whole = OxmlElement("w:cantSplit")
        added._tr.get_or_add_trPr().append(whole)
    _line(file, "", BODY, Pt(8))


def _cells(row: Any, texts: list[str], font: str) -> None:
    for place, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
        made = cell.paragraphs[0]
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER if place else WD_ALIGN_PARAGRAPH.LEFT
        made.paragraph_format.space_after = Pt(0)
        _font(made.add_run(text.translate(CONTROL)), font, TABLE_SIZE)
