"""What a report is taken away as: Word, Excel and JSON say what the frozen document says."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from openpyxl import load_workbook

from accounts.models import User
from sla.reports.freezing import freeze_again, sign
from tests.factories import Cast, china, make_inquiry
from tests.reports.played import DAY, SEED, YEAR_END, export, frozen, play

pytestmark = pytest.mark.django_db


def test_the_word_file_is_laid_out_as_an_official_document(cast: Cast, second: User) -> None:
    play(cast, [5] * 9)
    made = frozen(cast)
    sign(made, by=second.as_actor(), now=YEAR_END)
    answer = export(cast, made, "docx", "?lang=zh")
    file = Document(BytesIO(answer.content))
    text = [paragraph.text for paragraph in file.paragraphs]
    assert text[:2] == [made.document["bureau"]["zh"], "2026年公众参与办理情况报告"]
    assert any(SEED in line for line in text)
    page = file.sections[0]
    sizes = (page.page_width, page.page_height, page.left_margin, page.right_margin)
    assert sizes == pytest.approx((Mm(210), Mm(297), Mm(28), Mm(26)), abs=Mm(0.1))
    heads: list[Any] = [table.rows[0]._tr.trPr for table in file.tables]
    assert all(head.find(qn("w:tblHeader")) is not None for head in heads)
    assert any("第二人" in line for line in text)
    english = Document(BytesIO(export(cast, made, "docx", "?lang=en").content))
    assert english.paragraphs[1].text == "Report on public inquiries, 2026"
    parts = zipfile.ZipFile(BytesIO(answer.content)).namelist()
    assert not any("vba" in name.lower() for name in parts)


CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
WORDS = {
    "zh": "柱状图：各类别收到件数。收到均为3。具体数据见下表。",
    "en": "Line chart: Received and replied by month. Received: most 1 (2026-01), least 0"
    " (2026-10). Replied: most 1 (2026-01), least 0 (2026-10). The table below has the figures.",
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_charts_in_a_word_file_can_be_seen_edited_and_heard(cast: Cast, language: str) -> None:
    """Each chart keeps its values, has a workbook with the same, and words for who cannot see."""
    play(cast, [5] * 9)
    made = frozen(cast)
    file: Any = Document(BytesIO(export(cast, made, "docx", f"?lang={language}").content))
    frames = file.element.body.findall(f".//{qn('wp:docPr')}")
    assert WORDS[language] in [frame.get("descr") for frame in frames]
    links = [one.get(qn("r:id")) for one in file.element.body.iter(f"{CHART}chart")]
    drawn = [block for block in made.document["blocks"] if block["type"] == "chart"]
    assert len(links) == len(frames) == len(drawn) == 2
    for link, block in zip(links, drawn, strict=True):
        part = file.part.related_parts[link]
        chart = parse_xml(part.blob)
        [data] = chart.findall(f"{CHART}externalData")
        sheet: Any = load_workbook(BytesIO(part.related_parts[data.get(qn("r:id"))].blob)).active
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert rows[0][1:] == [one["name"][language] for one in block["series"]]
        assert [row[0] for row in rows[1:]] == [label[language] for label in block["labels"]]
        for place, one in enumerate(block["series"]):
            assert [row[place + 1] for row in rows[1:]] == one["values"]
        kept = [int(v.text) for v in chart.findall(f".//{CHART}numCache//{CHART}v")]
        assert kept == [n for one in block["series"] for n in one["values"]]


def test_the_workbook_has_the_charts_beside_their_data(cast: Cast) -> None:
    play(cast, [5] * 9)
    book = load_workbook(BytesIO(export(cast, frozen(cast), "xlsx", "?lang=en").content))
    sheet: Any = book["Charts"]
    assert len(sheet._charts) == 2
    for chart in sheet._charts:
        for one in chart.series:
            assert at(sheet, one.tx.strRef.f).value in ("Received", "Replied")
            kept = [int(point.v) for point in one.val.numRef.numCache.pt]
            assert [cell.value for (cell,) in at(sheet, one.val.numRef.f)] == kept


def at(sheet: Any, reference: str) -> Any:
    """The cell or cells a formula such as 'Charts'!$B$2:$B$5 names."""
    return sheet[reference.split("!")[1].replace("$", "")]


def test_what_a_new_version_corrected_stands_in_every_file(cast: Cast) -> None:
    play(cast, [5] * 3)
    old = frozen(cast)
    make_inquiry(china(2026, 12, 30))
    now = YEAR_END + DAY
    given: dict[str, Any] = {"by": cast.by("supervisor"), "as_of": now, "now": now}
    new = freeze_again(old.report, seen=1, reason="补录一件", **given)

    data = json.loads(export(cast, new, "json").content)
    total = {"table": {"zh": "按类别", "en": "By kind"}, "row": {"zh": "合计", "en": "Total"}}
    rate = {"zh": "回复率", "en": "Reply rate"}
    was, now_is = (
        {"n": 3, "d": 3, "percent": "100.00%"},
        {"n": 3, "d": 4, "percent": "75.00%"},
    )
    assert total | {"column": rate, "before": was, "now": now_is} in data["changes"]
    assert json.loads(export(cast, old, "json").content)["changes"] == []

    file = Document(BytesIO(export(cast, new, "docx", "?lang=zh").content))
    lines = [paragraph.text for paragraph in file.paragraphs]
    assert "更正原因：补录一件" in lines
    cells = [[cell.text for cell in row.cells] for row in file.tables[-1].rows]
    assert cells[0] == ["表", "行", "列", "更正前", "更正后"]
    assert ["按类别", "合计", "回复率", "100.00%\n3/3", "75.00%\n3/4"] in cells
    first = Document(BytesIO(export(cast, old, "docx", "?lang=zh").content))
    assert not any("更正" in paragraph.text for paragraph in first.paragraphs)

    sheet: Any = load_workbook(BytesIO(export(cast, new, "xlsx", "?lang=en").content)).worksheets[
        -1
    ]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert ["By kind", "Total", "Reply rate", 1, 3, 3, 0.75, 3, 4] in rows
    assert ["By kind", "Total", "Received", 3, None, None, 4, None, None] in rows


def test_a_report_on_nothing_has_no_chart_and_says_a_dash(cast: Cast) -> None:
    content = export(cast, frozen(cast), "docx", "?lang=zh").content
    assert not any("chart" in name for name in zipfile.ZipFile(BytesIO(content)).namelist())
    rates = Document(BytesIO(content)).tables[0]
    assert [cell.text for cell in rates.rows[1].cells] == ["回复率", "—", "—"]


def test_numbers_are_numbers_and_words_are_never_formulas(cast: Cast) -> None:
    cast.tech.name_en = '=HYPERLINK("http://evil.example","x")'
    cast.tech.save()
    play(cast, [5, None])
    made = frozen(cast)
    book = load_workbook(BytesIO(export(cast, made, "xlsx", "?lang=en").content))
    sheet = book["By department"]
    row: list[Any] = [cell.value for cell in sheet[2]]
    assert sheet["A2"].data_type == "s"
    assert row[0].startswith("=HYPERLINK")
    assert row[1] == 2
    assert row[3:7] == [2, 1, 2, 2]
    assert sheet["E2"].number_format == "0.00%"
    assert sheet.freeze_panes == "B2"
    assert all(cell.data_type != "f" for page in book for line in page for cell in line)


def test_the_json_file_holds_figures_definition_and_digest(cast: Cast) -> None:
    play(cast, [5])
    made = frozen(cast)
    data = json.loads(export(cast, made, "json").content)
    assert data["format"] == "huiying-period-report/1"
    assert data["definition"] == made.definition == "1"
    assert data["figures"]["definitions"]["on_time_rate"]["code"] == "E"
    assert data["digest"] == made.digest
    assert data["signed"] is None
    assert data["as_of"] == "2026-12-31T18:00:00+08:00"
    assert data["figures"]["by_receipt"]["rates"]["reply_rate"]["percent"] == "100.00%"
