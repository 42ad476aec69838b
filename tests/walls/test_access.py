"""Who may open what: every page of the site, for every kind of visitor."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps

from inquiries.facts import facts_of
from inquiries.forms.desk import FORMS
from inquiries.policy import allowed_moves
from tests.walls.tables import (
    PAGES,
    SIGNED_IN,
    SOME_REFUSED_ELSEWHERE,
    VISITORS,
    Row,
    address,
    patterns,
)
from tests.walls.world import ACTORS, NOW, World

pytestmark = pytest.mark.xdist_group("walls-forms")

TO_SIGN_IN = "/accounts/login/?next="


def _expected(name: str, row: Row, visitor: str, let_in: bool, good: tuple[int, ...]) -> set[int]:
    if let_in:
        return set(good)
    if row.sign_in and visitor in ("", "citizen"):
        return {302}
    return {SOME_REFUSED_ELSEWHERE.get((name, visitor), row.refused)}


@pytest.mark.parametrize("visitor", VISITORS)
def test_pages(world: World, visitor: str) -> None:
    wrong = []
    client = world.client(visitor)
    for name, row in ((name, row) for name, rows in PAGES.items() for row in rows):
        url = address(name, row.args(world))
        for method, who, good in (("get", row.get, row.allowed), ("post", row.post, row.posted)):
            answer: Any = getattr(client, method)(url)
            if who is None:
                expected = {405} if not row.sign_in or visitor in SIGNED_IN else {302, 405}
            else:
                expected = _expected(name, row, visitor, visitor in who, good)
            if answer.status_code not in expected:
                wrong.append(f"{method} {url}: {answer.status_code}, not {expected}")
            if expected == {302} and row.sign_in and visitor in ("", "citizen"):
                assert answer["Location"].startswith(TO_SIGN_IN)
            if method == "post" and answer.status_code == 302:
                client = world.client(visitor)  # it may have been signed out, or opened a case
    assert wrong == []


INPUTS_OF_ALL: dict[str, str] = {
    **dict.fromkeys(("text", "reason", "note", "explanation", "request", "question"), "一句话"),
    "title": "标题",
    "amount": "1",
    "ground": "not_ours",
    "kind": "complaint",
    "referred_to": "市教育局",
    "confirmed": "on",
    "outcome": "called_back",
}
"""Something usable for every field of every move."""


@pytest.mark.parametrize("visitor", [*ACTORS, "superuser"])
def test_moves_of_others_are_refused(world: World, visitor: str) -> None:
    name = "submitted" if visitor == "supervisor" else "in_progress"
    inquiry, actor = world.fresh(name), world.user(visitor).as_actor()
    allowed = set(allowed_moves(actor, facts_of(inquiry, NOW)))
    client = world.client(visitor)
    sent = {
        **INPUTS_OF_ALL,
        "seen": inquiry.version,
        "department": world.cast.other.pk,
        "number": world.number("accepted"),
    }
    refused = set(FORMS) - allowed
    for move in sorted(refused):
        answer = client.post(address("desk:move", (inquiry.number, move)), sent)
        assert answer.status_code in (404, 409), (move, answer.status_code)
    assert world.fresh(name).version == inquiry.version
    assert len(refused) > 10


# -- Administration --------------------------------------------------------------------------


@pytest.mark.parametrize("visitor", ["", "administrator"])
def test_administration_is_for_superusers(world: World, visitor: str) -> None:
    client = world.client(visitor)
    let_in = []
    for name, found in patterns():
        if not name.startswith("admin:") or name in ("admin:login", "admin:logout", "admin:"):
            continue
        wanted = found.pattern.converters or {}
        try:
            url = address(name, tuple("1" for _key in wanted))
        except Exception:
            url = address(name, ("accounts",))
        for answer in (client.get(url), client.post(url)):
            if answer.status_code not in (302, 403):
                let_in.append((name, answer.status_code))
            elif answer.status_code == 302:
                assert "/login/" in answer["Location"]
    assert let_in == []


@pytest.mark.parametrize("visitor", ["citizen", *ACTORS])
def test_nobody_else_sees_the_administration(world: World, visitor: str) -> None:
    answer = world.client(visitor).get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


READ_ONLY = (
    "inquiries_inquiry",
    "inquiries_reply",
    "inquiries_remark",
    "inquiries_attachment",
    "inquiries_extensionrequest",
    "inquiries_reopenrequest",
    "inquiries_followup",
    "sla_workcalendar",
    "sla_calendarday",
    "sla_policy",
    "sla_recalculation",
    "sla_case",
    "sla_clock",
    "sla_clockevent",
    "sla_survey",
    "ledger_event",
)


@pytest.mark.parametrize("model", READ_ONLY)
def test_superusers_change_no_case(world: World, model: str) -> None:
    client = world.client("superuser")
    assert client.get(address(f"admin:{model}_changelist")).status_code == 200
    assert client.post(address(f"admin:{model}_add"), {}).status_code == 403

    key = apps.get_model(model.replace("_", ".", 1)).objects.values_list("pk", flat=True)[0]
    assert client.get(address(f"admin:{model}_change", (key,))).status_code == 200
    assert client.post(address(f"admin:{model}_change", (key,)), {}).status_code == 403
    assert client.post(address(f"admin:{model}_delete", (key,)), {"post": "yes"}).status_code == 403
