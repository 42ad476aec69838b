"""1,408 real messages, 2011 to 2020, played through the moves; the figures recounted by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from sla import calendars, defaults
from sla.models import Case
from tests.importing import recount

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("HUIYING_SHARED", ROOT.parent / "shared"))
BOARD = SHARED / "data" / "message_board_replied.xlsx"
CALENDAR = SHARED / "data" / "cn_calendar.json"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (BOARD.exists() and CALENDAR.exists()),
        reason=f"the message board is not in {SHARED} (HUIYING_SHARED may name the folder)",
    ),
]


def command(name: str, *arguments: str) -> Any:
    out = StringIO()
    call_command(name, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """The outcome of the import, which all tests here look at and which is undone after them."""
    with django_db_blocker.unblock(), transaction.atomic():
        calendars.forget()
        defaults.install()
        yield command("import_messages", str(BOARD))
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def board() -> list[recount.Message]:
    return recount.messages(BOARD)


@pytest.fixture(scope="module")
def days() -> recount.WorkingDays:
    return recount.WorkingDays(CALENDAR)


def test_every_message_comes_in(imported: dict[str, Any]) -> None:
    assert imported == {"imported": 1408, "skipped": 0, "failed": 0, "faults": []}
    assert Case.objects.count() == 1408


def test_a_second_import_finds_them_all_there(imported: dict[str, Any]) -> None:
    again = command("import_messages", str(BOARD))
    assert (again["imported"], again["skipped"]) == (0, 1408)


def test_verify_finds_no_difference(imported: dict[str, Any]) -> None:
    assert command("verify") == {"cases": 1408, "differences": []}


@pytest.mark.parametrize("by", ["kind", "month"])
@pytest.mark.parametrize("basis", ["receipt", "event"])
@pytest.mark.parametrize("year", [2018, 2019])
def test_the_figures_equal_the_recount(
    imported: dict[str, Any],
    board: list[recount.Message],
    days: recount.WorkingDays,
    year: int,
    basis: str,
    by: str,
) -> None:
    period = ("--from", f"{year}-01-01", "--to", f"{year}-12-31")
    made = command("figures", *period, "--basis", basis, "--by", by)
    wanted = recount.count(board, days, year, basis, by)
    assert made["basis"] == basis
    assert made["period"] == {"from": f"{year}-01-01", "to": f"{year}-12-31"}
    found = {row["key"]: row for row in (made["total"], *made["rows"])}
    assert set(found) == set(wanted)
    for key, counts in wanted.items():
        assert {name: found[key][name] for name in recount.COUNTS} == counts, key
        assert found[key]["rates"] == recount.rates(counts), key
    assert wanted["total"]["received"] > 100


def test_figures_of_a_past_instant_equal_the_recount(
    imported: dict[str, Any], board: list[recount.Message], days: recount.WorkingDays
) -> None:
    """As of the last second of June 2019, what was known of the first half of the year."""
    limit = recount.wall("2019/6/30 23:59:59")
    made = command(
        "figures", "--from", "2019-01-01", "--to", "2019-06-30", "--as-of", "2019-06-30T23:59:59"
    )["total"]
    wanted = dict.fromkeys(recount.COUNTS, 0)
    for message in board:
        if not recount.wall("2019/1/1 0:00:00") <= message.received <= limit:
            continue
        for measure, at in recount.facts(message, days).items():
            # Due by then and not answered is a miss by then; to the last second it is none.
            wanted[measure] += at < limit if measure == "missed" else at <= limit
    assert {name: made[name] for name in recount.COUNTS} == wanted
