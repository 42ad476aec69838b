"""Answer times and satisfaction: they balance, they say when they do not, their numbers open."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db.models import F

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.figures.folding import fold
from sla.models import MonthTotal, Rollup
from tests.factories import Cast, advance, make_inquiry
from tests.figures.test_board import (
    COUNT,
    DAY,
    START,
    _now,
    get,
    house,
    numbers_of,
    reader,
)

__all__ = ["_now", "house"]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["times", "satisfaction"])
@pytest.mark.parametrize("query", ["", "&basis=event", "&as_of=2026-03-05", "&department=tech"])
def test_times_and_satisfaction_balance_and_open_their_lists(
    house: Cast, name: str, query: str
) -> None:
    client = reader(house.supervisor)
    found: dict[str, int] = {}
    for by in ("department", "kind", "channel", "topic", "district", "handler"):
        page = get(client, name, f"?from=2026-01-01&to=2026-12-31&by={by}{query}").content.decode()
        assert page.count("balances") == 2
        assert "do not balance" not in page
        found |= numbers_of(page)
    assert found
    silent = any("measure=silent" in url for url in found)
    assert silent == (name == "satisfaction" and "event" not in query)
    for url, n in found.items():
        counted = COUNT.search(get(client, url).content.decode())
        assert counted is not None
        assert int(counted.group(1)) == n, url


def test_a_cell_that_was_touched_shows_on_every_page_of_figures(
    house: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    client = reader(house.supervisor)
    fold()
    query = "?from=2026-01-01&to=2026-12-31"

    def says(name: str, words: str) -> bool:
        page = get(client, name, query).content.decode()
        assert ("do not balance" in page) != ("balances" in page)
        return "do not balance" in page and words in page

    months = Rollup.objects.filter(grain="month", basis="receipt")
    rated = months.filter(rated__gt=0)[:1].get()
    Rollup.objects.filter(pk=rated.pk).update(rated=F("rated") + 1)
    assert says("satisfaction", "rated: the rows give")
    assert "the totals of days and months" in caplog.text
    Rollup.objects.filter(pk=rated.pk).update(rated=rated.rated)
    assert not says("satisfaction", "")

    totals = MonthTotal.objects.filter(basis="receipt")
    answered = totals.filter(replied__gt=0)[:1].get()
    MonthTotal.objects.filter(pk=answered.pk).update(replied=F("replied") + 1)
    assert says("times", "the cases give")
    MonthTotal.objects.filter(pk=answered.pk).update(replied=answered.replied)
    assert not says("times", "")

    total = totals.filter(received__gt=0)[:1].get()
    MonthTotal.objects.filter(pk=total.pk).update(received=F("received") + 1)
    assert says("board", "received: the figures have")


def test_the_board_says_why_more_is_open_than_is_carried_over(house: Cast) -> None:
    def says(query: str = "?from=2026-01-01&to=2026-12-31") -> str:
        page = get(house.supervisor, "board", query).content.decode()
        found = re.search(r"Open now (is|are) (\w+) more cases?, answered before", page)
        return found.group(2) if found else ""

    before = says()
    taken_up_again(house)
    assert (before, says()) == ("", "one")
    # A period that ended before now carries over what was open then.
    assert not says("?from=2026-01-01&to=2026-02-01")


def taken_up_again(house: Cast) -> str:
    """The number of a case that was answered, rated low and taken up again."""
    case = advance(make_inquiry(START), house, "reply", START + DAY).number
    perform("rate", case, by=CITIZEN, at=START + 2 * DAY, rating=1, comment="未解决")
    perform("request_reopen", case, by=CITIZEN, at=START + 3 * DAY, reason="未解决")
    perform("reopen", case, by=house.by("supervisor"), at=START + 4 * DAY)
    return case


def test_times_of_a_past_instant_count_cases_where_they_were_then(house: Cast) -> None:
    case = taken_up_again(house)
    moved: dict[str, Any] = {"department": house.other, "reason": "不属本科室职责"}
    perform("reassign", case, by=house.by("supervisor"), at=START + 5 * DAY, **moved)
    client = reader(house.supervisor)

    def answers(query: str) -> dict[str, str]:
        page = get(client, "times", f"?from=2026-01-01&to=2026-12-31{query}")
        assert not page.context["faults"]
        return {line.label: line.cells[0] for line in page.context["tables"][0].lines}

    assert "General Section" in answers("")
    assert "General Section" not in answers("&as_of=2026-03-05")


@pytest.mark.parametrize("name", ["board", "times", "satisfaction"])
def test_no_figures_of_people_for_auditors_nor_of_two_parts(house: Cast, name: str) -> None:
    auditor = reader(house.auditor)
    assert get(auditor, name, "?by=handler").status_code == 403
    assert 'by=handler"' not in get(auditor, name).content.decode()
    client = reader(house.supervisor)
    assert get(client, name, "?by=nobody").status_code == 400
    assert get(client, name, "?topic=unassigned&district=unassigned").status_code == 400
