"""A change of the calendar worked off by processes that are killed, and by several at once."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from pathlib import Path

import pytest

from inquiries.models import Inquiry
from ledger.models import Event
from notices.models import Outbox
from sla.models import ClockEvent, Recalculation
from sla.proving.verification import verify
from sla.recalculating import apply, work_off
from tests.calendars.bulk import copies_of
from tests.calendars.changes import NOTICE_2027, days_of_2027, propose
from tests.factories import Cast, china, make_inquiry
from tests.services import processes

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

NOW = china(2026, 12, 29)
COPIES = 240
WORK = f"""
import time
from datetime import datetime
from sla.recalculating import applying, work_off

applying.work.__kwdefaults__["limit"] = 20
real, batches = applying.tell, 0

def tell(redated, now):
    global batches
    real(redated, now)
    batches += 1
    if batches == {{stop}}:
        print("in the middle", flush=True)
        time.sleep(600)
    time.sleep({{pause}})

applying.tell = tell
work_off(datetime.fromisoformat("{NOW.isoformat()}"))
"""


@pytest.fixture
def under_way(cast: Cast) -> Recalculation:
    """The notice of 2027 just applied, and no clock reckoned anew yet."""
    inquiry = make_inquiry(china(2026, 12, 28))
    copies_of(Inquiry.objects.select_related("case").get(pk=inquiry.pk), COPIES)
    by = cast.by("administrator")
    found = propose(by, NOW, days_of_2027(), years={2027: NOTICE_2027})
    return apply(found.pk, by=by, reason="国办发明电〔2026〕99号", at=NOW)


def assert_done_once(found: Recalculation) -> None:
    work_off(NOW)
    found.refresh_from_db()
    assert (found.state, found.done_looked) == ("done", 2 * (COPIES + 1))
    assert found.done_changed == found.lines.exclude(applied_at=None).count() == COPIES + 1
    told = Event.objects.filter(move="redate")
    assert told.count() == told.values("case_number").distinct().count() == COPIES + 1
    assert Outbox.objects.filter(kind="redated").count() == COPIES + 1
    assert not ClockEvent.objects.exists()
    assert list(verify()) == []


@pytest.mark.parametrize("stop", [1, 4])
def test_killed_within_a_batch(under_way: Recalculation, tmp_path: Path, stop: int) -> None:
    env = processes.environment(tmp_path)
    with processes.python(WORK.format(stop=stop, pause=0), env) as worker:
        assert worker.stdout.readline() == "in the middle\n"
        processes.kill(worker)
    under_way.refresh_from_db()
    # The promise of acceptance ends before the year that changes.
    assert under_way.done_looked == COPIES + 1 + (stop - 1) * 20
    assert Event.objects.filter(move="redate").count() == (stop - 1) * 20
    assert_done_once(under_way)


def test_killed_again_and_again_at_any_moment(under_way: Recalculation, tmp_path: Path) -> None:
    env, rng = processes.environment(tmp_path), random.Random(2027)
    for _ in range(4):
        with processes.python(WORK.format(stop=0, pause=0.05), env) as worker:
            end = time.monotonic() + rng.uniform(1.5, 3)
            while time.monotonic() < end and worker.poll() is None:
                time.sleep(0.05)
            processes.kill(worker)
        assert list(verify()) == []
    assert_done_once(under_way)


@pytest.mark.postgres
def test_two_workers_do_it_once(under_way: Recalculation, tmp_path: Path) -> None:
    env = processes.environment(tmp_path)
    code = WORK.format(stop=0, pause=0.02)
    with processes.python(code, env) as one, processes.python(code, env) as other:
        for worker in (one, other):
            assert worker.wait(timeout=processes.PATIENCE) == 0
    assert_done_once(under_way)


@pytest.mark.postgres
def test_moves_are_made_meanwhile(under_way: Recalculation, cast: Cast, tmp_path: Path) -> None:
    """Staff go on; whatever they touch is reckoned by the new calendar all the same."""
    from inquiries.workflow import perform

    numbers = list(Inquiry.objects.values_list("case__number", flat=True).order_by("-pk")[:30])
    env = processes.environment(tmp_path)
    with processes.python(WORK.format(stop=0, pause=0.05), env) as worker:
        for n, number in enumerate(numbers):
            at = NOW + timedelta(seconds=n)
            perform("accept", number, by=cast.by("intake"), at=at, seen=1)
        assert worker.wait(timeout=processes.PATIENCE) == 0
    work_off(NOW + timedelta(minutes=5))
    under_way.refresh_from_db()
    assert under_way.state == "done"
    assert Event.objects.filter(move="accept").count() == 30
    assert Event.objects.filter(move="redate").count() == COPIES + 1
    assert list(verify()) == []
