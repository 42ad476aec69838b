"""Rules are made and withdrawn by administrators, never edited, and every decision is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from sla import defaults
from sla.models import Clock, Policy, PolicyChange
from sla.policies import book_of
from sla.rules.ruling import Refused, RuleRefused, faults, make, state_of, values_of, withdraw
from sla.targets import Target
from tests.factories import Cast, DepartmentFactory, TopicFactory, china, make_inquiry
from tests.rules.making import NOW, a_rule, made

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LATER = china(2026, 5, 1, 0)


def refused(why: Refused) -> Any:
    return pytest.raises(RuleRefused, match=f"^{why}$")


def test_a_new_version_holds_for_new_cases_and_leaves_running_ones(cast: Cast) -> None:
    running = make_inquiry(NOW - DAY)
    rule = made(cast)
    assert make_inquiry(NOW).case.clocks.get(target=Target.REPLY).policy_id == rule.pk
    assert Clock.objects.get(case=running.case_id, target=Target.REPLY).policy_id != rule.pk


def test_every_decision_is_kept_with_who_when_why_and_both_values(cast: Cast) -> None:
    old = Policy.objects.get(target=Target.REPLY, kind="consultation")
    rule = made(cast)
    change = PolicyChange.objects.get()
    assert (change.action, change.policy_id, change.at) == ("made", rule.pk, NOW)
    assert (change.actor_id, change.reason) == (cast.administrator.pk, "提速")
    assert (change.old, change.new) == (values_of(old), values_of(rule))


def test_the_database_refuses_to_alter_the_record(cast: Cast) -> None:
    made(cast)
    for forge in (
        lambda: PolicyChange.objects.update(reason="别的"),
        lambda: PolicyChange.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            forge()


@pytest.mark.parametrize("name", ["supervisor", "auditor", "intake"])
def test_only_administrators_decide(cast: Cast, name: str) -> None:
    with refused(Refused.NOT_ADMINISTRATOR):
        make(a_rule(), by=cast.by(name), reason="提速", at=NOW)
    rule = made(cast, active_from=LATER)
    with refused(Refused.NOT_ADMINISTRATOR):
        withdraw(rule.pk, by=cast.by(name), reason="算错", at=NOW)


def test_a_decision_without_a_reason_is_none(cast: Cast) -> None:
    with refused(Refused.NO_REASON):
        make(a_rule(), by=cast.by("administrator"), reason=" ", at=NOW)
    assert not PolicyChange.objects.exists()


def test_who_decides_on_rules_that_changed_meanwhile_is_told(cast: Cast) -> None:
    by, seen = cast.by("administrator"), state_of("inquiry")
    made(cast, kind="")
    with refused(Refused.CHANGED_MEANWHILE):
        make(a_rule(), by=by, reason="提速", at=NOW, seen=seen)
    make(a_rule(), by=by, reason="提速", at=NOW, seen=state_of("inquiry"))


def test_nothing_begins_in_the_past_and_no_two_versions_at_once(cast: Cast) -> None:
    rule = made(cast, at=NOW, active_from=NOW - 5 * DAY)
    assert rule.active_from == NOW
    with refused(Refused.TWICE_AT_ONCE):
        made(cast)
    made(cast, department=None, kind="")


def test_a_rule_to_come_is_withdrawn_and_one_in_force_is_not(cast: Cast) -> None:
    by = cast.by("administrator")
    rule = made(cast, active_from=LATER)
    with refused(Refused.IN_FORCE):
        withdraw(rule.pk, by=by, reason="算错", at=LATER)
    withdraw(rule.pk, by=by, reason="算错", at=LATER - SECOND)
    assert not Policy.objects.filter(pk=rule.pk).exists()
    last = PolicyChange.objects.latest("id")
    assert (last.action, last.old, last.new) == ("withdrawn", values_of(rule), None)
    assert book_of("inquiry").find(Target.REPLY, "consultation", LATER).amount == 5


def test_the_defaults_leave_a_book_with_many_versions_alone(cast: Cast) -> None:
    made(cast)
    before = Policy.objects.count()
    defaults.install()
    assert Policy.objects.count() == before


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 367, "cap": None}, "amount"),
        ({"cap": 2}, "cap"),
        ({"cap": 400}, "cap"),
        ({"unit": "calendar_days"}, "cap"),
        ({"target": Target.ACCEPTANCE}, "cap"),
        (
            {"target": Target.SURVEY, "cap": None, "escalation": [{"after": 1, "to": ["x"]}]},
            "warnings",
        ),
        ({"warnings": [{"share": 2}]}, "warnings"),
        ({"escalation": [{"after": 0, "to": ["supervisor"]}]}, "escalation"),
    ],
)
def test_what_no_clock_could_run_by_is_found(
    bureau: None, over: dict[str, Any], field: str
) -> None:
    assert [name for name, _ in faults(a_rule(**over))] == [field]


def test_departments_have_rules_for_their_own_allowances_only(bureau: None) -> None:
    own = DepartmentFactory.create()
    assert [name for name, _ in faults(a_rule(department=own))] == ["department"]
    for target in (Target.SIGN_FOR, Target.DEPARTMENT, Target.REVIEW, Target.RETURN):
        rule = a_rule(department=own, target=target, cap=None, warnings=[])
        assert list(faults(rule)) == []


def test_a_narrower_rule_wins_where_it_applies_and_nowhere_else(cast: Cast) -> None:
    topic = TopicFactory.create(code="grants")
    rule = made(cast, category="grants", kind="", amount=2)
    hit = make_inquiry(NOW, topic=topic)
    missed = make_inquiry(NOW)
    assert hit.case.clocks.get(target=Target.REPLY).policy_id == rule.pk
    assert missed.case.clocks.get(target=Target.REPLY).policy_id != rule.pk
    book = book_of("inquiry")
    scope = (Target.REPLY, None, "", "")
    asked: dict[str, Any] = {"category": "grants", "department_id": None}
    assert not book.would_rule(scope, "complaint", NOW, **asked)
    assert book.would_rule(scope, "complaint", NOW - SECOND, **asked)
    assert not book.would_rule(scope, "consultation", NOW - SECOND, **asked)
