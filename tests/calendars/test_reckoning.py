"""Clocks reckoned anew as rows say what each would say by itself, whatever rule it runs by."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sla.background import tick
from sla.models import Clock, Policy, RecalculationLine
from sla.proving.verification import verify
from sla.recalculating import apply, carry_out
from sla.recalculating.applying import work
from sla.targets import Target
from sla.timing import schedule, set_due
from tests.calendars.changes import HOLIDAY, MAKEUP, propose
from tests.calendars.test_sparing import busy_house
from tests.factories import MONDAY, Cast

pytestmark = pytest.mark.django_db

NOW = MONDAY + timedelta(days=2, hours=3)
TIMES = ("due_at", "provisional", "next_event_at", "next_event")
RULES: dict[str, dict[str, Any]] = {
    "usual": {},
    "hours": {"unit": "working_hours", "amount": 40},
    "calendar days": {"unit": "calendar_days", "amount": 9, "cutoff": "close_of_business"},
    "close": {"cutoff": "close_of_business", "warnings": [{"before_hours": 9}, {"share": 0.3}]},
    "days before": {"warnings": [{"before_days": 2}, {"before_days": 1}]},
    "silent": {"warnings": []},
}
CHANGES: dict[str, dict[str, Any]] = {
    "a day off": {"days": {date(2026, 3, 6): HOLIDAY}},
    "a day worked": {"days": {date(2026, 3, 7): MAKEUP}},
    "shorter days": {"week": {str(day): [["09:00", "12:00"]] for day in range(5)}},
}


def expected() -> dict[int, tuple[Any, ...]]:
    """What every clock concerned says, reckoned by itself, as a move would."""
    live = Clock.objects.filter(finished_at=None, state__in=("running", "paused"))
    found = {}
    for clock in live.select_related("policy", "calendar"):
        revision = clock.revision
        pauses = list(clock.pauses.order_by("since").values_list("since", "until"))
        set_due(clock, pauses)
        schedule(clock, NOW if clock.due_at is None else min(NOW, clock.due_at), pauses)
        times = tuple(getattr(clock, name) for name in TIMES)
        found[clock.pk] = (*times, revision + 1, clock.calendar.version)
    return found


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("change", CHANGES)
def test_rows_say_what_clocks_say(cast: Cast, rule: str, change: str) -> None:
    Policy.objects.filter(target__in=(Target.REPLY, Target.DEPARTMENT)).update(**RULES[rule])
    busy_house(cast)
    tick(NOW)
    before = dict(Clock.objects.values_list("pk", "due_at"))
    by = cast.by("administrator")
    found = propose(by, NOW, **CHANGES[change])
    apply(found.pk, by=by, reason="通知", at=NOW)
    wanted = expected()
    while work(found.pk, NOW, limit=5) is not None:
        pass
    found.refresh_from_db()
    assert (found.state, found.done_looked, found.looked) == ("done", len(wanted), len(wanted))
    rows = Clock.objects.filter(pk__in=wanted).values_list(
        "pk", *TIMES, "revision", "calendar_version"
    )
    assert {pk: tuple(row) for pk, *row in rows} == wanted
    moved = {pk: (before[pk], row[0]) for pk, row in wanted.items() if before[pk] != row[0]}
    assert found.done_changed == found.changed == len(moved)
    lines = RecalculationLine.objects.filter(recalculation=found, applied_at=NOW)
    assert {pk: (was, now) for pk, was, now in lines.values_list(
        "clock", "due_before", "due_after"
    )} == moved  # fmt: skip
    assert found.lines.count() == len(moved)
    assert list(verify()) == []


def test_what_was_not_forecast_gets_a_line_of_its_own(cast: Cast) -> None:
    by = cast.by("administrator")
    busy_house(cast)
    found = propose(by, NOW, {date(2026, 3, 6): HOLIDAY})
    forecast = found.lines.count()
    found.lines.filter(pk=found.lines.first().pk).delete()  # type: ignore[union-attr]
    apply(found.pk, by=by, reason="通知", at=NOW)
    tick(NOW)
    assert sum(carry_out(found.pk, NOW)) == 0
    found.refresh_from_db()
    applied = found.lines.filter(applied_at=NOW)
    assert found.done_changed == applied.count() == found.lines.count() == forecast > 0
