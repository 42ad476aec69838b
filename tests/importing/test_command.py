"""`import_messages`: what it takes, what it refuses and how, and that it does it only once."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from inquiries.models import Inquiry, Reply
from inquiries.states import State
from ledger.models import Event
from notices.models import InboxItem, Outbox
from sla.models import Case, Delta, Policy, Rollup
from sla.proving.verification import verify
from sla.targets import Target
from tests.factories import china
from tests.importing.workbooks import COLUMNS, row, workbook

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_messages", str(path), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def outcome(path: Path, *options: str) -> dict[str, Any]:
    """What --json prints: one object and nothing else."""
    found: dict[str, Any] = json.loads(run(path, "--json", *options))
    return found


def refused(path: Path, *options: str) -> tuple[str, dict[str, Any]]:
    """The error's words and the JSON printed, of an import that must leave nothing behind."""
    out = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import_messages", str(path), "--json", *options, stdout=out)
    assert error.value.returncode == 1
    assert not Inquiry.objects.exists()
    assert not Event.objects.exists()
    assert not Delta.objects.exists()
    return str(error.value), json.loads(out.getvalue() or "{}")


def test_a_message_is_played_at_its_own_times(bureau: None, tmp_path: Path) -> None:
    found = outcome(workbook(tmp_path / "board.xlsx", row(2549)))
    assert found == {"imported": 1, "skipped": 0, "failed": 0, "faults": []}
    inquiry = Inquiry.objects.select_related("case__department").get()
    case = inquiry.case
    assert inquiry.source_ref == "board:2549"
    assert (inquiry.title, inquiry.name) == ("咨询高新技术企业认定", "A00045581")
    sent, answered = china(2019, 4, 25, 9, 32), china(2019, 4, 29, 14, 56)
    assert case.received_at == sent.replace(second=9)
    assert case.replied_at == case.published_at == answered.replace(second=53)
    assert (case.kind, case.channel, case.verdict) == ("consultation", "import", "met")
    assert case.department is not None
    assert case.department.code == "imported"
    assert inquiry.state == State.CLOSED
    # 28 April and 5 May 2019 were Sundays on which people worked.
    assert case.answer_days == 3
    assert case.due_at == datetime(2019, 5, 5, 15, 59, 59, tzinfo=UTC)
    moves = list(Event.objects.order_by("seq").values_list("move", flat=True))
    assert moves == [
        "submit", "accept", "assign", "sign_for", "draft", "submit_for_review", "reply",
        "publish", "close",
    ]  # fmt: skip
    assert list(verify()) == []


def test_history_writes_to_nobody(bureau: None, tmp_path: Path) -> None:
    run(workbook(tmp_path / "board.xlsx", row(1), row(2)))
    assert not Outbox.objects.exists()
    assert not InboxItem.objects.exists()


def test_the_reply_is_drafted_and_approved_by_two(bureau: None, tmp_path: Path) -> None:
    run(workbook(tmp_path / "board.xlsx", row(1)), "--department", "tech")
    reply = Reply.objects.get()
    assert reply.drafted_by_id != reply.approved_by_id
    for person in (reply.drafted_by, reply.approved_by):
        assert person is not None
        assert not person.is_active
        assert not person.has_usable_password()
        assert person.department is not None
        assert person.department.code == "tech"


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("咨询公积金", "consultation"),
        ("关于公交站点的建议", "suggestion"),
        ("投诉某小区噪音", "complaint"),
        ("举报违规施工", "complaint"),
        ("物业管理有问题", "opinion"),
    ],
)
def test_the_kind_is_told_from_the_title(
    bureau: None, tmp_path: Path, title: str, kind: str
) -> None:
    run(workbook(tmp_path / "board.xlsx", row(1, 留言主题=title)))
    assert Case.objects.get().kind == kind


def test_what_is_published_is_masked(bureau: None, tmp_path: Path) -> None:
    words = {"留言详情": "我的电话13812345678", "答复意见": "已致电13812345678告知"}
    run(workbook(tmp_path / "board.xlsx", row(1, **words)))
    reply = Reply.objects.get()
    assert "13812345678" not in reply.public_question + reply.public_text
    assert "13812345678" in reply.text


def test_a_message_without_reply_stays_open_and_is_overdue(bureau: None, tmp_path: Path) -> None:
    run(workbook(tmp_path / "board.xlsx", row(1, 答复意见=None, 答复时间=None)))
    inquiry = Inquiry.objects.select_related("case").get()
    assert inquiry.state == State.IN_PROGRESS
    assert inquiry.case.replied_at is None
    figures = StringIO()
    period = ("--from", "2019-01-01", "--to", "2019-12-31", "--json")
    call_command("figures", *period, stdout=figures)
    total = json.loads(figures.getvalue())["total"]
    assert (total["received"], total["replied"], total["missed"]) == (1, 0, 1)


def test_running_it_again_changes_nothing(bureau: None, tmp_path: Path) -> None:
    path = workbook(tmp_path / "board.xlsx", row(1), row(2, 答复意见=None, 答复时间=None))
    assert outcome(path)["imported"] == 2
    events, rollups = Event.objects.count(), list(Rollup.objects.order_by("pk").values())
    assert outcome(path) == {"imported": 0, "skipped": 2, "failed": 0, "faults": []}
    assert Event.objects.count() == events
    assert list(Rollup.objects.order_by("pk").values()) == rollups
    longer = workbook(tmp_path / "longer.xlsx", row(1), row(2), row(3))
    assert "imported 1, skipped 2, failed 0" in run(longer)


def test_real_date_cells_other_spellings_and_empty_lines_are_understood(
    bureau: None, tmp_path: Path
) -> None:
    rows = [
        row(1, 留言时间=datetime(2019, 4, 25, 9, 32, 9), 答复时间=datetime(2019, 4, 26, 9, 0)),
        [None] * 7,
        row("2", 留言时间="2019-04-25 09:32:09", 答复时间="2019-04-26 09:00"),
        row(3, 留言时间=" 2019/4/25 9:32 "),
    ]
    assert outcome(workbook(tmp_path / "board.xlsx", *rows))["imported"] == 3
    minutes = {case.received_at.replace(second=0) for case in Case.objects.all()}
    assert minutes == {china(2019, 4, 25, 9, 32)}


def test_columns_may_stand_in_any_order_among_others(bureau: None, tmp_path: Path) -> None:
    order = ("备注", *reversed(COLUMNS))
    path = workbook(tmp_path / "board.xlsx", ["无", *reversed(row(1))], columns=order)
    assert outcome(path)["imported"] == 1


BAD_ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({"留言时间": "2019年4月25日"}, "留言时间", "is not a time like"),
    ({"留言时间": "2019/4/31 9:00:00"}, "留言时间", "is not a time like"),
    ({"留言时间": None}, "留言时间", "is empty"),
    ({"留言时间": "2999/1/1 9:00:00", "答复时间": None, "答复意见": None}, "留言时间", "to come"),
    ({"留言时间": "1999/1/1 9:00:00"}, "留言时间", "before 2004"),
    ({"答复时间": "2999/1/1 9:00:00"}, "答复时间", "still to come"),
    ({"答复时间": "明天"}, "答复时间", "is not a time like"),
    ({"答复时间": None}, "答复时间", "needs both"),
    ({"答复意见": "  "}, "答复意见", "needs both"),
    ({"答复时间": "2019/4/25 9:32:08"}, "答复时间", "before the message was sent"),
    ({"留言编号": None}, "留言编号", "is empty"),
    ({"留言编号": "9" * 51}, "留言编号", "longer than 50"),
    ({"留言主题": "\n\t "}, "留言主题", "is empty"),
    ({"留言主题": "长" * 201}, "留言主题", "longer than 200"),
    ({"留言详情": None}, "留言详情", "is empty"),
    ({"留言用户": ""}, "留言用户", "is empty"),
]


@pytest.mark.parametrize(("cells", "column", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_and_nothing_is_imported(
    bureau: None, tmp_path: Path, cells: dict[str, Any], column: str, reason: str
) -> None:
    number = cells.get("留言编号", 2)
    path = workbook(tmp_path / "board.xlsx", row(1), row(number, **cells), row(3))
    words, found = refused(path)
    assert words == "1 faulty rows; nothing was imported"
    assert (found["imported"], found["failed"]) == (0, 1)
    (fault,) = found["faults"]
    assert (fault["row"], fault["column"]) == (3, column)
    assert reason in fault["reason"]


def test_all_bad_rows_are_named_at_once(bureau: None, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "board.xlsx", row(1, 留言时间="?"), row(1), row(1), row(2, 留言主题="")
    )
    _, found = refused(path)
    assert [(f["row"], f["column"]) for f in found["faults"]] == [
        (2, "留言时间"),
        (4, "留言编号"),
        (5, "留言主题"),
    ]
    assert found["faults"][1]["reason"] == "1 stands in row 3 too"


def test_a_missing_column_is_named(bureau: None, tmp_path: Path) -> None:
    path = workbook(tmp_path / "board.xlsx", columns=COLUMNS[:-2])
    words, _ = refused(path)
    assert "no column 答复意见, 答复时间 in the first row" in words


def test_an_empty_sheet_is_told(bureau: None, tmp_path: Path) -> None:
    words, _ = refused(workbook(tmp_path / "board.xlsx", columns=()))
    assert "no column 留言编号" in words


def test_a_wrong_sheet_is_told_with_those_there_are(bureau: None, tmp_path: Path) -> None:
    path = workbook(tmp_path / "board.xlsx", row(1), sheet="留言")
    words, _ = refused(path, "--sheet", "答复")
    assert words == "board.xlsx: no sheet '答复'; there are 留言"
    assert outcome(path, "--sheet", "留言")["imported"] == 1


def damaged(path: Path) -> Path:
    """A workbook whose sheet is cut off in the middle."""
    good = workbook(path.with_name("good.xlsx"), row(1))
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            cut = len(content) // 2 if "sheet1" in name else len(content)
            target.writestr(name, content[:cut])
    return path


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken", b"\xd0\xcf\x11"])
def test_what_is_no_workbook_is_told(bureau: None, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "board.xlsx"
    path.write_bytes(content)
    assert refused(path)[0] == "board.xlsx: not an .xlsx workbook"


def test_a_zip_a_folder_and_a_damaged_workbook_are_told(bureau: None, tmp_path: Path) -> None:
    archive = tmp_path / "zip.xlsx"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("readme.txt", "hello")
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    for path in (archive, folder, damaged(tmp_path / "cut.xlsx")):
        assert refused(path)[0] == f"{path.name}: not an .xlsx workbook"


def test_a_missing_file_is_told(bureau: None, tmp_path: Path) -> None:
    assert refused(tmp_path / "none.xlsx")[0].endswith("none.xlsx: no such file")


def test_without_policies_it_says_what_to_do(bureau: None, tmp_path: Path) -> None:
    Policy.objects.filter(target=Target.REPLY).delete()
    words, _ = refused(workbook(tmp_path / "board.xlsx", row(1)))
    assert "manage.py seed" in words


def test_the_command_line_exits_with_1_and_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "board.xlsx"
    path.write_bytes(b"not a workbook")
    command = [sys.executable, "manage.py", "import_messages", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("board.xlsx: not an .xlsx workbook")
    assert "Traceback" not in done.stderr
