"""A report's charts as DrawingML: native charts of Word, WPS, Excel and LibreOffice.

The same drawing goes into both files. A chart stands beside its data in a workbook: the sheet of
charts in Excel, a workbook of its own inside the Word file, so that it can be edited there too.
Each value is kept in the drawing as well, for programs that do not open the data.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Literal, cast

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.chartspace import ChartContainer, ChartSpace
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend
from openpyxl.chart.plotarea import PlotArea
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
)
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.xml.constants import REL_NS
from openpyxl.xml.functions import SubElement, tostring

Chart = BarChart | LineChart

COLOURS = ("1B4F7A", "B8741A", "3D7A4E", "7A3D6B")
GRID = "D9D9D9"
Dash = Literal["solid", "sysDash", "dash", "sysDot"]
DASHES: tuple[Dash, ...] = ("solid", "sysDash", "dash", "sysDot")
"""Series differ by dashes as well as by colour."""
WIDTH, HEIGHT = 15.6, 7.5
"""Centimetres: the type area of an official document is 156 mm wide."""
LINE_WIDTH, GRID_WIDTH = 22_225, 6_350
"""English Metric Units: 1.75 and 0.5 points."""
TITLE_SIZE, LETTER_SIZE = 1200, 1000
"""Hundredths of a point."""
DATA_SHEET = "Data"
DATA_LINK = "rId1"
"""The relation by which a chart in a Word file finds its workbook."""


def grid(block: dict[str, Any]) -> list[list[str | int]]:
    """A chart's data as rows: the names of the series, then each label with its values."""
    series = block["series"]
    head: list[str | int] = ["", *(one["name"] for one in series)]
    columns = zip(*(one["values"] for one in series), strict=True)
    return [head, *([label, *n] for label, n in zip(block["labels"], columns, strict=True))]


def graph(block: dict[str, Any], sheet: str, row: int = 1) -> Chart:
    """The drawing of a chart whose `grid` stands in a sheet from column A of a row."""
    bars = block["shape"] == "bars"
    made: Chart = BarChart() if bars else LineChart()
    made.title = _title(block["title"])
    made.width, made.height = WIDTH, HEIGHT  # type: ignore[assignment]  # it takes any number
    made.x_axis.delete = made.y_axis.delete = False
    made.y_axis.number_format, made.y_axis.scaling.min = "0", 0
    made.legend = Legend(legendPos="b", overlay=False) if len(block["series"]) > 1 else None
    made.y_axis.majorGridlines = ChartLines(spPr=_line(GRID, width=GRID_WIDTH))
    if isinstance(made, BarChart):
        made.gapWidth = 60
        made.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False)
        made.dataLabels.showLegendKey = made.dataLabels.showPercent = False
    place = quote_sheetname(sheet)
    made.series = [
        _series(block["labels"], one, number, place, row, bars=bars)
        for number, one in enumerate(block["series"])
    ]
    return made


def _series(
    labels: Sequence[str], one: dict[str, Any], number: int, sheet: str, row: int, *, bars: bool
) -> Series:
    column = get_column_letter(number + 2)
    first, last = row + 1, row + len(labels)
    names = StrData(ptCount=len(labels), pt=[StrVal(idx=i, v=v) for i, v in enumerate(labels)])
    values = NumData(
        formatCode="General",
        ptCount=len(labels),
        pt=[NumVal(idx=i, v=str(v)) for i, v in enumerate(one["values"])],
    )
    name = StrData(ptCount=1, pt=[StrVal(idx=0, v=one["name"])])
    made = Series(
        idx=number,
        order=number,
        tx=SeriesLabel(strRef=StrRef(f=f"{sheet}!${column}${row}", strCache=name)),
        cat=AxDataSource(strRef=StrRef(f=f"{sheet}!$A${first}:$A${last}", strCache=names)),
        val=NumDataSource(
            numRef=NumRef(f=f"{sheet}!${column}${first}:${column}${last}", numCache=values)
        ),
    )
    colour = COLOURS[number % len(COLOURS)]
    if bars:
        made.graphicalProperties = GraphicalProperties(solidFill=colour)
    else:
        made.graphicalProperties = _line(colour, DASHES[number % len(DASHES)])
        made.smooth = False
    return made


def _line(colour: str, dash: Dash = "solid", *, width: int = LINE_WIDTH) -> GraphicalProperties:
    return GraphicalProperties(ln=LineProperties(solidFill=colour, w=width, prstDash=dash))


def _title(text: str) -> Title:
    made = Title(overlay=False)
    letters = CharacterProperties(sz=TITLE_SIZE, b=True)
    line = Paragraph(
        pPr=ParagraphProperties(defRPr=letters), r=[RegularTextRun(rPr=letters, t=text)]
    )
    made.tx = Text(rich=RichText(p=[line]))
    return made


def _letters() -> RichText:
    """The size of all letters but the title's."""
    size = ParagraphProperties(defRPr=CharacterProperties(sz=LETTER_SIZE))
    return RichText(p=[Paragraph(pPr=size, endParaRPr=CharacterProperties(sz=LETTER_SIZE))])


def drawing(block: dict[str, Any]) -> bytes:
    """A chart as the XML of its part in a Word file, its data linked as DATA_LINK."""
    made = graph(block, DATA_SHEET)
    plot = PlotArea(_charts=[made])
    inside = ChartContainer(plotArea=plot, legend=made.legend, title=made.title)
    tree = ChartSpace(chart=inside, txPr=_letters(), roundedCorners=False).to_tree()
    data = SubElement(tree, "externalData")
    data.set(f"{{{REL_NS}}}id", DATA_LINK)
    SubElement(data, "autoUpdate").set("val", "0")
    return cast("bytes", tostring(tree))


def data_file(block: dict[str, Any]) -> bytes:
    """The workbook with a chart's data."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(DATA_SHEET)
    for row in grid(block):
        sheet.append(row)
    written = BytesIO()
    book.save(written)
    return written.getvalue()
