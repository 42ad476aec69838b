"""What those who answer see of ratings: groups of five, never one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.queries.own_ratings import GROUP, of_department, of_handler
from inquiries.states import Outcome
from inquiries.workflow import perform
from sla.models import Survey
from tests.desk.conftest import Person, words
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def rated(cast: Cast, ratings: list[int], at: Any = MONDAY) -> None:
    for n, rating in enumerate(ratings):
        answered = advance(make_inquiry(at), cast, "reply", at)
        given = at + timedelta(minutes=n)
        perform("rate", answered.number, by=CITIZEN, at=given, rating=rating, comment="意见")


def test_fewer_than_a_group_are_not_shown(cast: Cast) -> None:
    rated(cast, [5] * (GROUP - 1))
    assert [given.number for given in of_handler(cast.by("handler"), MONDAY + 9 * DAY)] == [0, 0]
    page = words(Person(cast.handler).get("/desk/ratings/"))
    assert "评价数量不足" in page or "not enough ratings" in page


def test_ratings_come_out_in_whole_groups_in_their_order(cast: Cast) -> None:
    rated(cast, [5, 4, 3, 2, 1, 1, 1])
    for look in (
        of_handler(cast.by("handler"), MONDAY + 9 * DAY),
        of_department(cast.by("reviewer"), MONDAY + 9 * DAY),
    ):
        assert [n for _, n in look[0].levels] == [1, 1, 1, 1, 1]
        assert (look[0].satisfaction.n, look[0].satisfaction.d) == (3, 5)
    assert of_handler(cast.by("outsider"), MONDAY + 9 * DAY)[0].number == 0


def test_a_rating_that_can_still_be_changed_is_not_counted(cast: Cast) -> None:
    rated(cast, [5] * GROUP)
    by = cast.by("handler")
    assert of_handler(by, MONDAY + DAY)[0].number == 0
    assert of_handler(by, MONDAY + DAY + timedelta(minutes=GROUP))[0].number == GROUP


def test_each_year_has_groups_of_its_own(cast: Cast) -> None:
    rated(cast, [5] * (GROUP + 2))
    Survey.objects.filter(rated_at__gte=MONDAY + timedelta(minutes=5)).update(
        asked_at=china(2025, 12, 31, 23), rated_at=china(2025, 12, 31, 23, 59)
    )
    look = of_handler(cast.by("handler"), MONDAY + 9 * DAY)
    assert [(given.year, given.number) for given in look] == [(2026, 5), (2025, 0)]


def test_the_queue_of_low_ratings_and_what_came_of_it(cast: Cast) -> None:
    rated(cast, [1, 5])
    low = Survey.objects.get(rating=1).case.number
    supervisor, auditor = Person(cast.supervisor), Person(cast.auditor)
    assert supervisor.queue("low-ratings") == auditor.queue("low-ratings") == [low]
    assert supervisor.queue("followed-up") == []
    for name in ("handler", "reviewer", "intake"):
        assert Person(getattr(cast, name)).get("/desk/queue/low-ratings/").status_code == 404
    done = MONDAY + timedelta(minutes=30)
    note: dict[str, Any] = {"outcome": Outcome.NO_GROUND, "note": "理由不成立"}
    perform("follow_up", low, by=cast.by("supervisor"), at=done, **note)
    assert supervisor.queue("low-ratings") == []
    assert supervisor.queue("followed-up") == [low]


def test_a_supervisor_follows_up_from_the_case_page(cast: Cast) -> None:
    rated(cast, [2])
    inquiry = Survey.objects.get().case.inquiry
    supervisor = Person(cast.supervisor)
    page = words(supervisor.case(inquiry))
    assert "意见" in page
    missing = supervisor.move(inquiry, "follow_up", outcome="called_back", note="")
    assert missing.status_code == 422
    assert supervisor.move(inquiry, "follow_up", outcome="", note="已电话").status_code == 422
    sent = supervisor.move(inquiry, "follow_up", outcome="called_back", note="已电话回访")
    assert sent.status_code == 302
    assert "已电话回访" in words(supervisor.case(inquiry))
    assert "已电话回访" not in words(Person(cast.handler).case(inquiry))
    again = supervisor.move(inquiry, "follow_up", outcome="called_back", note="又一次")
    assert again.status_code == 409
    assert "又一次" in words(again)


def test_the_comment_is_proposed_without_personal_data(cast: Cast) -> None:
    answered = advance(make_inquiry(), cast, "publish")
    said = "张三谢谢科长，电话13800138000"
    more: dict[str, Any] = {"rating": 5, "comment": said, "may_show": True}
    perform("rate", answered.number, by=CITIZEN, at=MONDAY, **more)
    page = Person(cast.supervisor).case(answered)
    [offer] = [offer for offer in page.context["offers"] if offer.name == "show_comment"]
    assert "张三" not in offer.form.initial["text"]
    assert "13800138000" not in offer.form.initial["text"]
    assert "谢谢科长" in offer.form.initial["text"]
