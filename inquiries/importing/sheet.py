"""Reading a message-board export: every row understood, or named with what is wrong with it."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zoneinfo import ZoneInfo

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from inquiries.states import Kind
from sla.defaults import SINCE

ZONE = ZoneInfo("Asia/Shanghai")
COLUMNS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间")
TIME_FORMATS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")
LONGEST_TITLE = 200
LONGEST_NAME = 60
LONGEST_REF = 50


class SheetError(Exception):
    """The file as a whole cannot be read: not a workbook, no such sheet, a column missing."""


class RowError(ValueError):
    """One cell is unusable."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the board. `answered_at` and `answer` are both there or both empty."""

    row: int
    ref: str
    author: str
    title: str
    text: str
    sent_at: datetime
    answer: str
    answered_at: datetime | None

    @property
    def kind(self) -> Kind:
        """The kind, told from the title."""
        if "咨询" in self.title:
            return Kind.CONSULTATION
        if "建议" in self.title:
            return Kind.SUGGESTION
        if "投诉" in self.title or "举报" in self.title:
            return Kind.COMPLAINT
        return Kind.OPINION


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row; rows are numbered as the spreadsheet shows them."""

    row: int
    column: str
    reason: str


NOT_A_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    OSError,
    ValueError,
    TypeError,
)
"""What openpyxl raises over a file that is something else, or damaged."""


def read(
    path: Path, sheet: str | None = None, *, now: datetime
) -> tuple[list[Message], list[Fault]]:
    """All messages of a workbook's sheet (by default the first), and all faults.

    A time before the first calendar year or after `now` is a fault. Raises SheetError when the
    file, the sheet or a column is not there.
    """
    try:
        return _read(path, sheet, now)
    except FileNotFoundError as error:
        raise SheetError(f"{path}: no such file") from error
    except NOT_A_WORKBOOK as error:
        raise SheetError(f"{path.name}: not an .xlsx workbook") from error


def _read(path: Path, sheet: str | None, now: datetime) -> tuple[list[Message], list[Fault]]:
    rows = _rows(path, sheet)
    header = [str(cell).strip() if cell is not None else "" for cell in next(rows, ())]
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        raise SheetError(f"{path.name}: no column {', '.join(missing)} in the first row")
    places = [header.index(column) for column in COLUMNS]
    messages: list[Message] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, cells in enumerate(rows, start=2):
        if all(cell is None for cell in cells):
            continue
        try:
            message = _message(number, [cells[i] if i < len(cells) else None for i in places])
            _within("留言时间", message.sent_at, now)
            _within("答复时间", message.answered_at, now)
            if message.ref in seen:
                raise RowError("留言编号", f"{message.ref} stands in row {seen[message.ref]} too")
        except RowError as error:
            faults.append(Fault(number, error.column, error.reason))
            continue
        seen[message.ref] = number
        messages.append(message)
    return messages, faults


def _rows(path: Path, sheet: str | None) -> Iterator[tuple[Any, ...]]:
    book = load_workbook(path, read_only=True, data_only=True)
    if sheet is not None and sheet not in book.sheetnames:
        raise SheetError(f"{path.name}: no sheet {sheet!r}; there are {', '.join(book.sheetnames)}")
    page = book[sheet] if sheet is not None else book.worksheets[0]
    if isinstance(page, ReadOnlyWorksheet):
        # Some programs write a size that is not the sheet's; read to the last row there is.
        page.reset_dimensions()
    return iter(page.iter_rows(values_only=True))


def _message(row: int, cells: Sequence[Any]) -> Message:
    ref, author, title, sent, text, answer, answered = cells
    message = Message(
        row=row,
        ref=_text("留言编号", ref, LONGEST_REF),
        author=_text("留言用户", author, LONGEST_NAME),
        title=_text("留言主题", title, LONGEST_TITLE),
        text=_text("留言详情", text),
        sent_at=_instant("留言时间", sent),
        answer=_text("答复意见", answer, required=False),
        answered_at=_instant("答复时间", answered) if not _blank(answered) else None,
    )
    if bool(message.answer) != (message.answered_at is not None):
        column = "答复时间" if message.answer else "答复意见"
        raise RowError(column, "a reply needs both its text and its time")
    if message.answered_at is not None and message.answered_at < message.sent_at:
        raise RowError("答复时间", "before the message was sent")
    return message


def _blank(value: Any) -> bool:
    return value is None or not str(value).strip()


def _text(column: str, value: Any, longest: int | None = None, *, required: bool = True) -> str:
    if _blank(value):
        if required:
            raise RowError(column, "is empty")
        return ""
    text = str(value).strip()
    if "\x00" in text:
        raise RowError(column, "holds a NUL character")
    if longest is not None and len(text) > longest:
        raise RowError(column, f"is longer than {longest} characters")
    return text


def _instant(column: str, value: Any) -> datetime:
    """An instant given as a cell's date or as text, on a Chinese wall clock."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=ZONE, microsecond=0).astimezone(UTC)
    if _blank(value):
        raise RowError(column, "is empty")
    for form in TIME_FORMATS:
        try:
            return datetime.strptime(str(value).strip(), form).replace(tzinfo=ZONE).astimezone(UTC)
        except ValueError:
            continue
    raise RowError(column, f"{str(value)[:30]!r} is not a time like 2019/4/25 9:32:09")


def _within(column: str, at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    if at < SINCE:
        raise RowError(column, f"is before {SINCE.year}, where the working calendar begins")
    if at > now:
        raise RowError(column, "is still to come")
