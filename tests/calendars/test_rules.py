"""A new version of a rule: for new cases, or by choice for running ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from inquiries.models import Inquiry
from notices.models import Outbox
from sla.models import Clock, Policy
from sla.proving.verification import verify
from sla.recalculating import Outdated, apply, look, propose_policy, work_off
from sla.targets import Target
from tests.factories import Cast, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = china(2026, 3, 3)


def end_of(month: int, day: int) -> datetime:
    return china(2026, month, day, 23, 59) + timedelta(seconds=59)


def clock(inquiry: Inquiry, target: Target) -> Clock:
    return Clock.objects.filter(case_id=inquiry.case_id, target=target).latest("pk")


def rule(**values: Any) -> Policy:
    held = Policy.objects.get(target=Target.REPLY, kind="consultation")
    return Policy(
        **{
            "stream": "inquiry",
            "target": Target.REPLY,
            "kind": "consultation",
            "calendar": held.calendar,
            "amount": 7,
            "cap": 15,
            "active_from": NOW,
        }
        | values
    )


def test_a_new_rule_for_new_cases_leaves_running_ones_alone(cast: Cast) -> None:
    inquiry = make_inquiry()
    by = cast.by("administrator")
    found = propose_policy(rule(), running=False, by=by, at=NOW)
    assert look(found.pk, NOW) == 0
    apply(found.pk, by=by, reason="新规", at=NOW)
    work_off(NOW)
    assert clock(inquiry, Target.REPLY).due_at == end_of(3, 9)
    assert make_inquiry(NOW).case.due_at == end_of(3, 12)
    assert list(verify()) == []


def test_a_new_rule_may_be_chosen_for_running_cases(cast: Cast) -> None:
    mine, other = make_inquiry(), make_inquiry(kind="complaint")
    by = cast.by("administrator")
    found = propose_policy(rule(), running=True, by=by, at=NOW)
    look(found.pk, NOW)
    found.refresh_from_db()
    assert (found.looked, found.changed) == (1, 1)
    apply(found.pk, by=by, reason="新规", at=NOW)
    work_off(NOW)
    moved = clock(mine, Target.REPLY)
    assert (moved.due_at, moved.policy.amount) == (end_of(3, 11), 7)
    assert clock(other, Target.REPLY).policy.kind == ""
    assert Outbox.objects.filter(kind="redated").count() == 1
    found.refresh_from_db()
    assert found.state == "done"
    assert found.policy == moved.policy
    assert found.proposal["policy"][0]["amount"] == 5
    assert list(verify()) == []


def test_a_wider_rule_does_not_take_the_place_of_a_narrower_one(cast: Cast) -> None:
    make_inquiry()
    found = propose_policy(rule(kind=""), running=True, by=cast.by("administrator"), at=NOW)
    assert look(found.pk, NOW) == 0


def test_the_page_of_a_change_shows_what_is_new_in_a_rule(cast: Cast, client: Any) -> None:
    make_inquiry()
    by = cast.by("administrator")
    found = propose_policy(rule(), running=True, by=by, at=NOW)
    look(found.pk, NOW)
    client.force_login(cast.auditor)
    client.cookies["django_language"] = "en"
    page = client.get(f"/supervision/changes/{found.pk}/").content.decode()
    assert "<td>5</td><td>7</td>" in page
    assert "running cases too" in page


def test_a_rule_that_somebody_else_entered_meanwhile_is_not_entered_twice(cast: Cast) -> None:
    by = cast.by("administrator")
    first, second = (propose_policy(rule(), running=False, by=by, at=NOW) for _ in range(2))
    for found in (first, second):
        look(found.pk, NOW)
    apply(first.pk, by=by, reason="新规", at=NOW)
    work_off(NOW)
    with pytest.raises(Outdated):
        apply(second.pk, by=by, reason="新规", at=NOW)
    assert Policy.objects.filter(active_from=NOW).count() == 1
