"""What the board draws: nothing of months to come, and never an older number than the page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.board.tables import COLUMNS
from sla.figures.folding import fold
from sla.figures.rates import NONE
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

START = china(2026, 3, 2)
NOW = china(2026, 4, 10, 12)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client(cast: Cast) -> Client:
    found = Client()
    found.cookies["django_language"] = "en"
    found.force_login(cast.supervisor)
    return found


def look(client: Client, query: str = "") -> Any:
    response = client.get(reverse("supervision:board") + query)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize(
    ("query", "there", "to_come"),
    [
        ("", 4, 8),
        ("?basis=event", 4, 8),
        ("?as_of=2026-03-31", 3, 9),
        ("?from=2025-01-01&to=2025-12-31", 12, 0),
        ("?from=2026-05-01&to=2026-06-30", 0, 2),
    ],
)
def test_months_to_come_are_not_drawn_as_nothing(
    cast: Cast, client: Client, query: str, there: int, to_come: int
) -> None:
    advance(make_inquiry(START), cast, "reply", START + DAY)
    shown = look(client, query)
    lines = shown.context["months"].lines
    assert len(lines) == there + to_come
    assert all(line.url and line.cells != [NONE] * len(COLUMNS) for line in lines[:there])
    assert all(line.cells == [NONE] * len(COLUMNS) and not line.url for line in lines[there:])
    volume = shown.context["charts"]["volume"]
    assert [len(line.points) for line in volume.lines] == [there, there]
    assert len(volume.frame.marks) == there + to_come
    of_months = re.findall(r"<title>Cases received (\d\d) \d+</title>", shown.content.decode())
    first = 5 if "from=2026-05" in query else 1
    assert of_months == [f"{month:02}" for month in range(first, first + there)]


def test_a_board_looked_at_again_has_the_new_numbers(cast: Cast, client: Client) -> None:
    def cells(shown: Any) -> dict[str, list[str]]:
        lines = [*shown.context["breakdown"].lines, shown.context["breakdown"].foot]
        return {
            line.label: [re.sub(r"<[^>]+>", " ", cell).split()[0] for cell in line.cells]
            for line in lines
        }

    received, missed = COLUMNS.index("received"), COLUMNS.index("missed")
    for n in range(1, 4):
        advance(make_inquiry(START + n * DAY), cast, "reply", START + 20 * DAY)
        shown = look(client)
        found = cells(shown)
        assert [found[who][received] for who in ("Technology Section", "Total")] == [str(n)] * 2
        assert [found[who][missed] for who in ("Technology Section", "Total")] == [str(n)] * 2
        assert f'">{n}</a></dd>' in shown.content.decode()
        if n == 2:
            fold()
        assert cells(look(client)) == found


def test_what_is_drawn_follows_language_and_settings(
    cast: Cast, client: Client, settings: Any
) -> None:
    inquiry = advance(make_inquiry(START), cast, "reply", START + DAY)
    perform("rate", inquiry.number, by=CITIZEN, at=START + 2 * DAY, rating=4)
    page = look(client).content.decode()
    assert "few ratings; with 95 % confidence" in page
    assert 'class="bar few"' in page
    settings.FEW_RATINGS = 1
    page = look(client).content.decode()
    assert "few ratings; with 95 % confidence" not in page
    assert 'class="bar few"' not in page
    client.cookies["django_language"] = "zh-hans"
    page = look(client).content.decode()
    assert "Reply rate" not in page
    assert "回复率" in page
