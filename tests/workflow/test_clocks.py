"""What goes wrong with clocks elsewhere, and must not here (reference: known bugs of others)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from inquiries.errors import InvalidInput, MoveRefused
from inquiries.models import Inquiry
from inquiries.policy import Refusal
from inquiries.states import Kind
from inquiries.workflow import perform
from sla.background import tick
from sla.models import Clock, Policy
from sla.proving.verification import verify
from sla.sweep import sweep
from sla.targets import ClockState, Target
from tests.factories import MONDAY, Cast, advance, china, make_inquiry
from tests.workflow.clockwork import (
    DAY,
    DUE,
    HOUR,
    SECOND,
    answer,
    ask,
    clock,
    end_of,
    events,
    fresh,
    in_progress,
    supply,
)

pytestmark = pytest.mark.django_db


# On time or late, to the second


@pytest.mark.parametrize("swept", [False, True], ids=["before the sweep", "after the sweep"])
@pytest.mark.parametrize(
    ("offset", "verdict"), [(-SECOND, "met"), (0 * SECOND, "met"), (SECOND, "missed")]
)
def test_the_last_second_is_on_time_and_the_next_is_late(
    cast: Cast, offset: timedelta, verdict: str, swept: bool
) -> None:
    inquiry, at = in_progress(cast), DUE + offset
    if swept:
        sweep(at)
    case = answer(inquiry, cast, at).case
    assert (case.verdict, case.replied_at) == (verdict, at)
    assert case.verdict_at == min(at, DUE)
    assert list(verify()) == []


@pytest.mark.parametrize(("offset", "state"), [(0, ClockState.RUNNING), (1, ClockState.MISSED)])
def test_the_sweep_judges_from_the_second_after_due(cast: Cast, offset: int, state: str) -> None:
    inquiry = in_progress(cast)
    sweep(DUE + offset * SECOND)
    reply = clock(inquiry, Target.REPLY)
    assert reply.state == state
    assert reply.missed_at == (DUE if offset else None)


def test_a_miss_is_dated_to_the_due_instant_however_late_the_sweep(cast: Cast) -> None:
    inquiry = in_progress(cast)
    sweep(MONDAY + 300 * DAY)
    assert clock(inquiry, Target.REPLY).missed_at == DUE
    assert (fresh(inquiry).case.verdict, fresh(inquiry).case.verdict_at) == ("missed", DUE)


# Pauses


def test_a_pause_after_due_leaves_the_case_missed(cast: Cast) -> None:
    inquiry = in_progress(cast)
    ask(inquiry, cast, DUE + HOUR)
    assert clock(inquiry, Target.REPLY).state == ClockState.MISSED
    inquiry = supply(inquiry, DUE + 5 * DAY)
    assert inquiry.case.due_at == DUE
    case = answer(inquiry, cast, DUE + 5 * DAY).case
    assert (case.verdict, case.verdict_at) == ("missed", DUE)
    assert list(verify()) == []


def test_a_pause_in_the_last_second_still_counts(cast: Cast) -> None:
    """Asked at the due instant itself, the promise is not late yet."""
    inquiry = ask(in_progress(cast), cast, DUE)
    assert inquiry.case.paused_at == DUE
    assert inquiry.case.due_at is None
    sweep(DUE + 2 * DAY)
    inquiry = supply(inquiry, china(2026, 3, 12))
    assert inquiry.case.due_at == end_of(3, 12)
    assert fresh(inquiry).case.verdict == ""


@pytest.mark.parametrize(
    ("asked", "supplied"),
    [
        (china(2026, 3, 4, 9, 0), china(2026, 3, 4, 17, 0)),  # within one day
        (china(2026, 3, 7, 10), china(2026, 3, 8, 22)),  # over a weekend
        (china(2026, 3, 4, 10), china(2026, 3, 4, 10)),  # at once
    ],
)
def test_a_pause_over_no_working_day_s_end_costs_and_gives_nothing(
    cast: Cast, asked: datetime, supplied: datetime
) -> None:
    inquiry = in_progress(cast)
    ask(inquiry, cast, asked)
    inquiry = supply(inquiry, supplied)
    assert inquiry.case.due_at == DUE
    assert inquiry.case.paused_at is None


def test_a_pause_gives_back_exactly_the_days_it_took(cast: Cast) -> None:
    inquiry = in_progress(cast)
    ask(inquiry, cast, china(2026, 3, 5, 10))
    inquiry = supply(inquiry, china(2026, 3, 10, 10))
    # Thursday, Friday and Monday stood still.
    assert inquiry.case.due_at == end_of(3, 12)
    assert list(verify()) == []


def test_nothing_is_overdue_while_the_citizen_is_asked(cast: Cast) -> None:
    inquiry = ask(in_progress(cast), cast, china(2026, 3, 3))
    sweep(china(2026, 3, 12, 12))
    assert fresh(inquiry).case.verdict == ""
    assert {target for target, _, _ in events(inquiry)} <= {Target.SUPPLEMENT}


def test_a_due_date_moved_by_a_pause_is_warned_of_anew(cast: Cast) -> None:
    """The warning of the old due date must not use up that of the new one."""
    inquiry = in_progress(cast)
    friday = china(2026, 3, 6, 16, 30)
    sweep(friday)
    assert (Target.REPLY, "warning") in [(t, k) for t, k, _ in events(inquiry)]
    ask(inquiry, cast, friday)
    inquiry = supply(inquiry, china(2026, 3, 7, 10))
    assert inquiry.case.due_at == end_of(3, 10)
    sweep(china(2026, 3, 10, 17))
    warnings = [at for t, k, at in events(inquiry) if (t, k) == (Target.REPLY, "warning")]
    assert len(warnings) == 2
    sweep(china(2026, 3, 11))
    assert clock(inquiry, Target.REPLY).missed_at == end_of(3, 10)


# Extensions


def extend(inquiry: Inquiry, cast: Cast, at: datetime, amount: int) -> Inquiry:
    words: dict[str, Any] = {"amount": amount, "reason": "需要现场核实"}
    perform("request_extension", inquiry.number, by=cast.by("handler"), at=at, **words)
    return perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=at)


def test_an_extension_moves_both_due_dates_from_the_same_start(cast: Cast) -> None:
    inquiry = in_progress(cast)
    before = clock(inquiry, Target.DEPARTMENT).due_at
    inquiry = extend(inquiry, cast, china(2026, 3, 4), 3)
    assert inquiry.case.due_at == end_of(3, 12)
    after = clock(inquiry, Target.DEPARTMENT).due_at
    assert before is not None
    assert after is not None
    assert after - before == 5 * DAY  # three working days over a weekend
    assert list(verify()) == []


def test_extensions_are_capped_at_fifteen_days_in_all(cast: Cast) -> None:
    inquiry = in_progress(cast)
    extend(inquiry, cast, china(2026, 3, 4), 6)
    with pytest.raises(InvalidInput) as refused:
        extend(inquiry, cast, china(2026, 3, 5), 5)
    assert refused.value.params == {"most": 4}
    inquiry = extend(inquiry, cast, china(2026, 3, 5), 4)
    assert inquiry.case.due_at == end_of(3, 23)  # fifteen working days after 2 March
    with pytest.raises(MoveRefused) as full:
        extend(inquiry, cast, china(2026, 3, 6), 1)
    assert full.value.reason == Refusal.NO_ROOM_TO_EXTEND


def test_an_extension_comes_before_the_due_instant_or_not_at_all(cast: Cast) -> None:
    inquiry = in_progress(cast)
    words: dict[str, Any] = {"amount": 2, "reason": "需要现场核实"}
    perform("request_extension", inquiry.number, by=cast.by("handler"), at=MONDAY, **words)
    with pytest.raises(MoveRefused) as late:
        perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=DUE + SECOND)
    assert late.value.reason == Refusal.EXTENSION_TOO_LATE
    inquiry = perform("grant_extension", inquiry.number, by=cast.by("supervisor"), at=DUE)
    assert inquiry.case.due_at == end_of(3, 11)


def test_a_new_due_date_fires_its_own_events(cast: Cast) -> None:
    inquiry = in_progress(cast)
    sweep(china(2026, 3, 9, 12))
    extend(inquiry, cast, china(2026, 3, 9, 12), 2)
    sweep(china(2026, 4, 1))
    reply = [(kind, at) for target, kind, at in events(inquiry) if target == Target.REPLY]
    assert [kind for kind, _ in reply] == ["warning", "warning", "due", "escalation"]
    assert reply[2][1] == end_of(3, 11) + SECOND


# Nothing lengthens the citizen's promise


def test_returning_and_reassigning_never_touch_the_citizens_promise(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "assign")
    promise = clock(inquiry, Target.REPLY)
    tuesday = china(2026, 3, 3)
    perform("return", inquiry.number, by=cast.by("handler"), at=tuesday, reason="不属本科室")
    perform("assign", inquiry.number, by=cast.by("intake"), at=tuesday, department=cast.other)
    words: dict[str, Any] = {"department": cast.tech, "reason": "职责调整"}
    perform("reassign", inquiry.number, by=cast.by("intake"), at=tuesday + DAY, **words)
    inquiry = perform("sign_for", inquiry.number, by=cast.by("handler"), at=tuesday + DAY)
    assert inquiry.case.due_at == DUE
    again = clock(inquiry, Target.REPLY)
    assert (again.pk, again.started_at, again.due_at) == (promise.pk, MONDAY, DUE)
    assert (inquiry.case.returns, inquiry.case.reassignments) == (1, 1)
    house = Clock.objects.filter(case=inquiry.case_id, target=Target.DEPARTMENT).order_by("pk")
    assert [c.state for c in house] == ["cancelled", "cancelled", "running"]
    assert list(verify()) == []


def test_the_allowance_of_a_department_starts_anew_with_a_new_department(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "assign")
    words: dict[str, Any] = {"department": cast.other, "reason": "职责调整"}
    at = china(2026, 3, 4)
    inquiry = perform("reassign", inquiry.number, by=cast.by("supervisor"), at=at, **words)
    allowance = clock(inquiry, Target.DEPARTMENT, 2)
    assert (allowance.department_id, allowance.started_at) == (cast.other.pk, at)


@pytest.mark.parametrize(
    ("brought", "corrected", "due"),
    [
        (Kind.CONSULTATION, Kind.COMPLAINT, end_of(3, 9)),
        (Kind.COMPLAINT, Kind.CONSULTATION, end_of(3, 9)),
        (Kind.COMPLAINT, Kind.SUGGESTION, end_of(3, 11)),
    ],
)
def test_a_corrected_kind_may_shorten_the_promise_but_never_lengthen_it(
    cast: Cast, brought: Kind, corrected: Kind, due: datetime
) -> None:
    inquiry = make_inquiry(kind=brought)
    at = china(2026, 3, 2, 15)
    inquiry = perform("accept", inquiry.number, by=cast.by("intake"), at=at, kind=corrected)
    assert inquiry.case.kind == corrected
    assert inquiry.case.due_at == due
    assert clock(inquiry, Target.REPLY).started_at == MONDAY
    assert list(verify()) == []


def test_a_kept_promise_stays_as_certain_as_it_was(cast: Cast) -> None:
    """The longer promise of the corrected kind would have run into a year without a notice."""
    start = china(2026, 12, 23)
    inquiry = make_inquiry(start)
    assert not inquiry.case.due_provisional
    words: dict[str, Any] = {"kind": Kind.COMPLAINT}
    inquiry = perform("accept", inquiry.number, by=cast.by("intake"), at=start, **words)
    assert inquiry.case.due_at == end_of(12, 30)
    assert not inquiry.case.due_provisional
    assert list(verify()) == []


def test_a_promise_already_running_late_for_the_corrected_kind_is_kept(cast: Cast) -> None:
    """A correction must not make a case late backwards in time either."""
    inquiry = make_inquiry(kind=Kind.COMPLAINT)
    at = china(2026, 3, 10)
    perform("accept", inquiry.number, by=cast.by("intake"), at=at, kind=Kind.CONSULTATION)
    tick(at)
    assert fresh(inquiry).case.due_at == end_of(3, 11)
    assert fresh(inquiry).case.verdict == ""
    assert list(verify()) == []


def test_a_changed_policy_leaves_running_and_finished_clocks_alone(cast: Cast) -> None:
    inquiry = in_progress(cast)
    old = Policy.objects.get(target=Target.REPLY, kind="consultation")
    Policy.objects.create(
        stream="inquiry",
        target=Target.REPLY,
        kind="consultation",
        calendar=old.calendar,
        amount=2,
        active_from=china(2026, 3, 3),
    )
    ask(inquiry, cast, china(2026, 3, 4))
    inquiry = supply(inquiry, china(2026, 3, 5))
    assert inquiry.case.due_at == end_of(3, 10)
    assert clock(inquiry, Target.REPLY).policy_id == old.pk
    later = make_inquiry(china(2026, 3, 5))
    assert later.case.due_at == end_of(3, 9)
