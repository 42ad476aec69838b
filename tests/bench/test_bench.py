"""The bench fills a database that agrees with itself, and tells its figures legibly."""

from __future__ import annotations

import pytest
from django.db import connection

from bench import floors, folding, samples, worktime
from bench.copies import word_found_in
from bench.figure import Figure
from bench.loading import load
from bench.report import table
from foundation.snapshot import snapshot
from inquiries.search import DESK, matching
from ledger.models import Event, Seal
from sla.figures.folding import fold
from sla.models import Case, Clock, Rollup
from sla.proving.verification import check_figures, verify
from sla.worktime import chinese_calendar
from tests.factories import MONDAY

CASES = 300


@pytest.mark.django_db(transaction=True)
def test_a_filled_database_counts_what_it_holds() -> None:
    said: list[str] = []

    load(CASES, now=MONDAY, say=said.append)

    assert Case.objects.count() == CASES
    assert Rollup.objects.exists()
    assert list(check_figures()) == []
    assert not Clock.objects.filter(next_event_at__lte=MONDAY).exists()
    assert matching(DESK, word_found_in(0.2)).exists()
    assert samples.cases_to_approve(5)
    assert samples.deep_place()[0] == CASES // samples.PAGE
    folding.put_down(folding.moves(5, MONDAY.date()))
    folding.bare()
    assert fold() == 5 * folding.A_MOVE
    floors.submit()()
    floors.reply(MONDAY)()
    assert "figures" in " ".join(said)
    assert "bench_copy" not in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_wrong_with_true_copies() -> None:
    load(CASES, now=MONDAY, say=lambda _: None, true=True)

    assert Case.objects.count() == CASES
    assert Event.objects.values("case_number").distinct().count() == CASES
    assert Seal.objects.count() > 300
    with snapshot():
        assert [str(one) for one in verify()] == []
    floors.proof()()


def test_what_is_measured_of_working_time_is_what_is_said() -> None:
    compiled = worktime.compiled(chinese_calendar())
    span = compiled._line._span
    assert (span.first, span.last) == (2017, 2027), "ten years"
    instants = worktime.starts()
    assert len(instants) == worktime.TIMES
    assert worktime.FIRST == instants[0] < instants[-1] < worktime.LAST
    for work in (worktime.additions, worktime.differences, worktime.due_days):
        answers = work()()
        assert isinstance(answers, list)
        assert len(answers) == worktime.TIMES
    worktime.compilation()()
    worktime.bare_days()()
    worktime.bare_searches()()


def test_the_report_sets_figures_beside_their_floor_and_the_smallest_size() -> None:
    small = Figure("queue", "queue page", n=200, p50=10, p95=20, per_second=99, floor_p50=0.5)
    large = Figure("queue", "queue page", n=200, p50=12, p95=25, per_second=80, floor_p50=0.6)
    broken = Figure("case", "case page", fault="GET /desk/ answered 500")

    text = table([large, broken], [small])

    line = next(line for line in text.splitlines() if line.startswith("queue page"))
    assert line.split()[-8:] == ["200", "12.0", "25.0", "-", "80.0", "0.60", "20.0", "1.20"]
    assert "case page: GET /desk/ answered 500" in text
