"""Reports balance and say so, say when they do not, and tell how far few ratings can be trusted."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from django.db.models import F
from docx import Document
from openpyxl import load_workbook

from sla.figures.folding import fold
from sla.models import Rollup
from sla.reports import spans
from sla.reports.findings import Part
from sla.reports.gathering import gather
from tests.factories import Cast
from tests.reports.played import YEAR, YEAR_END, export, frozen, play, reader, table, words

pytestmark = pytest.mark.django_db


def test_a_report_says_that_it_balances(cast: Cast) -> None:
    play(cast, [5, 4, 1])
    made = frozen(cast)
    assert "经核对，勾稽相符，各分类表分项之和等于合计。" in words(made)
    data = json.loads(export(cast, made, "json").content)
    assert data["figures"]["faults"] == []
    assert data["figures"]["balance"]["holds"] is True
    sheet = load_workbook(BytesIO(export(cast, made, "xlsx", "?lang=zh").content)).worksheets[0]
    assert any("勾稽相符" in str(row[0].value) for row in sheet.iter_rows())


def test_a_touched_cell_shows_in_the_report_and_in_all_its_files(cast: Cast) -> None:
    """By receipt and by event are counted apart: a cell touched in one is found by the other."""
    play(cast, [5, 4, 1])
    fold()
    Rollup.objects.filter(grain="month", basis="receipt", received=1).update(
        received=F("received") + 1
    )
    made = frozen(cast, as_of=YEAR_END)
    page = (
        reader(cast.auditor, "en").get(f"/supervision/reports/{made.report_id}/").content.decode()
    )
    assert "These figures do not balance" in page
    assert "received: " in page
    assert "核对不符" in words(made)
    data = json.loads(export(cast, made, "json").content)
    assert any(fault.startswith("received: ") for fault in data["figures"]["faults"])
    file = Document(BytesIO(export(cast, made, "docx", "?lang=zh").content))
    assert any("核对不符" in line.text for line in file.paragraphs)


@pytest.mark.parametrize("group", ["months", "kinds", "departments", "channels"])
def test_rows_that_do_not_add_up_to_the_total_are_found(cast: Cast, group: str) -> None:
    play(cast, [5, 4, 1])
    found = gather("year", YEAR, as_of=YEAR_END, now=YEAR_END)
    assert found.faults() == []
    first, *others = getattr(found, group)
    bent = Part(first.key, first.name, first.counts | {"replied": first.counts["replied"] + 1})
    changed: dict[str, Any] = {group: (bent, *others)}
    assert replace(found, **changed).faults() == [f"replied: {group} give 4, the total is 3"]


def test_few_ratings_have_their_interval_in_every_form(cast: Cast) -> None:
    play(cast, [5, 4, 1])
    made = frozen(cast)
    assert table(made, "rates")["satisfaction"]["receipt"]["interval"] == ["20.77%", "93.85%"]
    page = (
        reader(cast.auditor, "en").get(f"/supervision/reports/{made.report_id}/").content.decode()
    )
    assert page.count("(21–94%)") >= 3
    assert "不足30份" in words(made)
    file = Document(BytesIO(export(cast, made, "docx", "?lang=zh").content))
    assert "66.67%\n2/3\n(21–94%)" in [
        cell.text for row in file.tables[0].rows for cell in row.cells
    ]
    book = load_workbook(BytesIO(export(cast, made, "xlsx", "?lang=zh").content))
    head, *rows = book["按类别"].iter_rows(values_only=True)
    place = head.index("群众满意率 95%区间下限")
    assert head[place + 1] == "群众满意率 95%区间上限"
    assert rows[-1][place : place + 2] == (0.2077, 0.9385)


def test_many_ratings_have_none(cast: Cast, settings: pytest.FixtureRequest) -> None:
    settings.FEW_RATINGS = 3  # type: ignore[attr-defined]
    play(cast, [5, 4, 1])
    made = frozen(cast)
    assert "interval" not in table(made, "rates")["satisfaction"]["receipt"]
    assert "置信区间" in words(made)  # a month with one rating


def test_a_report_of_a_quarter_balances_with_what_was_carried_in(cast: Cast) -> None:
    play(cast, [5, 4, 1, 5])
    found = gather("quarter", spans.span("quarter", 2026, 2), as_of=YEAR_END, now=YEAR_END)
    assert found.faults() == []
