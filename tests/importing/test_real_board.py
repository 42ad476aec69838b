"""1,408 real messages, 2011 to 2020, played through the moves; the figures recounted by hand."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from foundation.clock import now
from sla import calendars, defaults
from sla.figures.balance import balance
from sla.figures.periods import Period, instant_of
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


YEARS = range(2011, 2021)
THEN = ("2014-06-30T23:59:59", "2018-02-14T12:00:00", "2020-12-31T23:59:59")
"""Within the years, before a spring festival, and at their end."""


@pytest.mark.parametrize("by", ["kind", "month"])
@pytest.mark.parametrize("basis", ["receipt", "event"])
@pytest.mark.parametrize("then", [*THEN, None])
def test_every_year_as_known_at_an_instant_equals_the_recount(
    imported: dict[str, Any],
    board: list[recount.Message],
    days: recount.WorkingDays,
    then: str | None,
    basis: str,
    by: str,
) -> None:
    """As of the past from case lines and ledger, as of now from rollups: both by hand as well."""
    wall = datetime.fromisoformat(then) if then else datetime.max
    known = ("--as-of", then) if then else ()
    compared = 0
    for year in YEARS:
        wanted = recount.count(board, days, year, basis, by, wall)
        period = ("--from", f"{year}-01-01", "--to", f"{year}-12-31")
        made = command("figures", *period, "--basis", basis, "--by", by, *known)
        assert (made["basis"], made["period"]) == (basis, {"from": period[1], "to": period[3]})
        found = {row["key"]: row for row in (made["total"], *made["rows"])}
        assert set(found) == set(wanted), year
        for key, counts in wanted.items():
            assert {name: found[key][name] for name in recount.COUNTS} == counts, (year, key)
            assert found[key]["rates"] == recount.rates(counts), (year, key)
        compared += wanted["total"]["received"]
    assert compared == sum(message.received <= wall for message in board)
    assert compared > 5


@pytest.mark.parametrize("then", [*THEN, None])
def test_every_year_balances_at_every_instant(
    imported: dict[str, Any], board: list[recount.Message], then: str | None
) -> None:
    wall = datetime.fromisoformat(then) if then else datetime.max
    as_of = instant_of(then, now()) if then else None
    for year in YEARS:
        first, after = datetime(year, 1, 1), datetime(year + 1, 1, 1)
        known = [message for message in board if message.received <= wall]
        replies = [message.replied for message in known if message.replied <= wall]
        came = [message.received for message in known]
        found = balance(Period(date(year, 1, 1), date(year, 12, 31)), now(), as_of=as_of)
        assert found.holds
        assert found.received == sum(first <= at < after for at in came)
        assert found.replied == sum(first <= at < after for at in replies)
        assert found.carried_in == sum(at < first for at in came) - sum(
            at < first for at in replies
        )
        assert found.carried_out == sum(at < after for at in came) - sum(
            at < after for at in replies
        )
