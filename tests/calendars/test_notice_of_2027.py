"""The notice of 2027 on a house full of running cases: looked at, applied, broken off, audited."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from inquiries.models import Inquiry
from inquiries.workflow import perform
from ledger.models import Event
from notices.delivery import deliver
from notices.models import Outbox
from sla.background import tick
from sla.models import Case, Clock, Recalculation
from sla.proving.verification import verify
from sla.recalculating import apply, applying, look, propose_calendar, work_off
from sla.recalculating.proposals import CalendarChange
from sla.targets import Target
from tests.calendars.bulk import copies_of, due_dates
from tests.calendars.changes import NOTICE_2027, days_of_2027, house
from tests.factories import Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

NOW = china(2026, 12, 30)
RUNNING = int(os.environ.get("RUNNING_CASES", "300"))
"""Cases of each sort; 3334 make the ten thousand clocks the house was built to recompute."""


def end_of(month: int, day: int) -> Any:
    return china(2027, month, day, 23, 59) + timedelta(seconds=59)


@pytest.fixture
def full_house(cast: Cast) -> tuple[Inquiry, ...]:
    """Cases at intake, in a department, and waiting for their citizens."""
    taken_in = make_inquiry(china(2026, 12, 28, 9))
    handled = advance(make_inquiry(china(2026, 12, 28, 10)), cast, "sign_for")
    waiting = advance(make_inquiry(china(2026, 12, 28, 11)), cast, "accept")
    words: dict[str, Any] = {"request": "请补充"}
    perform("ask_supplement", waiting.number, by=cast.by("intake"), at=NOW, **words)
    tick(NOW)
    originals = tuple(
        Inquiry.objects.select_related("case").get(pk=i.pk) for i in (taken_in, handled, waiting)
    )
    copies_of(originals[0], RUNNING)
    copies_of(originals[1], RUNNING)
    return originals


def test_it_is_looked_at_applied_broken_off_and_audited(
    full_house: tuple[Inquiry, ...], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = list(Clock.objects.exclude(finished_at=None).order_by("pk").values())
    missed = list(Clock.objects.filter(state="missed").order_by("pk").values())
    versions = dict(Inquiry.objects.values_list("pk", "version"))
    n = RUNNING + 1
    by = cast.by("administrator")

    change = CalendarChange(days=days_of_2027(), years={2027: NOTICE_2027})
    found = propose_calendar(house(), change, by=by, at=NOW)
    look(found.pk, NOW, batch=RUNNING // 3)
    found.refresh_from_db()
    # Reply of both sorts, the department's allowance, and the supplement of the one that waits.
    assert found.changed == 3 * n + 1
    assert (found.overdue, found.state) == (0, "previewed")
    # The departments' four days end first, the seven of the citizen who was asked last.
    assert (found.earliest, found.latest) == (end_of(1, 6), end_of(1, 12))
    assert due_dates(Target.REPLY)[end_of(1, 4)] == 2 * n

    apply(found.pk, by=by, reason="国办发明电〔2026〕99号", at=NOW)
    _break_off(found, monkeypatch)
    assert list(verify()) == []
    work_off(NOW)
    assert work_off(NOW) == 0

    found.refresh_from_db()
    assert (found.state, found.done_changed) == ("done", 3 * n + 1)
    assert found.done_looked == found.looked
    assert found.lines.filter(applied_at__isnull=False).count() == 3 * n + 1
    assert due_dates(Target.REPLY) == {end_of(1, 7): 2 * n, None: 1}
    assert Case.objects.filter(due_at=end_of(1, 7), due_provisional=False).count() == 2 * n
    told = Event.objects.filter(move="redate")
    assert told.count() == told.values("case_number").distinct().count() == 2 * n + 1
    letters = Outbox.objects.filter(kind="redated")
    assert letters.count() == letters.values("case_number").distinct().count() == 2 * n + 1

    assert list(Clock.objects.exclude(finished_at=None).order_by("pk").values()) == finished
    assert list(Clock.objects.filter(state="missed").order_by("pk").values()) == missed
    assert dict(Inquiry.objects.values_list("pk", "version")) == versions
    assert list(verify()) == []


def _break_off(found: Recalculation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once between two batches, once within one."""
    assert applying.work(found.pk, NOW, limit=RUNNING // 2)

    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(applying, "tell", fail)
        with pytest.raises(KeyboardInterrupt):
            applying.work(found.pk, NOW, limit=RUNNING // 2)
    found.refresh_from_db()
    assert found.state == Recalculation.State.APPLYING
    assert 0 < found.done_looked < found.looked


def test_the_letters_go_out(full_house: tuple[Inquiry, ...], cast: Cast) -> None:
    from django.core import mail

    Outbox.objects.all().delete()
    change = CalendarChange(days=days_of_2027(), years={2027: NOTICE_2027})
    found = propose_calendar(house(), change, by=cast.by("administrator"), at=NOW)
    look(found.pk, NOW)
    apply(found.pk, by=cast.by("administrator"), reason="国办发明电〔2026〕99号", at=NOW)
    work_off(NOW)
    Outbox.objects.exclude(case_number=full_house[0].number).delete()
    assert deliver(NOW) == 1
    assert "2027年1月7日" in mail.outbox[-1].body
    assert "国办发明电〔2026〕99号" in mail.outbox[-1].body
