"""Warnings, misses and escalations: each is written once, whenever the sweep comes."""

from __future__ import annotations

import pytest

from inquiries.states import State
from inquiries.workflow import perform
from notices.models import InboxItem
from sla.background import tick
from sla.models import Clock, ClockEvent
from sla.proving.verification import verify
from sla.sweep import sweep
from sla.targets import ClockState, Target
from tests.factories import MONDAY, Cast, china, make_inquiry
from tests.workflow.clockwork import (
    DAY,
    DUE,
    HOUR,
    SECOND,
    ask,
    clock,
    end_of,
    events,
    fresh,
    in_progress,
)

pytestmark = pytest.mark.django_db


def test_each_warning_miss_and_escalation_is_written_once(cast: Cast) -> None:
    inquiry = make_inquiry()
    step, at = 6 * HOUR, MONDAY
    while at < MONDAY + 30 * DAY:
        at += step
        sweep(at)
        sweep(at)
    found = events(inquiry)
    assert len(found) == len(set(found))
    kinds = [(target, kind) for target, kind, _ in found]
    assert sorted(kinds) == sorted(
        [
            (Target.ACCEPTANCE, "warning"),
            (Target.ACCEPTANCE, "due"),
            (Target.REPLY, "warning"),
            (Target.REPLY, "due"),
            (Target.REPLY, "escalation"),
        ]
    )
    # One working day after the due date, which is a Monday.
    assert found[-1] == (Target.REPLY, "escalation", end_of(3, 10) + SECOND)


def test_a_sweep_that_was_down_for_weeks_writes_the_same_events(cast: Cast) -> None:
    often, once = make_inquiry(), make_inquiry()
    # The second case's clocks are hidden from the first sweeps.
    waiting = Clock.objects.filter(case=once.case_id)
    kept = {c.pk: c.next_event_at for c in waiting}
    waiting.update(next_event_at=None)
    for n in range(1, 120):
        sweep(MONDAY + n * 6 * HOUR)
    for pk, at in kept.items():
        Clock.objects.filter(pk=pk).update(next_event_at=at)
    sweep(MONDAY + 40 * DAY)
    assert events(once) == events(often)
    assert sweep(MONDAY + 41 * DAY) == 0
    assert list(verify()) == []


def test_what_comes_after_the_clockworks_own_move_does_not_happen(cast: Cast) -> None:
    """Down for weeks: the case lapsed before it would have been escalated."""
    inquiry = in_progress(cast)
    ask(inquiry, cast, end_of(3, 9) + 8 * HOUR)  # late since eight hours, on 10 March
    asked = InboxItem.objects.count()
    tick(MONDAY + 60 * DAY)
    inquiry = fresh(inquiry)
    assert inquiry.state == State.CLOSED
    ended = inquiry.case.ended_at
    assert ended is not None
    assert ended == end_of(3, 19) + SECOND  # seven working days after the request
    late = [at for _, _, at in events(inquiry) if at > ended]
    assert late == []
    # Notices come to the desk when the sweep comes round; what they tell of is from before.
    alarms = InboxItem.objects.filter(created_at__gt=ended, kind__startswith="clock_")
    told = [item.context["at"] for item in alarms]
    assert told
    assert max(told) <= ended.isoformat()
    assert InboxItem.objects.count() > asked


def test_a_miss_found_by_a_move_still_alarms_once(cast: Cast) -> None:
    inquiry = in_progress(cast)
    at = DUE + HOUR
    perform("draft", inquiry.number, by=cast.by("handler"), at=at, text="草稿")
    assert fresh(inquiry).case.verdict == "missed"
    assert events(inquiry) == []
    for n in range(3):
        sweep(at + n * HOUR)
    kinds = [kind for target, kind, _ in events(inquiry) if target == Target.REPLY]
    assert kinds == ["warning", "due"]
    due = InboxItem.objects.filter(kind="clock_due", case_number=inquiry.number)
    assert due.filter(role="supervisor", context__target="reply").count() == 1
    assert not InboxItem.objects.filter(kind="clock_warning").exists()


def test_an_allowance_kept_late_is_missed_and_no_longer_alarms(cast: Cast) -> None:
    inquiry = make_inquiry()
    at = china(2026, 3, 5)
    perform("accept", inquiry.number, by=cast.by("intake"), at=at)
    acceptance = clock(inquiry, Target.ACCEPTANCE)
    assert (acceptance.state, acceptance.missed_at) == (ClockState.MISSED, end_of(3, 3))
    sweep(at + HOUR)
    assert not ClockEvent.objects.filter(clock=acceptance).exists()


def test_the_calendar_s_make_up_days_count(cast: Cast) -> None:
    """Received on 13 February 2026: the 14th is a working Saturday, then the Spring Festival."""
    inquiry = make_inquiry(china(2026, 2, 13))
    assert inquiry.case.due_at == end_of(2, 27)  # 14, 24, 25, 26, 27 February is five
