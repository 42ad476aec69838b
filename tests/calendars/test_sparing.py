"""Clocks that a change of the calendar cannot reach run on, and nothing is the worse for it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.actors import CITIZEN
from inquiries.workflow import perform
from sla.background import tick
from sla.calendars import forget
from sla.models import CalendarYear, Clock, ClockEvent, Recalculation
from sla.proving.verification import verify
from sla.recalculating import apply, carry_out, plans
from sla.recalculating.proposals import first_day
from sla.recalculating.sparing import spare
from sla.targets import ClockState
from tests.calendars.changes import HOLIDAY, MAKEUP, NOTICE_2027, house, propose
from tests.calendars.changes import carry_out as done
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

FIGURES = ("looked", "changed", "overdue", "relieved", "settled", "earliest", "latest")
QUERIES = 21
DONE = ("state", "done_looked", "done_changed", "done_overdue")


@pytest.mark.parametrize(
    ("proposal", "first"),
    [
        ({"days": {"2026-05-04": [], "2026-03-09": []}}, date(2026, 3, 9)),
        ({"years": {"2027": []}}, date(2027, 1, 1)),
        ({"days": {"2027-01-02": []}, "years": {"2027": []}}, date(2027, 1, 1)),
        ({"days": {"2026-12-31": []}, "years": {"2027": []}}, date(2026, 12, 31)),
        ({"week": [{}, {}]}, None),
        ({"days": {"2026-05-04": []}, "seasons": [[], []]}, None),
        ({"department": [None, 1]}, None),
        ({"given_up": [1, None]}, None),
    ],
)
def test_the_first_day_that_changes(proposal: dict[str, Any], first: date | None) -> None:
    assert first_day({"version": 1, **proposal}) == first


def busy_house(cast: Cast) -> None:
    """Cases of several days: untouched, dispatched, standing still, and gone on after that."""
    words: dict[str, Any] = {"request": "请补充"}
    for n in range(3):
        at = MONDAY + timedelta(days=n, minutes=n)
        make_inquiry(at)
        advance(make_inquiry(at), cast, "sign_for")
        for supplied in (False, True):
            paused = advance(make_inquiry(at), cast, "sign_for")
            later = at + timedelta(hours=2)
            perform("ask_supplement", paused.number, by=cast.by("handler"), at=later, **words)
            if supplied:
                text: dict[str, Any] = {"text": "补充材料", "files": ()}
                later += timedelta(days=1)
                perform("supply", paused.number, by=CITIZEN, at=later, **text)


def outcome(cast: Cast, now: datetime, change: dict[date, Any]) -> tuple[list[Any], list[Any]]:
    """What a change says and does, and how the clocks stand after it; then it is undone."""
    with transaction.atomic():
        found = done(cast.by("administrator"), now, change)
        tick(now)
        found.refresh_from_db()
        said = [getattr(found, name) for name in (*FIGURES, *DONE)]
        names = [f.attname for f in Clock._meta.concrete_fields if f.name != "revision"]
        rows = list(Clock.objects.order_by("pk").values_list(*names))
        transaction.set_rollback(True)
    forget()
    return said, rows


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [HOLIDAY, MAKEUP])
def test_sparing_changes_nothing_but_the_work(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: dict[str, Any]
) -> None:
    """Whatever day changes, the outcome is that of reckoning every clock anew."""
    busy_house(cast)
    now = MONDAY + timedelta(days=4)
    tick(now)
    for n in range(0, 14, 2):
        change = {date(2026, 3, 2) + timedelta(days=n): kind}
        found = outcome(cast, now, change)
        with monkeypatch.context() as patch:
            patch.setattr(plans.CalendarPlan, "beyond", lambda *_: plans.NONE)
            assert outcome(cast, now, change) == found, change


@pytest.mark.django_db
def test_what_ends_before_keeps_all_but_its_version(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    ask: dict[str, Any] = {"request": "请补充"}
    perform("ask_supplement", inquiry.number, by=cast.by("handler"), at=MONDAY, **ask)
    make_inquiry()
    now = MONDAY + timedelta(hours=1)
    live = Clock.objects.filter(finished_at=None)
    assert live.filter(state=ClockState.PAUSED, due_at=None).exists()
    before = list(live.order_by("pk").values())
    # The last of all, the seven days in which the citizen may supplement, end on 11 March.
    found = done(cast.by("administrator"), now, {date(2026, 3, 12): HOLIDAY})
    assert (found.state, found.looked, found.done_looked) == ("done", len(before), len(before))
    assert (found.changed, found.done_changed) == (0, 0)
    for row in before:
        row["calendar_version"] = house().version
    assert list(live.order_by("pk").values()) == before
    assert list(verify()) == []


@pytest.mark.django_db
def test_the_due_day_itself_is_within_reach(cast: Cast) -> None:
    make_inquiry()
    due = Clock.objects.get(target="reply").due_at
    assert due == china(2026, 3, 9, 23, 59) + timedelta(seconds=59)
    found = done(cast.by("administrator"), MONDAY, {date(2026, 3, 9): HOLIDAY})
    assert (found.changed, found.done_changed) == (1, 1)


@pytest.mark.django_db
def test_a_clock_of_an_older_version_is_reckoned(cast: Cast) -> None:
    """Something else left it behind: what it says cannot be relied on."""
    make_inquiry()
    Clock.objects.filter(target="reply").update(calendar_version=0, due_at=MONDAY)
    found = done(cast.by("administrator"), MONDAY, {date(2026, 3, 20): HOLIDAY})
    assert (found.changed, found.done_changed) == (1, 1)
    clock = Clock.objects.get(target="reply")
    assert clock.due_at == china(2026, 3, 9, 23, 59) + timedelta(seconds=59)
    assert clock.revision > 1


@pytest.mark.django_db
def test_a_settled_year_reaches_only_what_runs_into_it(cast: Cast) -> None:
    make_inquiry(china(2026, 12, 1))
    late = make_inquiry(china(2026, 12, 28))
    now = china(2026, 12, 28, 11)
    tick(now)
    found = done(cast.by("administrator"), now, {}, years={2027: NOTICE_2027})
    assert (found.settled, found.done_changed) == (1, 0)
    assert CalendarYear.objects.get(year=2027).confirmed
    late.case.refresh_from_db()
    assert not late.case.due_provisional
    assert list(verify()) == []


@pytest.mark.django_db
def test_sparing_is_broken_off_and_gone_on_with(cast: Cast) -> None:
    for n in range(5):
        make_inquiry(MONDAY + timedelta(minutes=n))
    by = cast.by("administrator")
    found = propose(by, MONDAY, {date(2026, 3, 20): HOLIDAY})
    apply(found.pk, by=by, reason="通知", at=MONDAY)
    batches = spare(found.pk, MONDAY, batch=2)
    assert next(batches) == 4
    batches.close()
    assert list(spare(found.pk, MONDAY, batch=2)) == [4, 2]
    assert sum(carry_out(found.pk, MONDAY)) == 0
    found.refresh_from_db()
    assert (found.state, found.done_looked, found.done_changed) == ("done", 10, 0)
    assert not ClockEvent.objects.exists()
    assert list(verify()) == []


@pytest.mark.django_db
def test_nothing_is_spared_of_a_change_that_was_dropped_or_not_applied(cast: Cast) -> None:
    make_inquiry()
    found = propose(cast.by("administrator"), MONDAY, {date(2026, 3, 20): HOLIDAY})
    assert list(spare(found.pk, MONDAY)) == []
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {1}
    assert Recalculation.objects.get().state == "previewed"


@pytest.mark.django_db
def test_as_many_queries_for_many_clocks_as_for_one(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    by = cast.by("administrator")
    for day, cases in ((20, 1), (21, 6)):
        for n in range(cases):
            make_inquiry(MONDAY + timedelta(minutes=n))
        found = propose(by, MONDAY, {date(2026, 3, day): HOLIDAY})
        apply(found.pk, by=by, reason="通知", at=MONDAY)
        # Two batches, the second empty: claim, plan, cases, lock, update, count; twice savepoints.
        with django_assert_num_queries(QUERIES):
            assert len(list(spare(found.pk, MONDAY))) == 1
        assert sum(carry_out(found.pk, MONDAY)) == 0
