"""From 1 November a missing notice is said: on desks once, on the board until it is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from notices.models import InboxItem
from sla.almanac.unconfirmed import missing_years
from sla.background import tick
from sla.models import CalendarYear
from tests.calendars.changes import NOTICE_2027, carry_out
from tests.factories import Cast, china

pytestmark = pytest.mark.django_db

OCTOBER = china(2026, 10, 31, 23, 59)
NOVEMBER = china(2026, 11, 1, 0, 0)


def told() -> list[tuple[str, int]]:
    rows = InboxItem.objects.filter(kind="year_unconfirmed").order_by("pk")
    return [(item.role, item.context["year"]) for item in rows]


def test_it_is_said_once_from_the_first_of_november(cast: Cast) -> None:
    tick(OCTOBER)
    assert told() == []
    tick(NOVEMBER)
    for n in range(5):
        tick(NOVEMBER + timedelta(days=n))
    assert told() == [("administrator", 2027), ("supervisor", 2027)]
    row = CalendarYear.objects.get(year=2027)
    assert (row.confirmed, row.reminded_at) == (False, NOVEMBER)


def test_a_confirmed_year_is_not_missed(cast: Cast) -> None:
    carry_out(cast.by("administrator"), OCTOBER, years={2027: NOTICE_2027})
    assert missing_years(NOVEMBER) == []
    tick(NOVEMBER)
    assert told() == []
    # A year later the next one is.
    assert [missing.year for missing in missing_years(china(2027, 11, 1))] == [2028]


def test_it_stands_on_the_pages_until_the_notice_is_there(cast: Cast, client: Client) -> None:
    client.force_login(cast.supervisor)
    pages = [reverse("supervision:board"), reverse("supervision:calendars")]
    year = reverse("supervision:calendar_year", args=["cn", 2027])
    with time_machine.travel(NOVEMBER, tick=False):
        tick(NOVEMBER)
        for page in pages:
            assert f'href="{year}"' in client.get(page).content.decode()
        assert f'href="{year}"' in client.get(reverse("desk:notices")).content.decode()
        carry_out(cast.by("administrator"), NOVEMBER, years={2027: NOTICE_2027})
        for page in pages:
            assert f'href="{year}"' not in client.get(page).content.decode()
