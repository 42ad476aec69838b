"""The pages of the rules: a form, what it would do, and only then the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from ledger.models import Event
from sla.models import Policy, PolicyChange, Recalculation
from sla.models.policy import TARGET_LABELS
from sla.proving.verification import verify
from sla.targets import Target
from tests.desk.conftest import Person, words
from tests.factories import MONDAY, Cast, TopicFactory, advance, china, make_inquiry
from tests.rules.making import NOW, filled, made

pytestmark = pytest.mark.django_db
NEW = "/supervision/policies/new/"
LIST = "/supervision/policies/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def admin(cast: Cast) -> Person:
    return Person(cast.administrator, "en")


def send(person: Person, **over: Any) -> Any:
    return person.post(NEW, **filled(**over))


def test_the_list_tells_what_is_in_force_what_comes_and_what_was(cast: Cast, admin: Person) -> None:
    made(cast, at=NOW - 3 * DAY, amount=4)
    made(cast, active_from=china(2026, 6, 1, 0), amount=2)
    page = admin.get(LIST)
    [(current, past)] = [
        (current, past)
        for label, current, past in page.context["groups"]
        if label == TARGET_LABELS[Target.REPLY]
    ]
    rows = [(v.policy.kind, v.policy.amount, v.standing) for v in current]
    assert rows == [("", 7, "now"), ("consultation", 2, "later"), ("consultation", 4, "now")]
    assert [(v.policy.amount, v.until) for v in past] == [(5, NOW - 3 * DAY)]


def test_nothing_is_made_before_it_was_looked_at_and_confirmed(admin: Person) -> None:
    page = send(admin)
    assert page.status_code == 200
    assert not PolicyChange.objects.exists()
    effect = page.context["effect"]
    # Received on Friday, 10 April: three working days, or five.
    assert effect.after.due_at == china(2026, 4, 15, 23, 59) + timedelta(seconds=59)
    assert effect.before.due_at == china(2026, 4, 17, 23, 59) + timedelta(seconds=59)
    done = send(admin, step="confirm", seen=page.context["seen"])
    rule = Policy.objects.get(amount=3, target=Target.REPLY)
    assert (done.status_code, done.url) == (302, f"{LIST}{rule.pk}/")
    assert rule.active_from == NOW
    assert rule.warnings == [{"share": 0.8}]
    assert rule.escalation == [{"after": 1, "to": ["supervisor"]}]
    told = words(admin.get(done.url))
    assert "市民反映太慢" in told
    assert "administrator" in told


def test_the_effect_counts_only_cases_the_rule_would_be_found_for(
    cast: Cast, admin: Person
) -> None:
    topic = TopicFactory.create(code="grants")
    for n in range(3):
        make_inquiry(MONDAY + n * DAY)
    make_inquiry(MONDAY, kind="complaint")
    make_inquiry(MONDAY, topic=topic)
    made(cast, at=NOW - DAY, kind="", category="grants")
    effect = send(admin).context["effect"]
    months = {month.isoformat(): n for month, n in effect.months if n}
    assert months == {"2026-03-01": 3}
    assert len(effect.months) == 13
    wider = send(admin, kind="").context["effect"]
    assert wider.total == 1  # the complaint: consultations and the topic have rules of their own
    assert send(admin, category="grants").context["effect"].total == 1


def test_running_clocks_are_told_and_left_alone(cast: Cast, admin: Person) -> None:
    running = make_inquiry(NOW - DAY)
    before = running.case.due_at
    advance(make_inquiry(NOW - DAY), cast, "reply")
    page = send(admin)
    assert page.context["effect"].running == 1
    send(admin, step="confirm", seen=page.context["seen"])
    running.case.refresh_from_db()
    assert running.case.due_at == before


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-3"}, "amount"),
        ({"amount": "9999"}, "amount"),
        ({"cap": "1"}, "cap"),
        ({"unit": "calendar_days"}, "cap"),
        ({"unit": "years"}, "unit"),
        ({"department": "tech"}, "department"),
        ({"department": "nowhere"}, "department"),
        ({"kind": "rant"}, "kind"),
        ({"category": "nothing"}, "category"),
        ({"calendar": "moon"}, "calendar"),
        ({"starts": "2026-04-09"}, "starts"),
        ({"starts": "2199-01-01"}, "starts"),
        ({"starts": "soon"}, "starts"),
        ({"warning_2_n": "150"}, "warning_2_n"),
        ({"warning_1_n": "61", "warning_1_by": "before_days"}, "warning_1_n"),
        ({"step_2_after": "3"}, "step_2_to"),
        ({"step_2_to": ["supervisor"]}, "step_2_after"),
        ({"step_2_after": "1", "step_2_to": ["supervisor"]}, "step_2_after"),
        ({"step_1_to": ["auditor"]}, "step_1_to"),
        ({"starts": "2026-06-01", "running": "too"}, "running"),
        ({"basis": ""}, "basis"),
        ({"reason": "  "}, "reason"),
        ({"target": "survey", "cap": ""}, "warning_1_n"),
    ],
)
def test_errors_stand_by_the_field_and_nothing_typed_is_lost(
    admin: Person, over: dict[str, Any], field: str
) -> None:
    page = send(admin, **{"reason": "不要丢失"} | over)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert over.get("reason", "不要丢失") in words(page)
    assert not PolicyChange.objects.exists()


def test_back_to_the_form_keeps_what_was_typed(admin: Person) -> None:
    page = send(admin, step="change", amount="6")
    assert page.status_code == 200
    assert page.context["form"]["amount"].value() == "6"
    assert not PolicyChange.objects.exists()


def test_who_confirms_after_somebody_else_is_told_and_looks_again(
    cast: Cast, admin: Person
) -> None:
    seen = send(admin).context["seen"]
    made(cast, kind="")
    page = send(admin, step="confirm", seen=seen)
    assert page.status_code == 409
    assert "in the meantime" in words(page)
    assert not Policy.objects.filter(kind="consultation", amount=3).exists()
    done = send(admin, step="confirm", seen=page.context["seen"])
    assert done.status_code == 302


def test_a_second_version_from_the_same_midnight_is_refused_by_the_field(
    cast: Cast, admin: Person
) -> None:
    made(cast, active_from=china(2026, 6, 1, 0))
    seen = send(admin, starts="2026-06-01").context["seen"]
    page = send(admin, starts="2026-06-01", step="confirm", seen=seen)
    assert page.status_code == 409
    assert list(page.context["form"].errors) == ["starts"]


def test_a_version_begins_at_midnight_of_its_day(admin: Person) -> None:
    seen = send(admin, starts="2026-06-01").context["seen"]
    send(admin, starts="2026-06-01", step="confirm", seen=seen)
    assert Policy.objects.get(amount=3, target=Target.REPLY).active_from == china(2026, 6, 1, 0)


def test_the_next_version_starts_from_the_one_there_is(cast: Cast, admin: Person) -> None:
    rule = made(
        cast,
        warnings=[{"share": 0.5}, {"before_hours": 4}],
        escalation=[{"after": 2, "to": ["supervisor", "administrator"]}],
    )
    form = admin.get(NEW, like=rule.pk).context["form"]
    assert form["amount"].value() == 3
    assert [(a.value(), b.value()) for a, b in form.warning_rows()][:2] == [
        (50, "share"),
        (4, "before_hours"),
    ]
    assert next(form.step_rows())[1].value() == ["supervisor", "administrator"]
    for odd in ("", "x", "9" * 40, "-1", "²"):
        assert admin.get(NEW, like=odd).status_code == 200


def test_a_rule_to_come_can_be_withdrawn_with_a_reason(cast: Cast, admin: Person) -> None:
    rule = made(cast, active_from=china(2026, 6, 1, 0))
    url = f"{LIST}{rule.pk}/withdraw/"
    assert admin.post(url, reason="").status_code == 409
    assert Policy.objects.filter(pk=rule.pk).exists()
    assert admin.post(url, reason="算错").status_code == 302
    assert admin.post(url, reason="算错").status_code == 404
    in_force = Policy.objects.get(target=Target.REPLY, kind="")
    assert admin.post(f"{LIST}{in_force.pk}/withdraw/", reason="x").status_code == 409


def test_supervisors_and_auditors_look_and_do_not_touch(cast: Cast) -> None:
    rule = made(cast)
    for user in (cast.supervisor, cast.auditor):
        person = Person(user, "en")
        for url in (LIST, f"{LIST}{rule.pk}/"):
            page = person.get(url)
            assert page.status_code == 200
            assert NEW not in words(page)
        assert person.get(NEW).status_code == 403
        assert person.post(NEW, **filled(step="confirm")).status_code == 403


def test_running_cases_take_a_rule_over_by_the_page_of_changes_only(
    cast: Cast, admin: Person
) -> None:
    running = make_inquiry(NOW - DAY)
    before = running.case.due_at
    page = send(admin, running="too")
    done = send(admin, running="too", step="confirm", seen=page.context["seen"])
    rule, change = Policy.objects.get(amount=3, target=Target.REPLY), Recalculation.objects.get()
    assert done.url == f"/supervision/changes/{change.pk}/"
    assert (change.policy, change.changed) == (rule, 1)
    running.case.refresh_from_db()
    assert running.case.due_at == before
    admin.post(f"{done.url}apply/", reason="一并提速")
    running.case.refresh_from_db()
    # Received on Thursday, the 9th: three working days instead of five.
    assert running.case.due_at == china(2026, 4, 14, 23, 59) + timedelta(seconds=59)
    assert Event.objects.get(case_number=running.number, move="redate").data["reason"] == "一并提速"
    assert list(verify()) == []


def test_only_the_version_in_force_is_taken_over(cast: Cast, admin: Person) -> None:
    past = Policy.objects.get(target=Target.REPLY, kind="consultation")
    present = made(cast, at=NOW - DAY)
    later = made(cast, active_from=china(2026, 6, 1, 0))
    for rule in (past, later):
        assert admin.post(f"{LIST}{rule.pk}/running/").status_code == 409
    assert not Recalculation.objects.exists()
    assert admin.post(f"{LIST}{present.pk}/running/").status_code == 302


def test_the_lists_cost_the_same_however_many_rules(
    cast: Cast, admin: Person, django_assert_max_num_queries: Any
) -> None:
    for n in range(10):
        made(cast, at=NOW + n * timedelta(seconds=1), amount=3 + n % 5)
    with django_assert_max_num_queries(14):
        admin.get(LIST)
    with django_assert_max_num_queries(16):
        admin.get(f"{LIST}{Policy.objects.latest('pk').pk}/")
