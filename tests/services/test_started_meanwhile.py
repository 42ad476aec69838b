"""A change is applied while transactions that have read the old days are still under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from inquiries.models import Inquiry
from sla.models import Clock, Policy, Recalculation, WorkCalendar
from sla.proving.verification import verify
from sla.recalculating import (
    CalendarChange,
    apply,
    look,
    propose_calendar,
    propose_policy,
    work_off,
)
from sla.targets import Target
from tests.calendars.changes import HOLIDAY, house, propose
from tests.factories import MONDAY, Cast, china, make_inquiry
from tests.services.processes import PATIENCE

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
]

NOW = MONDAY + timedelta(hours=1)


class Submission(threading.Thread):
    """A matter sent in on a connection of its own, and not committed until it is let go."""

    def __init__(self, at: datetime = MONDAY) -> None:
        super().__init__()
        self.at = at
        self.written, self.let_go = threading.Event(), threading.Event()
        self.pk = 0

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.pk = make_inquiry(self.at).case_id
                self.written.set()
                assert self.let_go.wait(PATIENCE)
        finally:
            connection.close()


@contextmanager
def submission() -> Iterator[Submission]:
    one = Submission()
    one.start()
    try:
        assert one.written.wait(PATIENCE)
        yield one
    finally:
        one.let_go.set()
        one.join(PATIENCE)


@contextmanager
def applied_meanwhile(found: Recalculation, cast: Cast) -> Iterator[threading.Thread]:
    """The change is being applied, on a connection of its own, and waits."""

    def go() -> None:
        try:
            apply(found.pk, by=cast.by("administrator"), reason="通知", at=NOW)
        finally:
            connection.close()

    thread = threading.Thread(target=go)
    thread.start()
    try:
        assert waits_for_lock()
        yield thread
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def waits_for_lock() -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            # Within a transaction the server would go on saying what it has said once.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False


def reply_clock(case_id: int) -> Clock:
    return Clock.objects.get(case_id=case_id, target=Target.REPLY)


def assert_all_done(found: Recalculation, first: Submission, second: Submission) -> None:
    work_off(NOW)
    found.refresh_from_db()
    assert found.state == Recalculation.State.DONE
    assert Inquiry.objects.filter(case__in=[first.pk, second.pk]).count() == 2
    assert reply_clock(first.pk).due_at == reply_clock(second.pk).due_at
    assert list(verify()) == []


def test_a_case_sent_in_meanwhile_gets_the_new_days(cast: Cast) -> None:
    found = propose(cast.by("administrator"), NOW, {MONDAY.date() + timedelta(days=3): HOLIDAY})
    with submission() as first, applied_meanwhile(found, cast), submission() as second:
        # Whoever sends a matter in waits for neither of them.
        second.let_go.set()
        second.join(PATIENCE)
        assert not second.is_alive()
        first.let_go.set()
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {1}
    assert_all_done(found, first, second)
    assert set(Clock.objects.values_list("calendar_version", flat=True)) == {house().version} == {2}
    assert reply_clock(first.pk).due_at == china(2026, 3, 10, 23, 59) + timedelta(seconds=59)


def new_rule(cast: Cast) -> Recalculation:
    """Consultations are answered within three days, running ones, too."""
    old = Policy.objects.get(target=Target.REPLY, kind="consultation")
    values: dict[str, Any] = {
        name: getattr(old, name) for name in ("target", "kind", "unit", "cutoff", "calendar")
    }
    rule = Policy(**values, amount=3, active_from=NOW)
    found = propose_policy(rule, running=True, by=cast.by("administrator"), at=NOW)
    look(found.pk, NOW)
    return found


def test_a_case_sent_in_meanwhile_gets_the_new_rule(cast: Cast) -> None:
    found = new_rule(cast)
    with submission() as first, applied_meanwhile(found, cast), submission() as second:
        second.let_go.set()
        first.let_go.set()
    assert_all_done(found, first, second)
    assert reply_clock(first.pk).policy.amount == 3


def test_whoever_comes_while_it_is_written_waits_and_reads_it(cast: Cast) -> None:
    found = new_rule(cast)
    late = Submission(NOW + timedelta(minutes=1))
    with transaction.atomic():
        apply(found.pk, by=cast.by("administrator"), reason="通知", at=NOW)
        late.start()
        assert waits_for_lock()
    late.let_go.set()
    late.join(PATIENCE)
    assert reply_clock(late.pk).policy.amount == 3
    work_off(NOW)
    assert list(verify()) == []


def test_hours_of_a_department_wait_as_well(cast: Cast) -> None:
    """They hang on the house's calendar, which is what is held."""
    week = {str(day): [["09:00", "12:00"]] for day in range(3)}
    own = propose(cast.by("administrator"), NOW, week=week, department=cast.tech)
    apply(own.pk, by=cast.by("administrator"), reason="通知", at=NOW)
    work_off(NOW)
    calendar = WorkCalendar.objects.get(department=cast.tech)
    change = CalendarChange(week={"0": [["09:00", "12:00"]]})
    found = propose_calendar(calendar, change, by=cast.by("administrator"), at=NOW)
    look(found.pk, NOW)
    with submission() as first, applied_meanwhile(found, cast):
        first.let_go.set()
    work_off(NOW)
    found.refresh_from_db()
    assert found.state == Recalculation.State.DONE
