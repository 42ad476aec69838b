"""A change of the calendar: forecast, applied, told, recorded, and nobody else disturbed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.queries.steps import steps_of
from inquiries.workflow import perform
from ledger.models import Event
from notices.models import Outbox
from sla.background import tick
from sla.models import (
    CalendarDay,
    CalendarYear,
    Case,
    Clock,
    ClockEvent,
    Policy,
    Recalculation,
    RecalculationLine,
    WorkCalendar,
)
from sla.proving.verification import verify
from sla.recalculating import (
    AnotherUnderWay,
    CalendarChange,
    NothingChanged,
    NotReady,
    Outdated,
    ReasonMissing,
    apply,
    cancel,
    look,
    propose_calendar,
    work_off,
)
from sla.targets import ClockState, Target
from sla.worktime import CalendarError
from tests.calendars.changes import (
    HOLIDAY,
    MAKEUP,
    NOTICE_2027,
    carry_out,
    days_of_2027,
    house,
    propose,
)
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 3, 5)
NOW = china(2026, 3, 3)


def end_of(month: int, day: int, year: int = 2026) -> datetime:
    return china(year, month, day, 23, 59) + timedelta(seconds=59)


def clock(inquiry: Inquiry, target: Target) -> Clock:
    return Clock.objects.filter(case_id=inquiry.case_id, target=target).latest("pk")


def test_a_forecast_touches_nothing(cast: Cast) -> None:
    inquiry = make_inquiry()
    events, before = Event.objects.count(), Case.objects.values().get()
    found = propose(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    assert found.state == Recalculation.State.PREVIEWED
    # Acceptance ends on Tuesday, the answer on the Monday after: only that one moves.
    assert (found.looked, found.changed, found.overdue) == (2, 1, 0)
    assert (found.earliest, found.latest) == (end_of(3, 10), end_of(3, 10))
    line = found.lines.get()
    assert (line.due_before, line.due_after, line.applied_at) == (end_of(3, 9), end_of(3, 10), None)
    assert Case.objects.values().get() == before
    assert Event.objects.count() == events
    assert not CalendarDay.objects.filter(date=THURSDAY).exists()
    assert clock(inquiry, Target.REPLY).due_at == end_of(3, 9)


def test_applying_moves_the_date_and_tells_everybody_concerned(cast: Cast) -> None:
    inquiry = make_inquiry()
    version = inquiry.version
    found = carry_out(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    assert found.state == Recalculation.State.DONE
    assert (found.done_looked, found.done_changed, found.done_overdue) == (2, 1, 0)
    assert found.lines.get().applied_at == NOW
    inquiry = Inquiry.objects.get(pk=inquiry.pk)
    assert inquiry.case.due_at == end_of(3, 10)
    assert inquiry.version == version
    event = Event.objects.get(case_number=inquiry.number, move="redate")
    assert (event.actor_label, event.actor_id) == ("administrator", cast.administrator.pk)
    assert event.data["dates"] == {"reply": [end_of(3, 9).isoformat(), end_of(3, 10).isoformat()]}
    assert event.data["reason"] == "国务院办公厅通知"
    assert event.data["recalculation"] == found.pk
    letter = Outbox.objects.get(kind="redated")
    assert letter.context["reply"] == end_of(3, 10).isoformat()
    assert "国务院办公厅通知" in steps_of(inquiry)[-1].text
    assert list(verify()) == []


def test_a_form_opened_before_is_not_stale_afterwards(cast: Cast) -> None:
    inquiry = make_inquiry()
    carry_out(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    perform("accept", inquiry.number, by=cast.by("intake"), at=NOW, seen=inquiry.version)
    assert list(verify()) == []


def test_finished_and_missed_clocks_stay_as_they_were_judged(cast: Cast) -> None:
    answered = advance(make_inquiry(), cast, "reply")
    late = make_inquiry()
    later = china(2026, 3, 10)
    tick(later)
    before = list(Clock.objects.exclude(state="running").order_by("pk").values())
    days = {THURSDAY: HOLIDAY, date(2026, 3, 6): HOLIDAY, date(2026, 3, 9): HOLIDAY}
    found = carry_out(cast.by("administrator"), later, days)
    assert list(Clock.objects.exclude(state="running").order_by("pk").values()) == before
    assert found.done_changed == 0
    assert Case.objects.get(pk=late.case_id).verdict == "missed"
    assert Case.objects.get(pk=answered.case_id).verdict == "met"
    assert not Event.objects.filter(move="redate").exists()
    assert list(verify()) == []


def test_clocks_that_do_not_move_run_under_the_new_version_too(cast: Cast) -> None:
    make_inquiry()
    found = carry_out(cast.by("administrator"), NOW, {date(2026, 10, 20): HOLIDAY})
    assert (found.done_looked, found.done_changed) == (2, 0)
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {house().version}
    assert not Event.objects.filter(move="redate").exists()
    assert list(verify()) == []


def test_a_paused_clock_learns_its_new_date_when_it_runs_on(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    words: dict[str, Any] = {"request": "请补充"}
    perform("ask_supplement", inquiry.number, by=cast.by("handler"), at=china(2026, 3, 3), **words)
    carry_out(cast.by("administrator"), china(2026, 3, 4), {THURSDAY: HOLIDAY})
    paused = clock(inquiry, Target.REPLY)
    assert (paused.state, paused.due_at) == (ClockState.PAUSED, None)
    # The citizen's own seven days count the holiday as well.
    assert clock(inquiry, Target.SUPPLEMENT).due_at == end_of(3, 13)
    assert Outbox.objects.get(kind="redated").context.get("supplement") == end_of(3, 13).isoformat()
    supply: dict[str, Any] = {"text": "补充材料", "files": ()}
    perform("supply", inquiry.number, by=CITIZEN, at=china(2026, 3, 6), **supply)
    # Monday the day of receipt; 3, 4 and 5 March do not count; 6, 9, 10, 11, 12 do.
    assert clock(inquiry, Target.REPLY).due_at == end_of(3, 12)
    assert list(verify()) == []


def test_what_becomes_overdue_is_forecast_and_then_judged_at_its_due_instant(cast: Cast) -> None:
    inquiry = make_inquiry()
    now = china(2026, 3, 9, 10)
    sunday = {date(2026, 3, 7): MAKEUP}
    found = propose(cast.by("administrator"), now, sunday)
    tick(now)
    assert (found.changed, found.overdue) == (1, 1)
    apply(found.pk, by=cast.by("administrator"), reason="更正", at=now)
    tick(now)
    tick(now)
    case = Case.objects.get(pk=inquiry.case_id)
    assert case.due_at == end_of(3, 7)
    assert (case.verdict, case.verdict_at) == ("missed", end_of(3, 7))
    assert ClockEvent.objects.filter(clock__target=Target.REPLY, kind="due").count() == 1
    assert list(verify()) == []


def test_a_provisional_date_becomes_certain_without_moving(cast: Cast) -> None:
    start = china(2026, 12, 28)
    inquiry = make_inquiry(start)
    assert inquiry.case.due_provisional
    years = {2027: NOTICE_2027}
    found = carry_out(cast.by("administrator"), start, {}, years=years)
    assert (found.settled, found.done_changed) == (1, 0)
    case = Case.objects.get(pk=inquiry.case_id)
    assert not case.due_provisional
    assert CalendarYear.objects.get(year=2027).notice == NOTICE_2027["notice"]
    assert Event.objects.filter(move="redate").count() == 1
    assert not Outbox.objects.filter(kind="redated").exists()
    assert len(steps_of(inquiry)) == 1
    assert list(verify()) == []


def test_the_notice_of_2027_moves_dates_and_settles_them(cast: Cast) -> None:
    start = china(2026, 12, 28)
    inquiry = make_inquiry(start)
    found = carry_out(cast.by("administrator"), start, days_of_2027(), years={2027: NOTICE_2027})
    case = Case.objects.get(pk=inquiry.case_id)
    # 29, 30, 31 December; 1, 4, 5 January off; 6, 7 January.
    assert (case.due_at, case.due_provisional) == (end_of(1, 7, 2027), False)
    assert found.proposal["days"]["2027-01-01"] == [
        None,
        {"name": "测试假日", "segments": None, "kind": "holiday"},
    ]
    letter = Outbox.objects.get(kind="redated")
    assert letter.context["provisional"] is False
    assert list(verify()) == []


def test_two_reasons_why_a_change_is_not_proposed(cast: Cast) -> None:
    by = cast.by("administrator")
    with pytest.raises(NothingChanged):
        propose_calendar(house(), CalendarChange(days={date(2026, 3, 4): None}), by=by, at=NOW)
    with pytest.raises(CalendarError):
        propose_calendar(house(), CalendarChange(week={}), by=by, at=NOW)
    assert not Recalculation.objects.exists()


def test_a_change_needs_a_reason_and_is_applied_once(cast: Cast) -> None:
    by = cast.by("administrator")
    found = propose(by, NOW, {THURSDAY: HOLIDAY})
    with pytest.raises(ReasonMissing):
        apply(found.pk, by=by, reason="  ", at=NOW)
    apply(found.pk, by=by, reason="通知", at=NOW)
    with pytest.raises(NotReady):
        apply(found.pk, by=by, reason="通知", at=NOW)
    with pytest.raises(NotReady):
        cancel(found.pk, by=by, at=NOW)


def test_one_change_at_a_time_and_none_on_an_older_calendar(cast: Cast) -> None:
    by = cast.by("administrator")
    make_inquiry()
    first = propose(by, NOW, {THURSDAY: HOLIDAY})
    second = propose(by, NOW, {date(2026, 3, 6): HOLIDAY})
    apply(first.pk, by=by, reason="通知", at=NOW)
    with pytest.raises(Outdated):
        apply(second.pk, by=by, reason="通知", at=NOW)
    third = propose(by, NOW, {date(2026, 3, 6): HOLIDAY})
    with pytest.raises(AnotherUnderWay):
        apply(third.pk, by=by, reason="通知", at=NOW)
    assert not CalendarDay.objects.filter(date=date(2026, 3, 6)).exists()
    work_off(NOW)
    apply(third.pk, by=by, reason="通知", at=NOW)
    work_off(NOW)
    assert list(verify()) == []


def test_a_dropped_proposal_changes_nothing(cast: Cast) -> None:
    make_inquiry()
    found = propose(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    cancel(found.pk, by=cast.by("administrator"), at=NOW)
    with pytest.raises(NotReady):
        apply(found.pk, by=cast.by("administrator"), reason="通知", at=NOW)
    assert look(found.pk, NOW) == 0
    assert house().version == 1


def test_work_broken_off_is_gone_on_with(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from sla.recalculating import applying

    for n in range(7):
        make_inquiry(MONDAY + n * timedelta(minutes=1))
    by = cast.by("administrator")
    found = propose(by, NOW, {THURSDAY: HOLIDAY})
    apply(found.pk, by=by, reason="通知", at=NOW)
    assert applying.work(found.pk, NOW, limit=3) == 6

    def fail(*_: Any) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(applying, "_count", fail)
        with pytest.raises(RuntimeError):
            applying.work(found.pk, NOW, limit=3)
    found.refresh_from_db()
    assert (found.state, found.done_looked) == ("applying", 6)
    assert Event.objects.filter(move="redate").count() == 3
    assert list(verify()) == []
    work_off(NOW)
    found.refresh_from_db()
    assert (found.state, found.done_looked, found.done_changed) == ("done", 14, 7)
    assert Event.objects.filter(move="redate").count() == 7
    assert Outbox.objects.filter(kind="redated").count() == 7
    assert list(verify()) == []


def test_a_look_broken_off_is_gone_on_with(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from sla.recalculating import looking

    for n in range(5):
        make_inquiry(MONDAY + n * timedelta(minutes=1))
    change = CalendarChange(days={THURSDAY: HOLIDAY})
    found = propose_calendar(house(), change, by=cast.by("administrator"), at=NOW)
    real, calls = looking._forecast, iter(range(9))

    def fail_the_third_time(*args: Any) -> None:
        real(*args)
        if next(calls) == 2:
            raise RuntimeError("the power went out")

    with monkeypatch.context() as patch:
        patch.setattr(looking, "_forecast", fail_the_third_time)
        with pytest.raises(RuntimeError):
            look(found.pk, NOW, batch=1)
    found.refresh_from_db()
    assert (found.state, found.looked, found.changed) == ("previewing", 5 + 2, 2)
    tick(NOW)
    found.refresh_from_db()
    assert (found.state, found.looked, found.changed) == ("previewed", 10, 5)
    assert found.lines.count() == 5


def test_hours_under_which_no_date_could_be_named_are_dropped_with_a_reason(cast: Cast) -> None:
    make_inquiry()
    held = Policy.objects.get(target=Target.REPLY, kind="consultation")
    Policy.objects.filter(pk=held.pk).update(unit="working_hours", amount=9000)
    week = {"0": [["09:00", "09:01"]]}
    found = propose(cast.by("administrator"), NOW, week=week)
    assert (found.state, found.finished_at) == ("cancelled", NOW)
    assert found.reason
    assert house().version == 1


def test_an_event_that_waits_for_the_sweep_goes_before_the_new_dates(cast: Cast) -> None:
    inquiry = make_inquiry()
    now = china(2026, 3, 10)
    found = propose(cast.by("administrator"), now, {THURSDAY: HOLIDAY})
    apply(found.pk, by=cast.by("administrator"), reason="通知", at=now)
    work_off(now)
    found.refresh_from_db()
    assert (found.state, found.done_looked) == ("applying", 1), "acceptance alone"
    tick(now)
    found.refresh_from_db()
    assert found.state == "done"
    # It was late before the correction, and a miss is never taken back.
    assert Case.objects.get(pk=inquiry.case_id).verdict == "missed"
    assert list(verify()) == []


def test_a_department_gets_its_own_hours(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    week = {str(day): [["09:00", "12:00"]] for day in range(3)}
    found = carry_out(cast.by("administrator"), NOW, {}, week=week, department=cast.tech)
    own = WorkCalendar.objects.get(department=cast.tech)
    assert found.calendar == own
    mine = clock(inquiry, Target.DEPARTMENT)
    assert mine.calendar == own
    # Four days that are Mondays, Tuesdays or Wednesdays: 3, 4, 9 and 10 March.
    assert mine.due_at == end_of(3, 10)
    assert clock(inquiry, Target.REPLY).due_at == end_of(3, 9)
    assert not Outbox.objects.filter(kind="redated").exists()
    # A later change of the house's days reaches it.
    carry_out(cast.by("administrator"), NOW, {date(2026, 3, 4): HOLIDAY})
    assert clock(inquiry, Target.DEPARTMENT).due_at == end_of(3, 11)
    assert list(verify()) == []


def test_a_department_gives_its_own_hours_up(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    judged = advance(make_inquiry(), cast, "reply")
    by, week = cast.by("administrator"), {str(day): [["09:00", "12:00"]] for day in range(3)}
    before = clock(inquiry, Target.DEPARTMENT).due_at
    carry_out(by, NOW, {}, week=week, department=cast.tech)
    own = WorkCalendar.objects.get(department=cast.tech)
    stale = propose_calendar(own, CalendarChange(week={"0": [["09:00", "12:00"]]}), by=by, at=NOW)
    look(stale.pk, NOW)
    later = advance(make_inquiry(), cast, "assign")
    assert clock(later, Target.SIGN_FOR).calendar == own

    found = propose_calendar(own, CalendarChange(given_up=True), by=by, at=NOW)
    look(found.pk, NOW)
    found.refresh_from_db()
    # The department's promise of the first case and of the last one.
    assert (found.state, found.changed) == ("previewed", 2)
    looked = found.looked
    apply(found.pk, by=by, reason="撤销", at=NOW)
    work_off(NOW)
    found.refresh_from_db()
    assert (found.state, found.done_looked, found.done_changed) == ("done", looked, 2)
    again = clock(inquiry, Target.DEPARTMENT)
    assert (again.calendar, again.due_at) == (house(), before)
    assert not Clock.objects.filter(calendar=own, finished_at=None).exists()
    assert clock(judged, Target.DEPARTMENT).state == ClockState.MET
    assert clock(advance(make_inquiry(), cast, "assign"), Target.SIGN_FOR).calendar == house()
    with pytest.raises(Outdated):
        apply(stale.pk, by=by, reason="过期", at=NOW)
    with pytest.raises(NothingChanged):
        propose_calendar(house(), CalendarChange(given_up=True), by=by, at=NOW)
    assert list(verify()) == []


def test_lines_name_each_clock_once(cast: Cast) -> None:
    make_inquiry()
    found = carry_out(cast.by("administrator"), NOW, {date(2026, 3, 3): HOLIDAY})
    lines = RecalculationLine.objects.filter(recalculation=found)
    assert sorted(lines.values_list("target", flat=True)) == ["acceptance", "reply"]


@pytest.mark.parametrize(
    ("gateway", "told"),
    [("", ["email"]), ("http://gateway.invalid", ["email", "sms"])],
)
def test_letters_go_to_those_who_can_be_reached(
    cast: Cast, settings: Any, gateway: str, told: list[str]
) -> None:
    make_inquiry()
    make_inquiry(email="")
    make_inquiry(email="", phone="")
    settings.SMS_GATEWAY_URL = gateway
    carry_out(cast.by("administrator"), NOW, {THURSDAY: HOLIDAY})
    letters = Outbox.objects.filter(kind="redated").order_by("channel")
    assert list(letters.values_list("channel", flat=True)) == told
    assert Event.objects.filter(move="redate").count() == 3
