"""As of an earlier instant: what was so then, not what has become of it since."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from inquiries.states import Kind
from inquiries.workflow import perform
from sla.figures.report import report
from sla.figures.scope import Scope
from tests.factories import MONDAY, Cast, DistrictFactory, TopicFactory, advance, make_inquiry

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = MONDAY + 30 * DAY


def keys(by: str, as_of: datetime | None = None, basis: str = "receipt") -> dict[str, int]:
    found = report(date(2026, 3, 1), date(2026, 3, 31), basis=basis, by=by, as_of=as_of, now=NOW)
    return {row.key: row.counts["received"] for row in found.rows}


@pytest.mark.parametrize("basis", ["receipt", "event"])
def test_a_case_counts_where_it_was_then(cast: Cast, basis: str) -> None:
    topic = TopicFactory.create(code="grants")
    inquiry = make_inquiry(MONDAY, district=DistrictFactory.create(code="north"))
    number = inquiry.number
    at = MONDAY + HOUR
    perform(
        "accept", number, by=cast.by("intake"), at=at, kind=Kind.COMPLAINT, topic=topic
    )  # fmt: skip
    perform("assign", number, by=cast.by("intake"), at=at + HOUR, department=cast.tech)
    perform("sign_for", number, by=cast.by("handler"), at=at + 2 * HOUR)
    perform(
        "reassign",
        number,
        by=cast.by("supervisor"),
        at=MONDAY + DAY,
        department=cast.other,
        reason="不属本科室职责",
    )
    story = [
        (MONDAY, "consultation", "unassigned", "unassigned", "unassigned"),
        (at, "complaint", "unassigned", "grants", "unassigned"),
        (at + HOUR, "complaint", "tech", "grants", "unassigned"),
        (at + 2 * HOUR, "complaint", "tech", "grants", "handler"),
        (MONDAY + DAY, "complaint", "other", "grants", "unassigned"),
    ]
    for instant, kind, department, topic_code, handler in story:
        assert keys("kind", instant, basis) == {kind: 1}
        assert keys("department", instant, basis) == {department: 1}
        assert keys("topic", instant, basis) == {topic_code: 1}
        assert keys("handler", instant, basis) == {handler: 1}
        assert keys("district", instant, basis) == {"north": 1}
    for by in ("kind", "department", "topic", "handler", "district"):
        assert keys(by, None, basis) == keys(by, NOW, basis) == keys(by, MONDAY + DAY, basis)
    only = Scope(department_id=cast.tech.pk)
    then = report(
        date(2026, 3, 1),
        date(2026, 3, 31),
        as_of=at + HOUR,
        basis=basis,
        now=NOW,
        scope=only,
    )
    assert then.total.counts["received"] == 1


@pytest.mark.parametrize("basis", ["receipt", "event"])
def test_a_publication_taken_back_was_public_then(cast: Cast, basis: str) -> None:
    inquiry = advance(make_inquiry(MONDAY), cast, "publish", MONDAY + DAY)
    perform(
        "unpublish",
        inquiry.number,
        by=cast.by("reviewer"),
        at=MONDAY + 2 * DAY,
        reason="含有个人信息",
    )
    counted = {
        instant: report(
            date(2026, 3, 1), date(2026, 3, 31), basis=basis, as_of=instant, now=NOW
        ).total.counts["published"]
        for instant in (MONDAY, MONDAY + DAY, MONDAY + 2 * DAY)
    }
    assert list(counted.values()) == [0, 1, 0]


@pytest.mark.parametrize("basis", ["receipt", "event"])
def test_a_merged_case_taken_up_again_was_excluded_then(cast: Cast, basis: str) -> None:
    survivor, joined = make_inquiry(MONDAY), make_inquiry(MONDAY)
    into = survivor.number
    perform(
        "merge",
        joined.number,
        by=cast.by("intake"),
        at=MONDAY + HOUR,
        into=into,
        explanation="同一事项合并办理",
    )
    perform(
        "reject",
        into,
        by=cast.by("intake"),
        at=MONDAY + DAY,
        ground="not_ours",
        explanation="不属本局职责",
    )
    counted = [
        report(
            date(2026, 3, 1), date(2026, 3, 31), basis=basis, as_of=instant, now=NOW
        ).total.counts["excluded"]
        for instant in (MONDAY, MONDAY + HOUR, MONDAY + DAY)
    ]
    assert counted == [0, 1, 1]
    assert report(date(2026, 3, 1), date(2026, 3, 31), basis=basis, now=NOW).total.counts[
        "excluded"
    ] == 1  # fmt: skip
