"""Putting a native chart into a Word document: its part, its data, the frame it is shown in."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import quoteattr

from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Cm

from sla.reports.graphs import DATA_LINK, HEIGHT, WIDTH, data_file, drawing

FRAME = """
<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>
<wp:docPr id="{number}" name={name} descr={words}/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">
<c:chart r:id="{link}"/></a:graphicData></a:graphic></wp:inline></w:drawing>"""


def put_chart(run: Any, block: dict[str, Any], words: str, number: int) -> None:
    """Show a chart in a run of text; `words` for those who do not see it, `number` from 1."""
    package = run.part.package
    data = Part(
        PackURI(f"/word/embeddings/chart{number}.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        data_file(block),
        package,
    )
    chart = Part(
        PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, drawing(block), package
    )
    chart.load_rel(RELATIONSHIP_TYPE.PACKAGE, data, DATA_LINK)
    frame = FRAME.format(
        width=Cm(WIDTH),
        height=Cm(HEIGHT),
        number=number,
        name=quoteattr(block["title"]),
        words=quoteattr(words),
        link=run.part.relate_to(chart, RELATIONSHIP_TYPE.CHART),
    )
    run._element.append(parse_xml(frame))
