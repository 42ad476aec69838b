"""The public calculator: an answer with its days, or what is wrong by the field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sla.models import Policy
from tests.factories import MONDAY

pytestmark = pytest.mark.django_db
FEB_13 = {"day": "2026-02-13", "time": "", "kind": "own", "n": "5", "unit": "working_days"}


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with time_machine.travel(MONDAY, tick=False):
        yield


def ask(client: Client, **over: str) -> Any:
    client.cookies["django_language"] = "en"
    return client.get("/calculator/", FEB_13 | over)


@pytest.mark.parametrize(
    ("over", "due"),
    [
        ({}, "27 Feb 2026, 23:59"),
        ({"n": "1"}, "14 Feb 2026, 23:59"),
        ({"day": "2026/02/13"}, "27 Feb 2026, 23:59"),
        ({"day": "2026年2月13日"}, "27 Feb 2026, 23:59"),
        ({"unit": "calendar_days"}, "18 Feb 2026, 23:59"),
        ({"unit": ""}, "27 Feb 2026, 23:59"),
        ({"unit": "working_hours"}, "13 Feb 2026, 15:30"),
        ({"unit": "working_hours", "time": "16:30"}, "14 Feb 2026, 14:30"),
        ({"kind": "consultation", "n": ""}, "27 Feb 2026, 23:59"),
        ({"kind": "complaint", "n": "900"}, None),
        ({"kind": "complaint", "n": ""}, "2 Mar 2026, 23:59"),
    ],
)
def test_answers(cast: Any, client: Client, over: dict[str, str], due: str | None) -> None:
    answer = ask(client, **over)
    page = answer.content.decode()
    assert answer.status_code == (200 if due else 422)
    assert (f">{due}</time>" in page) == bool(due)
    if due:
        assert "the day itself is not counted" in page or "not counted" in page or "opening" in page
        assert "<table" in page


@pytest.mark.parametrize(
    ("over", "said"),
    [
        ({"day": "2026-02-31"}, "Give a day that exists, such as 2026-02-13."),
        ({"day": ""}, "This field is required."),
        ({"day": "1999-12-31"}, "Give a day from the years 2000 to 2090."),
        ({"day": "2091-01-01"}, "Give a day from the years 2000 to 2090."),
        ({"day": "0001-01-01"}, "Give a day from the years 2000 to 2090."),
        ({"day": "9999-12-31"}, "Give a day from the years 2000 to 2090."),
        ({"time": "25:00"}, "Give a time such as 14:30."),
        ({"n": ""}, "Give a number from 1 to 365."),
        ({"n": "0"}, "At least 1."),
        ({"n": "366"}, "At most 365."),
        ({"n": "five"}, "Give a whole number."),
        ({"n": "1" * 5000}, "Give a whole number."),
        ({"kind": "poem"}, "is not one of the available choices"),
        ({"unit": "years"}, "is not one of the available choices"),
        ({"day": "\0"}, "Give a day that exists"),
    ],
)
def test_what_is_wrong_is_said_by_the_field(
    cast: Any, client: Client, over: dict[str, str], said: str
) -> None:
    answer = ask(client, **over)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_the_longest_time_still_has_an_answer(cast: Any, client: Client) -> None:
    answer = ask(client, day="2090-12-31", n="365")
    assert answer.status_code == 200
    assert "Provisional" in answer.content.decode()


def test_an_open_year_is_called_provisional(cast: Any, client: Client) -> None:
    assert "Provisional" in ask(client, day="2026-12-31", n="1").content.decode()
    assert "Provisional" not in ask(client).content.decode()


def test_without_rules_in_force_it_says_so(cast: Any, client: Client) -> None:
    Policy.objects.update(active_from=MONDAY.replace(year=2050))
    answer = ask(client, kind="complaint", n="")
    assert answer.status_code == 422
    assert "No promise is in force for this." in answer.content.decode()


def test_it_opens_empty_stores_nothing_and_takes_no_post(cast: Any, client: Client) -> None:
    page = client.get("/calculator/").content.decode()
    assert 'value="2026-03-02"' in page
    with CaptureQueriesContext(connection) as captured:
        ask(client)
    written = [q["sql"] for q in captured if not q["sql"].startswith("SELECT")]
    assert [sql for sql in written if "INSERT" in sql or "UPDATE" in sql] == []
    assert client.post("/calculator/", FEB_13).status_code == 405
    assert "/calculator/" in client.get("/help/").content.decode()
