"""Small message-board exports, made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

COLUMNS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
GOOD: dict[str, Any] = {
    "留言编号": 2549,
    "留言用户": "A00045581",
    "留言主题": "咨询高新技术企业认定",
    "留言时间": "2019/4/25 9:32:09",
    "留言详情": "请问何时开始申报？",
    "答复意见": "您好，四月开始。",
    "答复时间": "2019/4/29 14:56:53",
}


def row(ref: int | str | None, **over: Any) -> list[Any]:
    """A good row under this number, with some cells replaced."""
    return list({**GOOD, "留言编号": ref, **over}.values())


def workbook(
    path: Path, *rows: Sequence[Any], columns: Sequence[str] = COLUMNS, sheet: str = "Sheet1"
) -> Path:
    """An .xlsx with one sheet, written to `path`."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(list(columns))
    for cells in rows:
        page.append(list(cells))
    book.save(path)
    return path
