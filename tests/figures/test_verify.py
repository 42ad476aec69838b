"""`manage.py verify` finds nothing wrong with an honest house, and names every forgery."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.states import Ground
from inquiries.workflow import perform
from sla.figures.folding import fold
from sla.proving.verification import verify
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.flush import ledger_unguarded

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def house(cast: Cast) -> Inquiry:
    """A bureau with cases of all sorts; returns one that was answered, published and rated."""
    late, paused, withdrawn, refused, again, answered = (make_inquiry(MONDAY) for _ in range(6))
    advance(answered, cast, "publish", MONDAY + DAY)
    perform("rate", answered.number, by=CITIZEN, at=MONDAY + 2 * DAY, rating=5)
    advance(late, cast, "draft", MONDAY + DAY)
    advance(paused, cast, "sign_for", MONDAY)
    perform(
        "ask_supplement", paused.number, by=cast.by("handler"), at=MONDAY + DAY, request="哪一年？"
    )
    perform("withdraw", withdrawn.number, by=CITIZEN, at=MONDAY + DAY)
    perform(
        "reject",
        refused.number,
        by=cast.by("intake"),
        at=MONDAY + DAY,
        ground=Ground.NOT_OURS,
        explanation="请咨询税务局。",
    )
    advance(again, cast, "reply", MONDAY + DAY)
    perform("rate", again.number, by=CITIZEN, at=MONDAY + DAY, rating=1, comment="没有回答问题")
    perform("request_reopen", again.number, by=CITIZEN, at=MONDAY + DAY, reason="没有回答问题")
    perform("reopen", again.number, by=cast.by("supervisor"), at=MONDAY + DAY)
    fold()
    perform("supply", paused.number, by=CITIZEN, at=MONDAY + 3 * DAY, text="二〇二五年")
    sweep(MONDAY + 30 * DAY)
    make_inquiry(MONDAY + 31 * DAY)
    return Inquiry.objects.select_related("case").get(pk=answered.pk)


def forge(sql: str, *values: Any) -> None:
    """What somebody with the database's password could do."""
    with ledger_unguarded(connection), connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount > 0


def found() -> list[str]:
    return [str(difference) for difference in verify()]


def test_an_honest_house_shows_no_difference(house: Inquiry) -> None:
    assert found() == []


def test_the_command_says_so_in_words_and_in_json(house: Inquiry) -> None:
    out = StringIO()
    call_command("verify", stdout=out)
    assert out.getvalue() == "0 differences in 7 cases\n"
    out = StringIO()
    call_command("verify", "--json", "--progress", stdout=out, stderr=StringIO())
    assert json.loads(out.getvalue()) == {"cases": 7, "differences": []}


Forgery = Callable[[Inquiry], None]


def on_case(assignment: str) -> Forgery:
    return lambda inquiry: forge(
        f"UPDATE sla_case SET {assignment} WHERE number = %s", inquiry.number
    )


def on_missed(assignment: str) -> Forgery:
    return lambda _: forge(f"UPDATE sla_case SET {assignment} WHERE verdict = 'missed'")


def on_clock(assignment: str, condition: str) -> Forgery:
    return lambda _: forge(f"UPDATE sla_clock SET {assignment} WHERE {condition}")


def on_event(assignment: str, move: str) -> Forgery:
    return lambda inquiry: forge(
        f"UPDATE ledger_event SET {assignment} WHERE case_number = %s AND move = '{move}'",
        inquiry.number,
    )


FORGERIES: dict[str, tuple[Forgery, str, str]] = {
    "a miss made good": (
        on_missed("verdict = 'met', verdict_at = received_at"),
        "figures",
        "met is",
    ),
    "a miss made good in the clock": (
        on_clock("state = 'met', missed_at = NULL, finished_at = due_at", "state = 'missed'"),
        "clocks",
        "the first reply clock says met",
    ),
    "a reply dated back": (
        on_case("replied_at = received_at"),
        "ledger",
        "case.replied_at is",
    ),
    "a rating turned": (on_case("rating = 4"), "clocks", "rated 4, the surveys say 5"),
    "a survey turned": (
        lambda i: forge("UPDATE sla_survey SET rating = 1 WHERE case_id = %s", i.case_id),
        "figures",
        "satisfied is",
    ),
    "a rollup improved": (
        lambda _: forge("UPDATE sla_rollup SET met = met + 1 WHERE grain = 'month'"),
        "figures",
        "month event",
    ),
    "a delta slipped in": (
        lambda _: forge("UPDATE sla_delta SET satisfied = satisfied + 1"),
        "figures",
        "satisfied is",
    ),
    "a due date moved": (
        on_clock("due_at = '2026-12-31 15:59:59'", "target = 'acceptance'"),
        "clocks",
        "its rule says",
    ),
    "a clock the sweep will not see": (
        on_clock("next_event_at = NULL, next_event = ''", "state = 'running'"),
        "clocks",
        "nothing will look at it",
    ),
    "a clock removed": (
        lambda i: forge("UPDATE sla_clock SET target = 'return' WHERE target = 'reply'"),
        "clocks",
        "reply clocks for rounds []",
    ),
    "another state on the case line": (on_case("stage = 'withdrawn'"), "states", "is closed"),
    "another state": (
        lambda i: forge("UPDATE inquiries_inquiry SET state = 'accepted' WHERE id = %s", i.pk),
        "states",
        "accepted with live clocks",
    ),
    "the total of a day": (
        lambda _: forge("UPDATE sla_daytotal SET received = received + 1 WHERE basis = 'receipt'"),
        "figures",
        "received is 7, the keys say 6",
    ),
    "the total of a month": (
        lambda _: forge(
            "UPDATE sla_monthtotal SET received = received + 1"
            " WHERE basis = 'receipt' AND department_id = 0"
        ),
        "figures",
        "month receipt 2026-03-01 -: received is 3, the keys say 2",
    ),
    "a case left out": (
        on_case("excluded_at = replied_at, exclusion = 'spam'"),
        "ledger",
        "case.exclusion is spam",
    ),
    "another department": (
        on_case("department_id = (SELECT id FROM accounts_department WHERE code = 'other')"),
        "ledger",
        "case.department_id",
    ),
    "an event edited": (
        on_event("actor_label = 'somebody'", "reply"),
        "ledger",
        "content was changed",
    ),
    "an event dated back": (
        on_event("at = '2026-03-02 02:00:00'", "reply"),
        "ledger",
        "content was changed",
    ),
    "an event removed": (
        lambda i: forge(
            "DELETE FROM ledger_event WHERE case_number = %s AND move = 'draft'", i.number
        ),
        "ledger",
        "event 5: missing event",
    ),
    "the last event removed": (
        lambda i: forge(
            "DELETE FROM ledger_event WHERE case_number = %s AND move = 'close'", i.number
        ),
        "ledger",
        "the ledger ends with event",
    ),
    "the citizen's words changed": (
        lambda i: forge("UPDATE inquiries_inquiry SET text = 'x' WHERE id = %s", i.pk),
        "words",
        "the citizen's words were changed",
    ),
    "the reply changed": (
        lambda i: forge("UPDATE inquiries_reply SET text = 'x' WHERE inquiry_id = %s", i.pk),
        "words",
        "the reply of round 1 was changed",
    ),
    "the published words changed": (
        lambda i: forge("UPDATE inquiries_reply SET public_text = 'x' WHERE inquiry_id = %s", i.pk),
        "words",
        "the published words were changed",
    ),
    "a remark changed": (
        lambda _: forge("UPDATE inquiries_remark SET text = 'x' WHERE move = 'reject'"),
        "words",
        "the words of event 2 were changed",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_named(house: Inquiry, name: str) -> None:
    forgery, check, detail = FORGERIES[name]
    forgery(house)
    wrong = found()
    assert any(line.startswith(f"{check}: ") and detail in line for line in wrong), wrong


def test_the_command_fails_when_something_is_wrong(house: Inquiry) -> None:
    forge("UPDATE sla_case SET rating = 4 WHERE number = %s", house.number)
    out = StringIO()
    with pytest.raises(CommandError, match="differences in 7 cases"):
        call_command("verify", "--json", stdout=out)
    differences = json.loads(out.getvalue())["differences"]
    assert {"check": "clocks", "subject": house.number, "detail": "rated 4, the surveys say 5"} in (
        differences
    )


def test_a_case_that_lapses_and_one_merged_away_are_honest_too(cast: Cast) -> None:
    asked, first, second, third = (make_inquiry(MONDAY) for _ in range(4))
    perform("ask_supplement", asked.number, by=cast.by("intake"), at=MONDAY, request="请补充材料。")
    for one, into in ((third, second), (second, first)):
        perform(
            "merge",
            one.number,
            by=cast.by("intake"),
            at=MONDAY,
            into=into.number,
            explanation="同一事项",
        )
    advance(first, cast, "reply", MONDAY + DAY)
    sweep(MONDAY + 40 * DAY)
    assert Inquiry.objects.get(pk=asked.pk).state == "closed"
    assert found() == []


def test_moves_between_the_due_instant_and_a_late_sweep_are_honest(cast: Cast) -> None:
    inquiry = make_inquiry(MONDAY)
    advance(inquiry, cast, "reply", MONDAY + 30 * DAY)
    assert found() == []
    sweep(MONDAY + 31 * DAY)
    perform("note", inquiry.number, by=cast.by("intake"), at=MONDAY + 32 * DAY, text="已电话告知")
    sweep(MONDAY + 60 * DAY)
    fold()
    assert found() == []
