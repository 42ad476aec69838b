"""A report is what a recount of the cases would give: at any instant, folded or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Department
from sla.figures.folding import fold
from sla.figures.measures import BASES, MEASURES, SURVEYED, CaseLine, SurveyLine, as_of, measures
from sla.figures.periods import Period
from sla.figures.recording import CaseRecord, line_of
from sla.figures.report import COLUMNS, Row, report, reports
from sla.figures.scope import Scope
from sla.lists import selection
from sla.models import Case, Clock, Policy, Survey
from sla.targets import Target
from tests.factories import DepartmentFactory, china

pytestmark = pytest.mark.django_db

SINCE = china(2025, 11, 20, 0)
NOW = china(2026, 3, 20, 12)
numbers = count()
PARTS_OF = ("topic", "district", "handler")
"""Breakdowns that are folded each by itself: a report has one of them at most."""
PARTS = {"topic": "topic", "no district": "district"}

hours = st.integers(0, 24 * 110).map(lambda n: SINCE + timedelta(hours=n))
waits = st.integers(0, 24 * 30).map(lambda n: timedelta(hours=n))
maybe = st.none() | waits
levels = st.integers(1, 5)
changes = st.lists(
    st.tuples(levels, st.integers(0, 20).map(lambda n: timedelta(hours=n))), max_size=2
)
ratings = st.none() | st.tuples(levels, waits, changes)


@dataclass(frozen=True)
class Fate:
    """What becomes of a random case; waits are counted from the fact before."""

    received: datetime
    department: int
    kind: str
    channel: str
    due: timedelta
    paused: bool
    reply: timedelta | None
    publish: timedelta | None
    exclude: timedelta | None
    rating: tuple[int, timedelta, list[tuple[int, timedelta]]] | None
    swept: bool
    folded: bool


fates = st.builds(
    Fate,
    hours,
    st.integers(0, 2),
    st.sampled_from(["consultation", "complaint"]),
    st.sampled_from(["portal", "phone"]),
    waits,
    st.booleans(),
    maybe,
    maybe,
    maybe,
    ratings,
    st.booleans(),
    st.booleans(),
)
days = st.dates(date(2025, 11, 1), date(2026, 4, 10))
periods = st.tuples(days, days).map(sorted)


def play(fate: Fate, departments: Sequence[Department], policy: Policy) -> CaseLine:
    """Write a case as the workflow would, one move after the other, up to NOW."""
    case = Case(
        number=f"n{next(numbers)}",
        title="x",
        stage="submitted",
        kind=fate.kind,
        category=f"about-{fate.channel}",
        district=fate.kind if fate.paused else "",
        channel=fate.channel,
        received_at=fate.received,
        due_at=fate.received + fate.due,
    )
    due = fate.received + fate.due
    record = CaseRecord(case, new=True)
    record.save()
    clock = Clock(
        case=case, target=Target.REPLY, policy=policy, calendar=policy.calendar, calendar_version=1
    )
    clock.started_at, clock.due_at = fate.received, due
    clock.next_event_at = due + timedelta(seconds=1)
    clock.save()
    if fate.department:
        case.department = departments[fate.department - 1]
        record.save()
    if fate.folded:
        fold()
    _end(case, record, clock, fate)
    record.save()
    return line_of(case, record.surveys)


def _end(case: Case, record: CaseRecord, clock: Clock, fate: Fate) -> None:
    due = case.due_at
    assert due is not None
    replied = fate.received + fate.reply if fate.reply is not None else None
    excluded = fate.received + fate.exclude if fate.exclude is not None else None
    if replied is not None and replied <= NOW:
        case.verdict, case.verdict_at = ("met", replied) if replied <= due else ("missed", due)
        case.replied_at = case.ended_at = replied
        survey = Survey(case=case, round=1, asked_at=replied)
        record.ask(survey)
        if fate.rating is not None:
            first, at, changed = fate.rating
            _vote(record, survey, replied + at, [(first, timedelta()), *changed])
        if fate.publish is not None and replied + fate.publish <= NOW:
            case.published_at = replied + fate.publish
    elif excluded is not None and excluded <= NOW:
        if due < excluded:
            case.verdict, case.verdict_at = "missed", due
        case.excluded_at = case.ended_at = excluded
    elif fate.paused and not fate.swept:
        case.paused_at, case.due_at = fate.received, None
    elif fate.swept and due < NOW:
        case.verdict, case.verdict_at = "missed", due
    if case.ended_at or case.verdict or case.paused_at:
        clock.next_event_at = None
        clock.save()


def _vote(
    record: CaseRecord, survey: Survey, at: datetime, votes: list[tuple[int, timedelta]]
) -> None:
    """Rate, and change it, each time with figures of its own."""
    for rating, wait in votes:
        at += wait
        if at <= NOW:
            record.save()
            record.vote(survey, rating, at)


def expected(
    lines: Sequence[CaseLine], period: Period, basis: str, instant: datetime, scope: Scope
) -> dict[str, int]:
    """The definition, applied to each case by hand."""
    total = Counter(dict.fromkeys(MEASURES, 0))
    for line in lines:
        if (known := as_of(line, instant)) is None:
            continue
        if scope.department_id is not None and (line.department_id or 0) != scope.department_id:
            continue
        if scope.kind is not None and line.kind != scope.kind:
            continue
        if scope.category is not None and line.category != scope.category:
            continue
        if scope.district is not None and line.district != scope.district:
            continue
        for cell, n in measures(known).items():
            left_out = cell.measure in SURVEYED and line.channel in scope.unsurveyed
            if cell.key.basis == basis and cell.key.day in period and not left_out:
                total[cell.measure] += n
    return dict(total)


def added(rows: Sequence[Row]) -> dict[str, int]:
    return {measure: sum(row.counts[measure] for row in rows) for measure in MEASURES}


@pytest.fixture
def ground(bureau: None) -> tuple[list[Department], Policy]:
    policy = Policy.objects.filter(target=Target.REPLY).first()
    assert policy is not None
    return [DepartmentFactory.create(code=code) for code in ("one", "two")], policy


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(fates, max_size=8),
    periods,
    st.sampled_from(BASES),
    st.sampled_from([NOW, *[SINCE + timedelta(days=n) for n in (10, 42, 90)]]),
    st.sampled_from(["all", "department", "none", "kind", "not by hand", "topic", "no district"]),
)
def test_report_and_recount_and_list_agree(
    ground: tuple[list[Department], Policy],
    chosen: list[Fate],
    span: list[date],
    basis: str,
    instant: datetime,
    limit: str,
) -> None:
    departments, policy = ground
    scope = {
        "all": Scope(),
        "department": Scope(department_id=departments[0].pk),
        "none": Scope(department_id=0),
        "kind": Scope(kind="complaint"),
        "not by hand": Scope(unsurveyed=frozenset({"phone"})),
        "topic": Scope(category="about-phone"),
        "no district": Scope(department_id=0, district=""),
    }[limit]
    period = Period(*span)
    with transaction.atomic():
        lines = [play(fate, departments, policy) for fate in chosen]
        must = expected(lines, period, basis, instant, scope)
        for part in PARTS_OF if not scope.parts else [PARTS[limit]]:
            bys = [by for by in COLUMNS if by not in PARTS_OF or by == part]
            made = reports(*span, bys=bys, basis=basis, as_of=instant, now=NOW, scope=scope)
            assert made[None].total.counts == must
            for by in bys:
                assert added(made[by].rows) == must
        for measure in MEASURES:
            key = selection.Key(measure, period, instant, basis, scope)
            listed = selection.surveyed if measure in SURVEYED else selection.counted
            assert listed(key).count() == must[measure], measure
        transaction.set_rollback(True)


def test_a_survey_belongs_to_the_day_it_was_given(
    ground: tuple[list[Department], Policy],
) -> None:
    fate = Fate(
        china(2026, 1, 31, 9),
        1,
        "consultation",
        "portal",
        timedelta(days=3),
        False,
        timedelta(days=1),
        None,
        None,
        (5, timedelta(days=40), []),
        True,
        True,
    )
    line = play(fate, *ground)
    assert line.surveys == (SurveyLine(china(2026, 2, 1, 9), 5, china(2026, 3, 13, 9)),)
    by_month = report(date(2026, 1, 1), date(2026, 3, 31), basis="event", by="month", now=NOW)
    assert [(row.key, row.counts["asked"], row.counts["rated"]) for row in by_month.rows] == [
        ("2026-01", 0, 0),
        ("2026-02", 1, 0),
        ("2026-03", 0, 1),
    ]


def test_a_report_costs_two_statements_however_it_is_broken_down(
    ground: tuple[list[Department], Policy],
    django_assert_num_queries: object,
) -> None:
    fate = Fate(
        SINCE, 1, "complaint", "phone", timedelta(1), False, None, None, None, None, True, True
    )
    play(fate, *ground)
    with django_assert_num_queries(2):  # type: ignore[operator]
        reports(date(2025, 1, 1), date(2026, 3, 14), bys=("department", "month"), now=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis": "closed"},
        {"by": "colour"},
        {"as_of": NOW + timedelta(seconds=1)},
    ],
)
def test_a_question_without_a_meaning_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        report(date(2026, 1, 1), date(2026, 1, 31), now=NOW, **wrong)  # type: ignore[arg-type]


def test_a_period_has_to_begin_before_it_ends() -> None:
    with pytest.raises(ValueError, match="ends"):
        report(date(2026, 2, 1), date(2026, 1, 31), now=NOW)
