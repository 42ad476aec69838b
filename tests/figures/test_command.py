"""`manage.py figures`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


@pytest.fixture(autouse=True)
def _later() -> object:
    with time_machine.travel(china(2026, 3, 20), tick=False):
        yield


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("figures", *arguments, stdout=out)
    return out.getvalue()


def test_the_object_has_the_promised_names(cast: Cast) -> None:
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + timedelta(days=1))
    make_inquiry(MONDAY)
    data = json.loads(printed(*YEAR, "--by", "department", "--json"))
    counts = {
        "received": 2,
        "excluded": 0,
        "replied": 1,
        "published": 0,
        "met": 1,
        "missed": 1,
        "asked": 1,
        "rated": 0,
        "satisfied": 0,
    }
    assert data["period"] == {"from": "2026-01-01", "to": "2026-12-31"}
    assert data["basis"] == "receipt"
    assert data["as_of"] == "2026-03-20T10:00:00+08:00"
    assert data["definition"] == "1"
    assert {rate: one["code"] for rate, one in data["definitions"].items()} == {
        "reply_rate": "standard",
        "on_time_rate": "E",
        "satisfaction": "standard",
        "participation": "standard",
    }
    assert {name: data["total"][name] for name in counts} == counts
    assert data["total"]["rates"]["on_time_rate"] == {"n": 1, "d": 2, "percent": "50.00%"}
    assert [(row["key"], row["received"]) for row in data["rows"]] == [
        ("tech", 1),
        ("unassigned", 1),
    ]


def test_the_object_says_whether_it_balances_what_was_before_and_how_long_it_took(
    cast: Cast,
) -> None:
    """Last year one was answered the day after, this year one of two within three days."""
    advance(make_inquiry(china(2025, 3, 3)), cast, "reply", china(2025, 3, 4))
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + timedelta(days=3))
    make_inquiry(MONDAY)
    data = json.loads(printed(*YEAR, "--by", "department", "--compare", "--times", "--json"))
    assert data["faults"] == []
    assert data["balance"] == {
        "carried_in": 0,
        "received": 2,
        "replied": 1,
        "excluded": 0,
        "carried_out": 1,
        "holds": True,
    }
    assert list(data["comparison"]) == ["year_before"]
    then = data["comparison"]["year_before"]
    assert then["period"] == {"from": "2025-01-01", "to": "2025-03-20"}
    assert then["received"] == {"now": "2", "then": "1", "by": "1", "direction": "rose"}
    assert then["reply_rate"]["by"] == "-50.00"
    assert data["answer_days"] == {
        "total": {"n": 1, "median": 3.0, "p90": 3},
        "rows": {"tech": {"n": 1, "median": 3.0, "p90": 3}},
    }
    assert "carried in 0 + received 2 = replied 1" in printed(*YEAR)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("month", ["2026-03"]),
        ("handler", ["handler"]),
        ("topic", ["unassigned"]),
        ("district", ["unassigned"]),
        ("kind", ["consultation"]),
    ],
)
def test_every_breakdown_has_its_answer_times(cast: Cast, by: str, keys: list[str]) -> None:
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + timedelta(days=1))
    data = json.loads(printed(*YEAR, "--by", by, "--times", "--json"))
    assert [row["key"] for row in data["rows"]] == keys
    assert list(data["answer_days"]["rows"]) == keys


def test_a_house_can_publish_by_another_definition_and_says_which(
    cast: Cast, settings: Any
) -> None:
    settings.RATE_DEFINITIONS = {"reply_rate": "B", "on_time_rate": "F"}
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + timedelta(days=1))
    make_inquiry(MONDAY)
    data = json.loads(printed(*YEAR, "--json"))
    assert data["definitions"]["reply_rate"]["name_zh"] == "回复率（B，按转办）"
    assert data["total"]["rates"]["reply_rate"] == {"n": 1, "d": 1, "percent": "100.00%"}
    assert data["total"]["rates"]["on_time_rate"] == {"n": 1, "d": 1, "percent": "100.00%"}
    assert "reply rate (B) = replied / dispatched; on time (F) = met / replied" in printed(*YEAR)


def test_the_table_shows_every_rate_with_its_numbers(cast: Cast) -> None:
    advance(make_inquiry(MONDAY), cast, "reply", MONDAY + timedelta(days=1))
    lines = printed(*YEAR, "--by", "kind").splitlines()
    assert "by receipt" in lines[0]
    assert lines[1].startswith(
        "reply rate (standard) = replied / valid; on time (E) = met / judged"
    )
    assert lines[3].startswith("consultation")
    assert "100.00% (1/1)" in lines[-3]
    assert "— (0/0)" in lines[-3]
    assert len({len(line) for line in lines[2:-2]}) == 1


def test_what_staff_typed_in_can_be_left_out_of_satisfaction(cast: Cast) -> None:
    for channel, rating in (("portal", 5), ("phone", 3)):
        answered = advance(make_inquiry(MONDAY, channel=channel), cast, "reply", MONDAY)
        perform("rate", answered.number, by=CITIZEN, at=MONDAY, rating=rating)
    whole = json.loads(printed(*YEAR, "--json"))
    part = json.loads(printed(*YEAR, "--exclude-staff-entered", "--json"))
    counted = [(made["total"]["replied"], made["total"]["rated"]) for made in (whole, part)]
    assert counted == [(2, 2), (2, 1)]
    assert part["satisfaction_without_channels"] == ["letter", "phone", "visit"]
    assert "without channels letter, phone, visit" in printed(*YEAR, "--exclude-staff-entered")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "2026-13-01", "--to", "2026-12-31"), "--from: '2026-13-01' is no day"),
        (("--from", "2026-01-01", "--to", "yesterday"), "--to: 'yesterday' is no day"),
        (("--from", "2026-02-01", "--to", "2026-01-31"), "ends (2026-01-31) before it begins"),
        (("--from", "0001-01-01", "--to", "2026-01-31"), "years are to lie between"),
        ((*YEAR, "--as-of", "noon"), "--as-of: 'noon' is no instant"),
        ((*YEAR, "--as-of", "9999-12-31"), "--as-of: '9999-12-31' is no instant"),
        ((*YEAR, "--as-of", "2026-03-21"), "--as-of: '2026-03-21' is still to come"),
    ],
)
def test_a_wrong_question_is_answered_precisely(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError) as refused:
        printed(*arguments)
    assert message in str(refused.value)


def test_an_instant_may_be_given_with_or_without_a_zone_or_as_a_day(cast: Cast) -> None:
    make_inquiry(MONDAY)
    for text, received in [
        ("2026-03-02T10:00", 1),
        ("2026-03-02T09:59:59", 0),
        ("2026-03-02T02:00:00Z", 1),
        ("2026-03-02", 1),
        ("2026-03-01", 0),
        ("2026-03-20", 1),
    ]:
        data = json.loads(printed(*YEAR, "--as-of", text, "--json"))
        assert data["total"]["received"] == received, text
