"""A file is the list that was asked for: whenever it is written, and whatever happens meanwhile."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO, StringIO
from itertools import chain
from random import Random
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.exports import working
from sla.exports.working import work
from sla.figures.measures import BASES, MEASURES
from sla.figures.report import report
from sla.figures.stock import STOCKS
from sla.models import Case, ListExport
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.figures.lives import DAY, HOUR, life

pytestmark = pytest.mark.django_db

THEN = MONDAY + 17 * DAY + HOUR / 2
LATER = MONDAY + 70 * DAY
SPRING = {"from": "2026-03-01", "to": "2026-05-31"}
Rows = list[list[str]]


def file(cast: Cast, measure: str, form: str, at: datetime, **asked: str) -> Rows:
    """The rows of a file that is asked for and written at an instant; as many as it promised."""
    with time_machine.travel(at, tick=False):
        export = ask(cast, measure, form, **asked)
        work(at)
        return content(cast, export)


def ask(cast: Cast, measure: str, form: str = "csv", **asked: str) -> ListExport:
    sent = SPRING | {"form": form, "measure": measure} | asked
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(cast.supervisor, "django.contrib.auth.backends.ModelBackend")
    assert client.post(reverse("supervision:new_export"), sent).status_code == 302
    return ListExport.objects.latest("pk")


def content(cast: Cast, export: ListExport) -> Rows:
    export.refresh_from_db()
    assert export.state == "done"
    assert export.rows_total == export.rows_done
    if export.form == "csv":
        text = export.path.read_text(encoding="utf-8-sig")
        found = list(csv.reader(StringIO(text, newline="")))
    else:
        sheet: Any = load_workbook(BytesIO(export.path.read_bytes())).active
        found = [[_text(cell.value) for cell in row] for row in sheet]
    assert len(found) == 1 + export.rows_done
    return found


def _text(value: object) -> str:
    return "" if value is None else str(value)


@pytest.fixture
def photographs(cast: Cast) -> dict[tuple[str, str], Rows]:
    """What every list was at an instant, by basis and measure; the cases have moved on since."""
    drawn = (life(cast, Random(n), n) for n in range(14))
    moves = sorted(chain.from_iterable(drawn), key=lambda move: move[0])
    for _at, move in (each for each in moves if each[0] <= THEN):
        move()
    sweep(THEN)
    taken = {
        (basis, measure): file(cast, measure, "csv", THEN, basis=basis)
        for basis in BASES
        for measure in lists(basis)
    }
    for _at, move in (each for each in moves if each[0] > THEN):
        move()
    sweep(LATER)
    return taken


def lists(basis: str) -> Iterator[str]:
    yield from (*MEASURES, "judged")
    if basis == "receipt":
        yield "valid"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("basis", BASES)
def test_a_file_of_the_past_is_the_file_of_that_time(
    cast: Cast, photographs: dict[tuple[str, str], Rows], basis: str, form: str
) -> None:
    counts = report(
        datetime(2026, 3, 1).date(),
        datetime(2026, 5, 31).date(),
        basis=basis,
        as_of=THEN,
        now=LATER,
    ).total.counts
    changed = 0
    for measure in lists(basis):
        head, *then = photographs[basis, measure]
        found = file(cast, measure, form, LATER, basis=basis, as_of=THEN.isoformat())
        assert found == [head, *then], measure
        assert measure not in counts or len(then) == counts[measure]
        changed += file(cast, measure, form, LATER, basis=basis) != [head, *then]
    assert changed >= 8, "hardly anything happened since"


MEANWHILE = MONDAY + 9 * DAY
ASKED_FOR = [
    *((stock, sort) for stock in STOCKS for sort in ("", "-due", "-received")),
    ("at_in_progress", "due"),
    ("still_open", "due"),
    *(("received", sort) for sort in ("", "received", "due", "-due")),
    *(("judged", sort) for sort in ("due", "-replied")),
    ("replied", "replied"),
    ("missed", "-due"),
    ("dispatched", "due"),
]


@pytest.fixture
def stock(cast: Cast) -> list[str]:
    """Cases that lie open, in all stages, some late, some waiting, some answered."""
    numbers = []
    for n in range(12):
        inquiry = make_inquiry(MONDAY + (n % 6) * DAY + n * HOUR / 8)
        until = ("accept", "sign_for", "submit_for_review", "reply")[n % 4]
        advance(inquiry, cast, until, MONDAY + 6 * DAY + n * HOUR / 8)
        numbers.append(inquiry.number)
    for number in (numbers[0], numbers[5]):
        ask_to_supplement(cast, number, MONDAY + 7 * DAY)
    sweep(MEANWHILE)
    return numbers


def ask_to_supplement(cast: Cast, number: str, at: datetime) -> None:
    who = "intake" if Case.objects.get(number=number).stage == "accepted" else "handler"
    perform("ask_supplement", number, by=cast.by(who), at=at, request="请补充材料。")


def turmoil(cast: Cast, numbers: list[str], step: int) -> None:
    """Dates move both ways, cases come, wait, go on, change hands and are answered."""
    at = MEANWHILE + (step + 1) * HOUR
    if step == 0:
        perform("supply", numbers[0], by=CITIZEN, at=at, text="补充的材料")
        ask_to_supplement(cast, numbers[4], at)
        make_inquiry(at)
    elif step == 1:
        perform("supply", numbers[5], by=CITIZEN, at=at, text="补充的材料")
        perform("reply", numbers[2], by=cast.by("reviewer"), at=at)
        perform("reply", numbers[10], by=cast.by("reviewer"), at=at)
    else:
        ask_to_supplement(cast, numbers[9], at)
        again: dict[str, Any] = {"department": cast.other, "reason": "不属本科室职责"}
        perform("reassign", numbers[1], by=cast.by("supervisor"), at=at, **again)
    sweep(at)


@pytest.mark.parametrize(("measure", "sort"), ASKED_FOR)
def test_nothing_is_missed_or_repeated_while_cases_move(
    cast: Cast, stock: list[str], monkeypatch: pytest.MonkeyPatch, measure: str, sort: str
) -> None:
    at_once = file(cast, measure, "csv", MEANWHILE, sort=sort)
    monkeypatch.setattr(working, "BATCH", 1)
    monkeypatch.setattr(working, "BATCHES", 1)
    with time_machine.travel(MEANWHILE, tick=False):
        export = ask(cast, measure, sort=sort)
    for step in range(3):
        work(MEANWHILE + step * HOUR)
        turmoil(cast, stock, step)
    while work(MEANWHILE + 5 * HOUR):
        pass
    assert content(cast, export) == at_once


def test_votes_changed_meanwhile_keep_their_place(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = []
    for n, rating in enumerate((1, 3, 3, 5, 5)):
        inquiry = advance(make_inquiry(MONDAY), cast, "reply", MONDAY + DAY)
        said: dict[str, Any] = {"rating": rating, "comment": "没有说清楚" if rating < 3 else ""}
        perform("rate", inquiry.number, by=CITIZEN, at=MEANWHILE - (6 - n) * HOUR, **said)
        numbers.append(inquiry.number)
    asked = {"basis": "event", "sort": "rating"}
    at_once = file(cast, "rated", "csv", MEANWHILE, **asked)
    monkeypatch.setattr(working, "BATCH", 2)
    monkeypatch.setattr(working, "BATCHES", 1)
    with time_machine.travel(MEANWHILE, tick=False):
        export = ask(cast, "rated", **asked)
    work(MEANWHILE)
    soon = MEANWHILE + HOUR
    perform("rate", numbers[0], by=CITIZEN, at=soon, rating=5, comment="")
    perform("rate", numbers[4], by=CITIZEN, at=soon, rating=1, comment="没有说清楚")
    while work(soon):
        pass
    assert content(cast, export) == at_once
