"""Two supervisors press at the same moment: one wins, the other is told."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from accounts.actors import Role
from sla.models import ReportSignature
from sla.reports import spans
from sla.reports.freezing import ReportRefused, freeze_again, freeze_first, sign
from tests.factories import Cast, UserFactory, china

pytestmark = pytest.mark.django_db(transaction=True)

NOW = china(2026, 12, 31)
MONTH = spans.span("month", 2026, 3)


def at_once(job: Callable[[], object], people: int = 3) -> list[str]:
    """What several who do the same at one moment get told; "" for whoever wins."""
    told: list[str] = []
    start = Barrier(people)

    def run() -> None:
        start.wait()
        try:
            job()
            told.append("")
        except ReportRefused as refused:
            told.append(refused.code)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_one_report_on_a_period_one_next_version_one_signature(cast: Cast) -> None:
    by = cast.by("supervisor")
    other = UserFactory.create(username="second", roles=[Role.SUPERVISOR]).as_actor()
    made = []

    def first() -> None:
        made.append(freeze_first("month", MONTH, by=by, as_of=NOW, now=NOW))

    assert at_once(first) == ["", "exists", "exists"]
    [version] = made

    def again() -> None:
        made.append(freeze_again(version.report, seen=1, reason="更正", by=by, as_of=NOW, now=NOW))

    assert at_once(again) == ["", "newer", "newer"]
    newest = made[-1]
    assert at_once(lambda: sign(newest, by=other, now=NOW)) == ["", "signed", "signed"]
    assert ReportSignature.objects.get().version_id == newest.pk
