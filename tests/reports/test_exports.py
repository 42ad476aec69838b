"""Lists as files: complete, resumable, harmless in a spreadsheet, and gone after a week."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.actors import CITIZEN, Role
from accounts.models import User
from inquiries.workflow import perform
from sla.background import tick
from sla.exports import working
from sla.exports.columns import FORMULA_MARKS, neutral
from sla.exports.working import work
from sla.models import Case, ListExport, Survey
from tests.factories import Cast, UserFactory, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

START = china(2026, 3, 2)
NOW = china(2026, 4, 10, 12)
EVIL = ("=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def reader(user: User) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def ask(user: User, form: str = "csv", measure: str = "received", **over: str) -> ListExport:
    sent = {"form": form, "measure": measure, "from": "2026-01-01", "to": "2026-12-31"} | over
    answer = reader(user).post(reverse("supervision:new_export"), sent)
    assert answer["Location"] == reverse("supervision:exports")
    return ListExport.objects.latest("pk")


def content(user: User, export: ListExport) -> bytes:
    answer: Any = reader(user).get(reverse("supervision:fetch_export", args=[export.token]))
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def table(file: bytes) -> list[list[str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(file.decode("utf-8-sig"), newline="")))


@given(st.text(max_size=20))
def test_no_cell_begins_with_what_a_spreadsheet_runs(text: str) -> None:
    made = str(neutral(text))
    assert not made.lstrip().startswith(FORMULA_MARKS)
    assert made.removeprefix("'") == text.removeprefix("'")


def test_a_csv_file_holds_exactly_the_list(cast: Cast) -> None:
    for n, title in enumerate(EVIL):
        make_inquiry(START + timedelta(hours=n), title=f"{title}高新技术企业")
    advance(make_inquiry(START + timedelta(days=1)), cast, "reply", START + timedelta(days=2))
    export = ask(cast.supervisor)
    assert (export.state, export.rows_total) == ("working", len(EVIL) + 1)
    tick(NOW)
    head, *rows = table(content(cast.supervisor, export))
    assert head[:2] == ["Number", "Title"]
    assert len(rows) == len(EVIL) + 1
    answered = dict(zip(head, rows[0], strict=True))
    assert (answered["Verdict"], answered["Working days to the answer"]) == ("On time", "1")
    for row in rows:
        assert not any(cell.lstrip().startswith(FORMULA_MARKS) for cell in row)


def test_a_due_date_that_may_still_move_is_marked(cast: Cast) -> None:
    certain, open_ = make_inquiry(START), make_inquiry(START)
    Case.objects.filter(pk=open_.case_id).update(due_provisional=True)
    export = ask(cast.supervisor)
    tick(NOW)
    head, *rows = table(content(cast.supervisor, export))
    place = head.index("Provisional")
    told = {row[0]: row[place] for row in rows}
    assert told == {certain.number: "", open_.number: "provisional"}


def test_nobody_is_sent_the_ratings_of_their_own_answers(cast: Cast) -> None:
    number = advance(make_inquiry(START), cast, "reply", START).number
    perform("rate", number, by=CITIZEN, at=START, rating=1, comment="没有说清楚")
    both = UserFactory.create(department=cast.tech, roles=(Role.HANDLER, Role.SUPERVISOR))
    Survey.objects.update(handler=both)
    for user, told in ((cast.supervisor, True), (both, False)):
        for measure in ("rated", "received"):
            export = ask(user, measure=measure)
            tick(NOW)
            text = content(user, export).decode()
            assert ("Very dissatisfied" in text) == told, (user, measure)
            assert (number in text) == (told or measure == "received")
            assert len(table(text.encode())) == 2


def test_a_workbook_has_text_and_numbers_and_no_formula(cast: Cast) -> None:
    make_inquiry(START, title="=HYPERLINK(1)高新技术企业")
    advance(make_inquiry(START + timedelta(days=1)), cast, "reply", START + timedelta(days=2))
    export = ask(cast.supervisor, "xlsx")
    work(NOW)
    sheet = load_workbook(BytesIO(content(cast.supervisor, export))).active
    assert sheet is not None
    cells = [cell for row in sheet for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert sheet["L2"].value == 1
    assert sheet.max_row == 3


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_killed_worker_leaves_no_gap_and_no_double(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(working, "BATCH", 3)
    monkeypatch.setattr(working, "BATCHES", 1)
    for n in range(8):
        make_inquiry(START + timedelta(minutes=n // 2))
    export = ask(cast.supervisor, form)
    assert work(NOW) == 1
    export.refresh_from_db()
    assert (export.state, export.rows_done) == ("working", 3)
    with export.draft.open("ab") as file:
        file.write(b"half a li")
    assert [work(NOW), work(NOW), work(NOW)] == [1, 1, 0]
    export.refresh_from_db()
    assert (export.state, export.rows_done) == ("done", 8)
    file_content = content(cast.supervisor, export)
    if form == "csv":
        numbers = [row[0] for row in table(file_content)[1:]]
    else:
        sheet: Any = load_workbook(BytesIO(file_content)).active
        numbers = [row[0].value for row in list(sheet)[1:]]
    assert len(numbers) == len(set(numbers)) == 8


@pytest.mark.parametrize("measure", ["overdue", "rated", "open", "missed"])
def test_every_list_can_be_written(cast: Cast, measure: str) -> None:
    make_inquiry(START)
    advance(make_inquiry(START), cast, "reply", START)
    tick(NOW)
    export = ask(cast.auditor, measure=measure)
    work(NOW)
    rows = table(content(cast.auditor, export))
    assert len(rows) == 1 + (measure != "rated")


def test_a_file_is_for_its_maker_and_for_supervisors(cast: Cast) -> None:
    export = ask(cast.supervisor)
    own = ask(cast.auditor)
    work(NOW)
    address = reverse("supervision:fetch_export", args=[export.token])
    assert reader(cast.auditor).get(address).status_code == 404
    assert reader(cast.handler).get(address).status_code == 403
    assert content(cast.supervisor, own).startswith(b"\xef\xbb\xbf")
    listed = reader(cast.auditor).get(reverse("supervision:exports")).content.decode()
    assert own.token in listed
    assert export.token not in listed


def test_a_file_is_deleted_when_its_time_is_over(cast: Cast) -> None:
    export = ask(cast.supervisor)
    work(NOW)
    assert export.path.exists()
    later = export.expires_at
    with time_machine.travel(later, tick=False):
        address = reverse("supervision:fetch_export", args=[export.token])
        assert reader(cast.supervisor).get(address).status_code == 404
        tick(later)
    export.refresh_from_db()
    assert export.state == "expired"
    assert not export.path.exists()


def test_an_export_that_fails_says_so_and_stops_nothing_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ask(cast.supervisor), ask(cast.supervisor)
    write = working._append

    def full(export: ListExport, written: Any) -> None:
        if export.pk == first.pk:
            raise OSError("No space left on device")
        write(export, written)

    monkeypatch.setattr(working, "_append", full)
    assert work(NOW) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("failed", "done")


def test_too_long_for_a_workbook_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sla.exports.views.MOST_IN_WORKBOOK", 1)
    make_inquiry(START)
    make_inquiry(START)
    client = reader(cast.supervisor)
    sent = {"form": "xlsx", "measure": "received", "from": "2026-01-01"}
    page = client.post(reverse("supervision:new_export"), sent, follow=True)
    assert "Please choose CSV" in page.content.decode()
    assert not ListExport.objects.exists()


def test_five_at_once_are_enough(cast: Cast) -> None:
    for _ in range(5):
        ask(cast.supervisor)
    client = reader(cast.supervisor)
    sent = {"form": "csv", "measure": "received"}
    page = client.post(reverse("supervision:new_export"), sent, follow=True)
    assert "Please wait for them" in page.content.decode()
    assert ListExport.objects.count() == 5


@pytest.mark.parametrize(
    "sent",
    [
        {"form": "pdf"},
        {"measure": "handlers"},
        {"from": "never"},
        {"measure": "valid", "basis": "event"},
    ],
)
def test_what_is_no_list_is_refused(cast: Cast, sent: dict[str, str]) -> None:
    whole = {"form": "csv", "measure": "received"} | sent
    answer = reader(cast.supervisor).post(reverse("supervision:new_export"), whole)
    assert answer.status_code == 400
