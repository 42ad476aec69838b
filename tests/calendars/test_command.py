"""`manage.py load_calendar`: the same change from a shell, looked at first."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from ledger.models import Event
from sla.models import CalendarDay, CalendarYear, Case, Recalculation
from sla.proving.verification import verify
from tests.factories import Cast, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = china(2026, 12, 29)
ROWS = "date,kind,name\n2027-01-01,holiday,元旦\n2027-01-04,holiday,元旦\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "holidays-2027.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def run(*args: Any, **options: Any) -> str:
    out = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("load_calendar", *map(str, args), stdout=out, **options)
    return out.getvalue()


def test_a_year_is_loaded_and_running_clocks_follow(cast: Cast, file: Path) -> None:
    inquiry = make_inquiry(china(2026, 12, 28))
    said = run(file, "--notice", "国办发明电〔2026〕99号", "--reason", "国务院办公厅通知")
    assert "1 dates move" in said
    assert CalendarYear.objects.get(year=2027).confirmed
    case = Case.objects.get(pk=inquiry.case_id)
    # 29, 30, 31 December; 1 and 4 January are off; 5, 6 January.
    assert case.due_at == china(2027, 1, 6, 23, 59) + timedelta(seconds=59)
    assert not case.due_provisional
    event = Event.objects.get(move="redate")
    assert (event.actor_kind, event.actor_label) == ("system", "load_calendar")
    assert list(verify()) == []


def test_a_dry_run_says_and_leaves_everything(cast: Cast, file: Path) -> None:
    make_inquiry(china(2026, 12, 28))
    found = json.loads(run(file, "--reason", "试", "--dry-run", "--json"))
    assert (found["looked"], found["changed"]) == (2, 1)
    assert found["proposal"]["days"]["2027-01-01"][0] is None
    assert not CalendarDay.objects.filter(date__year=2027).exists()
    assert not Recalculation.objects.exists()


def test_without_a_notice_the_year_stays_provisional(cast: Cast, file: Path) -> None:
    run(file, "--reason", "预计安排")
    assert CalendarDay.objects.filter(date__year=2027).count() == 2
    assert not CalendarYear.objects.filter(year=2027, confirmed=True).exists()
    with pytest.raises(CommandError, match="nothing would change"):
        run(file, "--reason", "预计安排")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--reason", " "], "--reason"),
        (["--reason", "x", "--calendar", "nosuch"], "--calendar"),
        (["--reason", "x", "--link", "https://www.gov.cn/"], "--notice"),
        (["--reason", "x", "--notice", "n", "--link", "javascript:1"], "--link"),
        (["--reason", "x", "--year", "2031"], "Row 2"),
    ],
)
def test_what_is_wrong_is_said(cast: Cast, file: Path, more: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(file, *more)
    assert not Recalculation.objects.exists()


def test_a_file_that_is_not_there_or_says_no_year(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "2027.csv", "--reason", "x")
    path = tmp_path / "days.csv"
    path.write_text(ROWS, encoding="utf-8")
    with pytest.raises(CommandError, match="--year"):
        run(path, "--reason", "x")
