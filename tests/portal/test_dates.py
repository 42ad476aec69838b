"""Within one click a citizen or an officer finds why any date of a case is what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.workflow import perform
from tests.api.conftest import known_case, staff
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.portal.conftest import SECRET

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _on_tuesday() -> Iterator[None]:
    with time_machine.travel(MONDAY + DAY, tick=False):
        yield


def test_a_citizens_dates_are_one_click_from_the_case(
    client: Client, cast: Cast, follow: Callable[..., Client]
) -> None:
    inquiry = advance(make_inquiry(key=SECRET), cast, "reply")
    opened = follow(inquiry)
    opened.cookies["django_language"] = "en"
    link = f"/follow/{inquiry.number}/dates/"
    assert link in opened.get(f"/follow/{inquiry.number}/").content.decode()
    page = opened.get(link).content.decode()
    for words in ("We answer you", "whether your matter is taken up", "You can rate the answer"):
        assert words in page
    for words in ("Dispatch", "Sign-for", "supervisor", "handler"):
        assert words not in page


def test_a_matter_that_ended_without_an_answer_still_has_its_dates(
    client: Client, cast: Cast, follow: Callable[..., Client]
) -> None:
    inquiry = make_inquiry(key=SECRET)
    perform("withdraw", inquiry.number, by=CITIZEN, at=MONDAY, reason="")
    opened = follow(inquiry)
    opened.cookies["django_language"] = "en"
    link = f"/follow/{inquiry.number}/dates/"
    assert link in opened.get(f"/follow/{inquiry.number}/").content.decode()
    assert "nothing is owed any more" in opened.get(link).content.decode()


def test_nobody_else_reads_them(client: Client, cast: Cast) -> None:
    number = make_inquiry(key=SECRET).number
    assert client.get(f"/follow/{number}/dates/").status_code == 302
    assert client.get(f"/desk/case/{number}/clocks/").status_code == 302


def test_an_officers_clocks_are_one_click_from_the_case(client: Client, cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    client.force_login(cast.intake)
    client.cookies["django_language"] = "en"
    page = client.get(f"/desk/case/{inquiry.number}/").content.decode()
    clocks = Inquiry.objects.get(pk=inquiry.pk).case.clocks.all()
    assert clocks.count() == 5
    for clock in clocks:
        assert f"/desk/case/{inquiry.number}/clocks/#clock-{clock.pk}" in page
    told = client.get(f"/desk/case/{inquiry.number}/clocks/").content.decode()
    for clock in clocks:
        assert f'id="clock-{clock.pk}"' in told
    assert told.count("The last day ends at midnight") == 5
    assert "科技科" not in told
    assert "Technology Section" in told


@pytest.mark.parametrize(
    ("move", "who"), [("assign", "intake"), ("return", "handler"), ("reassign", "supervisor")]
)
def test_who_hands_a_case_on_reads_what_remains_to_the_citizen(
    client: Client, cast: Cast, move: str, who: str
) -> None:
    inquiry = advance(make_inquiry(), cast, "accept" if move == "assign" else "assign")
    client.force_login(getattr(cast, who))
    client.cookies["django_language"] = "en"
    page = client.get(f"/desk/case/{inquiry.number}/").content.decode()
    assert "due 9 Mar 2026 (4 working days left)" in page


def test_the_api_tells_the_same_to_each(cast: Cast) -> None:
    known = known_case()
    perform("accept", known.number, by=cast.by("intake"), at=MONDAY)
    own = known.citizen.get(f"/inquiries/{known.number}/clocks/").json()
    assert [clock["target"] for clock in own] == ["acceptance", "reply"]
    house = staff(cast.intake).get(f"/desk/cases/{known.number}/clocks/").json()
    assert [clock["target"] for clock in house] == ["acceptance", "reply", "dispatch"]
    reply = own[1]["explanation"]
    assert reply["due_at"] == "2026-03-09T23:59:59+08:00"
    assert [day["counted"] for day in reply["days"]] == [None, 1, 2, 3, 4, None, None, 5]
    assert reply["days"][-1] == {
        "date": "2026-03-09",
        "what": "working",
        "counted": 5,
        "name": "",
        "seconds": 0,
        "extended": False,
        "due": True,
    }
    assert {**reply, "sentences": 0} == {**house[1]["explanation"], "sentences": 0}


def test_the_api_computes_for_everybody(cast: Cast) -> None:
    from tests.api.conftest import Caller

    query = {"day": "2026-02-13", "n": "5"}
    found = Caller().get("/calculator/", query).json()
    assert found["due_at"] == "2026-02-27T23:59:59+08:00"
    assert found["days"][3]["name"] == "春节"
    assert Caller().get("/calculator/", {"kind": "complaint"}).json()["amount"] == 7
    for wrong in ({"day": "2026-02-31"}, {"day": "1999-01-01"}, {"n": "0"}, {"time": "24:00"}):
        assert Caller().get("/calculator/", wrong).status_code == 400
