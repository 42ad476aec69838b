"""Several at the same time: sweepers, staff on one case, a citizen's impatient finger."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.actors import CITIZEN
from foundation.clock import now
from inquiries.errors import MoveRefused, StaleCase
from inquiries.models import Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from ledger.models import Event
from notices.delivery import deliver
from notices.models import InboxItem, Outbox
from sla.background import tick
from sla.figures.folding import fold
from sla.models import Case, ClockEvent, Delta, PolicyChange
from sla.proving.verification import verify
from sla.rules.ruling import RuleRefused, make, state_of
from sla.sweep import sweep
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.rules.making import NOW, a_rule
from tests.services import processes

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returns or raises, all begun at the same instant on connections of their own."""
    gate = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def go(place: int, work: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=processes.PATIENCE)
            found[place] = work()
        except Exception as error:
            found[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(n, work)) for n, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=processes.PATIENCE)
    return found


def test_four_sweepers_write_each_event_once(cast: Cast) -> None:
    for n in range(30):
        inquiry = make_inquiry(MONDAY + n * timedelta(minutes=1))
        if n % 2:
            advance(inquiry, cast, "sign_for")
        if n % 5 == 0:
            words: dict[str, Any] = {"request": "请补充"}
            who = "handler" if n % 2 else "intake"
            at = inquiry.case.received_at
            perform("ask_supplement", inquiry.number, by=cast.by(who), at=at, **words)
    later = MONDAY + 60 * DAY
    fired = at_once(*[lambda: sweep(later, batch=7)] * 4)
    assert all(isinstance(n, int) for n in fired), fired
    # Who finds the last rows in other hands goes home; the next round takes what is left.
    total = sum(fired) + sweep(later)
    assert total == ClockEvent.objects.count()
    rows = ClockEvent.objects.values_list("clock", "revision", "kind")
    assert max(Counter(rows).values()) == 1
    told = Counter(InboxItem.objects.filter(kind__startswith="clock_").values_list(
        "case_number", "kind", "role", "context__target"
    ))  # fmt: skip
    assert max(told.values()) == 1
    assert list(verify()) == []


def test_four_ticks_send_and_fold_everything_once(cast: Cast) -> None:
    for n in range(20):
        make_inquiry(MONDAY + n * timedelta(minutes=1))
    from django.core import mail

    done = at_once(*[lambda: tick(MONDAY + DAY)] * 4)
    assert not [error for error in done if isinstance(error, Exception)]
    deliver(MONDAY + DAY)
    fold()
    assert set(Outbox.objects.values_list("state", "attempts")) == {("sent", 1)}
    keys = Counter(message.extra_headers["Message-ID"] for message in mail.outbox)
    assert (len(keys), max(keys.values())) == (20, 1)
    assert not Delta.objects.exists()
    assert list(verify()) == []


@pytest.mark.parametrize("seen", [1, None])
def test_of_two_who_make_the_same_move_one_is_told(cast: Cast, seen: int | None) -> None:
    inquiry = make_inquiry()

    def accept() -> Inquiry:
        return perform("accept", inquiry.number, by=cast.by("intake"), at=MONDAY, seen=seen)

    found = at_once(accept, accept)
    assert sorted(type(one).__name__ for one in found) == sorted(
        ["Inquiry", "MoveRefused" if seen is None else "StaleCase"]
    )
    assert Event.objects.filter(case_number=inquiry.number).count() == 2
    assert list(verify()) == []


def test_a_withdrawal_and_a_reply_cannot_both_be(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    found = at_once(
        lambda: perform("withdraw", inquiry.number, by=CITIZEN, at=MONDAY),
        lambda: perform("reply", inquiry.number, by=cast.by("reviewer"), at=MONDAY),
    )
    lost = [one for one in found if isinstance(one, MoveRefused | StaleCase)]
    assert len(lost) == 1
    after = Inquiry.objects.select_related("case").get()
    assert (after.state == State.REPLIED) == (after.case.replied_at is not None)
    assert list(verify()) == []


def test_two_cases_merged_into_each_other_at_once_do_not_lock_up(cast: Cast) -> None:
    one, two = make_inquiry().number, make_inquiry().number

    def merge(number: str, into: str) -> Inquiry:
        words: dict[str, Any] = {"into": into, "explanation": "重复"}
        return perform("merge", number, by=cast.by("intake"), at=MONDAY, **words)

    found = at_once(lambda: merge(one, two), lambda: merge(two, one))
    assert [type(item).__name__ for item in found].count("Inquiry") == 1
    assert sorted(Inquiry.objects.values_list("state", flat=True)) == ["merged", "submitted"]
    assert list(verify()) == []


def test_twenty_impatient_clicks_make_one_inquiry(bureau: None) -> None:
    at = now()
    found = at_once(*[lambda: make_inquiry(at, key="one-form-pressed-twenty-times")] * 20)
    assert {one.pk for one in found} == {Inquiry.objects.get().pk}, found
    assert Case.objects.count() == Event.objects.count() == Outbox.objects.count() == 1
    assert list(verify()) == []


def test_of_two_administrators_who_decide_at_once_one_is_told(cast: Cast) -> None:
    seen, by = state_of("inquiry"), cast.by("administrator")

    def decide(kind: str) -> Any:
        return make(a_rule(kind=kind), by=by, reason="提速", at=NOW, seen=seen)

    found = at_once(lambda: decide("consultation"), lambda: decide("complaint"))
    assert [type(one) for one in found if isinstance(one, Exception)] == [RuleRefused]
    assert PolicyChange.objects.count() == 1


@pytest.mark.parametrize("late", [0, 1])
def test_a_reply_in_the_due_second_and_a_sweep_agree_on_one_verdict(cast: Cast, late: int) -> None:
    """Due at 23:59:59: a reply in that second is in time, one a second later is not; whichever
    of reply and sweep comes first, clock, case and events say the same."""
    numbers = [advance(make_inquiry(), cast, "submit_for_review").number for _ in range(6)]
    due = Case.objects.get(number=numbers[0]).due_at
    assert due is not None
    at = due + timedelta(seconds=late)
    replies = [
        (lambda number=number: perform("reply", number, by=cast.by("reviewer"), at=at))
        for number in numbers
    ]
    done = at_once(lambda: sweep(due + SECOND), *replies)
    assert not [error for error in done if isinstance(error, Exception)]
    sweep(due + SECOND)
    for case in Case.objects.filter(number__in=numbers):
        clock = case.clocks.get(target="reply")
        in_time = case.replied_at is not None and case.replied_at <= due
        assert not (late and in_time)
        assert case.verdict == clock.state == ("met" if in_time else "missed")
        assert clock.missed_at == (None if in_time else due)
        assert clock.finished_at == case.replied_at
    assert list(verify()) == []


@pytest.mark.parametrize("swept_first", [False, True])
def test_a_reply_that_waited_for_the_sweep_is_dated_after_it(cast: Cast, swept_first: bool) -> None:
    number = advance(make_inquiry(), cast, "submit_for_review").number
    due = Case.objects.get(number=number).due_at
    assert due is not None
    if swept_first:
        sweep(due + SECOND)
    perform("reply", number, by=cast.by("reviewer"), at=due)
    sweep(due + SECOND)
    case = Case.objects.get(number=number)
    expected = (due + SECOND, "missed", due) if swept_first else (due, "met", due)
    assert (case.replied_at, case.verdict, case.verdict_at) == expected
    kinds = set(ClockEvent.objects.filter(clock__target="reply").values_list("kind", flat=True))
    assert ("due" in kinds) == swept_first
    assert list(verify()) == []
