"""Telling supervisors of what needs attention: once, when it begins.

A concern opens an incident with a notice on the supervisors' desks; when it is over the incident
is closed, so that the next one is told again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.actors import Role
from notices.models import InboxItem
from sla.attention.concerns import FORM_BROKEN, STALE, concerns
from sla.models import Heartbeat, Incident

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)
TESTED_EVERY = timedelta(days=1)
LONGEST_NOTE = 200

NOT_WATCHED = frozenset({FORM_BROKEN, STALE})
"""What the self-test opens and closes, and what cannot be told while it is true."""

SelfTest = Callable[[datetime], str]
_self_tests: list[SelfTest] = []


def register_self_test(test: SelfTest) -> None:
    """Have a public form tested daily: `test(now)` says what is wrong, "" if it works."""
    _self_tests.append(test)


def watch(now: datetime) -> int:
    """Look for concerns, now and then; test the public form daily where that is switched on.

    How many were seen.
    """
    seen: set[str] = set()
    if settings.SELF_TEST and _is_time("self_test", TESTED_EVERY, now):
        self_test(now)
    if _is_time("watch", EVERY, now):
        seen = {one.code for one in concerns(now)} - NOT_WATCHED
        for code in seen:
            open_incident(code, now)
        over = Incident.objects.filter(closed_at__isnull=True).exclude(code__in=seen)
        over.exclude(code=FORM_BROKEN).update(closed_at=now)
    return len(seen)


def self_test(now: datetime) -> str:
    """Test the public forms; what is wrong, "" if they work. Opens or closes the incident."""
    problem = "; ".join(filter(None, (_tried(test, now) for test in _self_tests)))
    if problem:
        open_incident(FORM_BROKEN, now, problem)
    else:
        Incident.objects.filter(code=FORM_BROKEN, closed_at__isnull=True).update(closed_at=now)
    return problem


def _tried(test: SelfTest, now: datetime) -> str:
    try:
        return test(now)
    except Exception as error:
        # Whatever breaks the form is what the test is for; it must not stop the pass.
        log.exception("The self-test of a public form broke")
        return f"{type(error).__name__}: {error}"


def open_incident(code: str, now: datetime, note: str = "") -> bool:
    """Note a concern and tell the supervisors, unless it is known already; whether it was new."""
    if Incident.objects.filter(code=code, closed_at__isnull=True).exists():
        return False
    try:
        with transaction.atomic():
            Incident.objects.create(code=code, opened_at=now, note=note[:LONGEST_NOTE])
            InboxItem.objects.create(
                role=Role.SUPERVISOR, kind=f"attention_{code}", case_number="", created_at=now
            )
    except IntegrityError:
        return False
    return True


def _is_time(name: str, every: timedelta, now: datetime) -> bool:
    """Whether a job that comes round every so often is due; notes that it has come round.

    Of several processes one is told yes.
    """
    beat, made = Heartbeat.objects.get_or_create(name=name, defaults={"at": now})
    due = Heartbeat.objects.filter(name=name, at__lte=now - every)
    return made or (beat.at <= now - every and bool(due.update(at=now)))
