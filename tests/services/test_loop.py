"""`tick --loop` killed in the middle of a sweep."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.clock import now
from inquiries.models import Inquiry
from inquiries.workflow import perform
from notices.models import InboxItem
from sla.background import tick
from sla.models import ClockEvent
from sla.proving.verification import verify
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.services import processes

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

CASES = 12
LOOP = """
import time
from django.core.management import call_command
from sla import sweep

real, sweep.BATCH, batches = sweep.tell, 5, 0
sweep.sweep.__kwdefaults__["batch"] = 5

def tell(happened, now):
    global batches
    real(happened, now)
    batches += 1
    if batches == {stop}:
        print("in the middle", flush=True)
        time.sleep(600)

sweep.tell = tell
call_command("tick", "--loop", "--every", "0.1")
"""


def overdue_cases(cast: Cast) -> list[Inquiry]:
    """Cases of long ago: some assigned, some waiting for a supplement that never came."""
    found = []
    for n in range(CASES):
        inquiry = make_inquiry(MONDAY + timedelta(minutes=n))
        if n % 3 == 0:
            words: dict[str, Any] = {"request": "请补充"}
            at = inquiry.case.received_at
            perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=at, **words)
        else:
            advance(inquiry, cast, "assign")
        found.append(inquiry)
    return found


def happened(numbers: list[str]) -> list[Counter[tuple[str, str]]]:
    """Events of each case, and its desk notices, without what differs from case to case."""
    found: list[Counter[tuple[str, str]]] = []
    for number in numbers:
        events = ClockEvent.objects.filter(clock__case__number=number)
        notices = InboxItem.objects.filter(case_number=number)
        counted: Counter[tuple[str, str]] = Counter(events.values_list("clock__target", "kind"))
        counted.update(notices.values_list("kind", "role"))
        found.append(counted)
    return found


@pytest.mark.parametrize("stop", [1, 3])
def test_a_loop_killed_in_mid_sweep_loses_and_doubles_nothing(
    cast: Cast, tmp_path: Path, stop: int
) -> None:
    undisturbed = overdue_cases(cast)
    tick(now())
    wanted = happened([inquiry.number for inquiry in undisturbed])
    events = ClockEvent.objects.count()

    numbers = [inquiry.number for inquiry in overdue_cases(cast)]
    with processes.python(LOOP.format(stop=stop), processes.environment(tmp_path)) as loop:
        assert loop.stdout.readline() == "in the middle\n"
        processes.kill(loop)
    tick(now())
    assert happened(numbers) == wanted
    assert ClockEvent.objects.count() == 2 * events
    assert not tick(now())
    assert [str(difference) for difference in verify()] == []
