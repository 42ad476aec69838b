"""The customer's own year: what it publishes is said only when it is true."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.background import tick
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR_END = china(2026, 12, 31, 18)


def play(cast: Cast, ratings: list[int | None]) -> None:
    """Nine inquiries of the year 2026, each answered in public the day after it came in."""
    for month, rating in enumerate(ratings, start=1):
        at = china(2026, month, 15)
        inquiry = make_inquiry(at)
        advance(inquiry, cast, "publish", at + DAY)
        tick(at + DAY)
        if rating is not None:
            comment = "没有回答我的问题" if rating < 3 else ""
            number = inquiry.number
            perform("rate", number, by=CITIZEN, at=at + 2 * DAY, rating=rating, comment=comment)
            tick(at + 3 * DAY)


def figures(*more: str) -> Any:
    out = StringIO()
    with time_machine.travel(YEAR_END, tick=False):
        call_command(
            "figures", "--from", "2026-01-01", "--to", "2026-12-31", "--json", *more, stdout=out
        )
    return json.loads(out.getvalue())


def percents(total: dict[str, Any]) -> list[tuple[int, int, str]]:
    names = ("reply_rate", "on_time_rate", "satisfaction", "participation")
    return [tuple(total["rates"][name][part] for part in ("n", "d", "percent")) for name in names]


def board(cast: Cast) -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    with time_machine.travel(YEAR_END, tick=False):
        client.force_login(cast.supervisor)
        response = client.get(reverse("supervision:board"))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


WHOLE = (9, 9, "100.00%")


@pytest.mark.parametrize("basis", ["receipt", "event"])
def test_nine_received_nine_answered_nine_rated_is_a_hundred_four_times(
    cast: Cast, basis: str
) -> None:
    play(cast, [5, 4, 3] * 3)
    data = figures("--basis", basis, "--by", "month")
    assert percents(data["total"]) == [WHOLE] * 4
    assert {name: data["total"][name] for name in ("received", "published", "missed")} == {
        "received": 9,
        "published": 9,
        "missed": 0,
    }
    assert [row["key"] for row in data["rows"]] == [f"2026-{month:02}" for month in range(1, 10)]


def test_the_board_says_the_same(cast: Cast) -> None:
    play(cast, [5] * 9)
    page = board(cast)
    tiles = page[page.index("Figures of the period") : page.index("By month")]
    assert tiles.count('100<span class="unit">%</span>') == 4
    assert tiles.count(">9</a> / <a") == 4


def test_with_one_unrated_nobody_is_told_that_all_nine_were_satisfied(
    cast: Cast,
) -> None:
    play(cast, [None, *[5] * 8])
    assert percents(figures()["total"]) == [
        WHOLE,
        WHOLE,
        (8, 8, "100.00%"),
        (8, 9, "88.89%"),
    ]
    page = board(cast)
    assert "88.89" in page


def test_with_none_rated_there_is_no_satisfaction(cast: Cast) -> None:
    play(cast, [None] * 9)
    assert percents(figures()["total"]) == [WHOLE, WHOLE, (0, 0, "—"), (0, 9, "0.00%")]
    page = board(cast)
    tiles = page[page.index("Figures of the period") : page.index("By month")]
    assert tiles.count('100<span class="unit">%</span>') == 2
    assert "none yet" in tiles


def test_one_dissatisfied_citizen_is_seen(cast: Cast) -> None:
    play(cast, [2, *[5] * 8])
    assert percents(figures()["total"])[2:] == [(8, 9, "88.89%"), WHOLE]


def test_one_late_answer_is_seen_before_anybody_answers(cast: Cast) -> None:
    play(cast, [5] * 9)
    make_inquiry(china(2026, 11, 2))
    assert percents(figures()["total"])[:2] == [(9, 10, "90.00%"), (9, 10, "90.00%")]
    assert percents(figures("--as-of", "2026-11-03T09:00:00+08:00")["total"])[:2] == [
        (9, 10, "90.00%"),
        (9, 9, "100.00%"),
    ]
