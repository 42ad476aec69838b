"""The lists the database finds and the words Python says agree to the second.

Seen from just before, at and after every instant at which something changes: the due instant,
midnights, the end of the next working day, over make-up Saturdays and the turn of the year.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.actors import Actor
from inquiries.queries.queues import QUEUES
from inquiries.workflow import perform
from sla.figures.periods import Period
from sla.figures.stock import STOCKS, stock
from sla.lists.selection import Key, counted, stocked
from sla.models import Case
from sla.standing import Horizon, Standing, horizon, standing_of, standing_of_clock
from sla.targets import Target
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
RECEIVED = {
    "an ordinary week": MONDAY,
    "over the festival and its make-up days": china(2026, 2, 13),
    "due on a make-up Saturday": china(2026, 2, 9),
    "received on a make-up Saturday": china(2026, 2, 28, 9),
    "over the turn of the year": china(2025, 12, 29),
    "into a year without a notice": china(2026, 12, 29),
    "in the last second of a day": china(2026, 3, 5, 23, 59) + 59 * SECOND,
    "at midnight": china(2026, 3, 6, 0),
}


def stock_of(standing: Standing) -> set[str]:
    """The lists in which a case of this standing stands."""
    if standing in (Standing.MET, Standing.MISSED, Standing.NONE):
        return set()
    return {"open", str(standing)} & set(STOCKS)


def instants(case: Case) -> set[datetime]:
    """When something could change, and a second before and after."""
    due = case.due_at
    assert due is not None
    calendar = horizon(due).calendar
    assert calendar is not None
    day = calendar.local_date(due)
    turns = [case.received_at, due]
    for n in (-2, -1, 1):
        near = calendar.add_working_days(due, n)
        turns += [near, *calendar.bounds(calendar.local_date(near))]
    turns += calendar.bounds(day)
    return {turn + n * SECOND for turn in turns for n in (-1, 0, 1)}


def agree(seen_from: Horizon, actor: Actor) -> None:
    """Every case stands in exactly the lists its standing names, in all three ways of listing."""
    found = {name: set(stocked(name, seen_from).values_list("pk", flat=True)) for name in STOCKS}
    expected: dict[str, set[int]] = {name: set() for name in STOCKS}
    for case in Case.objects.all():
        for name in stock_of(standing_of(case, seen_from)):
            expected[name].add(case.pk)
    assert found == expected, seen_from.at
    assert stock(seen_from).total == {name: len(found[name]) for name in STOCKS}
    for queue, name in (("overdue", "overdue"), ("due-soon", "due_soon")):
        listed = QUEUES[queue].select(actor, seen_from).values_list("pk", flat=True)
        assert set(listed) == expected[name], (queue, seen_from.at)


@pytest.mark.parametrize("received", RECEIVED.values(), ids=RECEIVED.keys())
@pytest.mark.parametrize("kind", ["consultation", "complaint"])
def test_an_open_case_is_due_soon_or_overdue_in_both(
    cast: Cast, received: datetime, kind: str
) -> None:
    inquiry = make_inquiry(received, kind=kind)
    case = Case.objects.get(pk=inquiry.case_id)
    clock = case.clocks.get(target=Target.REPLY)
    standings = set()
    for at in sorted(instants(case)):
        seen_from = horizon(at)
        agree(seen_from, cast.by("supervisor"))
        standing = standing_of(case, seen_from)
        standings.add(standing)
        assert standing_of_clock(clock, seen_from) == standing
        late = at > case.due_at  # type: ignore[operator]
        assert (standing == Standing.OVERDUE) == late
    assert standings == {Standing.ON_TIME, Standing.DUE_SOON, Standing.OVERDUE}


@pytest.mark.parametrize(
    ("received", "soon_from"),
    [
        # Due Monday, 9 March: due soon from the beginning of Friday.
        (MONDAY, china(2026, 3, 6, 0)),
        # Due Friday, 27 February: due soon from Thursday.
        (china(2026, 2, 13), china(2026, 2, 26, 0)),
        # Due 24 February, after the festival: due soon from the make-up Saturday before it.
        (china(2026, 2, 10), china(2026, 2, 14, 0)),
        # Due 5 January 2026: due soon from Sunday the 4th, which is worked.
        (china(2025, 12, 26), china(2026, 1, 4, 0)),
    ],
)
def test_due_soon_begins_with_the_last_working_day_before(
    cast: Cast, received: datetime, soon_from: datetime
) -> None:
    inquiry = make_inquiry(received)
    listed = [
        stocked("due_soon", horizon(at)).filter(pk=inquiry.case_id).exists()
        for at in (soon_from - SECOND, soon_from, soon_from + SECOND)
    ]
    assert listed == [False, True, True], Case.objects.get(pk=inquiry.case_id).due_at


@pytest.mark.parametrize("received", RECEIVED.values(), ids=RECEIVED.keys())
@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_an_answer_at_due_is_met_and_a_second_later_missed_in_both(
    cast: Cast, received: datetime, offset: int
) -> None:
    inquiry = advance(make_inquiry(received), cast, "submit_for_review")
    due = Case.objects.get(pk=inquiry.case_id).due_at
    assert due is not None
    at = due + offset * SECOND
    perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)
    case = Case.objects.get(pk=inquiry.case_id)
    verdict = "missed" if offset > 0 else "met"
    assert standing_of(case, horizon(at)) == verdict
    calendar = horizon(at).calendar
    assert calendar is not None
    assert case.verdict_at is not None
    day = calendar.local_date(case.verdict_at)
    for basis in ("receipt", "event"):
        period = Period(day - 40 * DAY, day) if basis == "receipt" else Period(day, day)
        for name in ("met", "missed", "judged"):
            key = Key(name, period, at, basis)
            assert counted(key).exists() == (name in (verdict, "judged")), (basis, name)
    agree(horizon(at), cast.by("supervisor"))


def test_silent_misses_are_listed_from_the_second_after_due(cast: Cast) -> None:
    case = Case.objects.get(pk=make_inquiry(MONDAY).case_id)
    assert case.due_at is not None
    period = Period(MONDAY.date(), MONDAY.date())
    for offset, missed in ((-1, False), (0, False), (1, True)):
        at = case.due_at + offset * SECOND
        assert counted(Key("missed", period, at)).exists() == missed
        assert (standing_of(case, horizon(at)) == Standing.OVERDUE) == missed


def test_a_paused_case_stands_in_neither_list_and_comes_back(cast: Cast) -> None:
    inquiry = make_inquiry(MONDAY)
    perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=MONDAY, request="？")
    for at in (MONDAY, MONDAY + 3 * DAY, MONDAY + 8 * DAY):
        seen_from = horizon(at)
        agree(seen_from, cast.by("supervisor"))
        assert standing_of(Case.objects.get(pk=inquiry.case_id), seen_from) == Standing.PAUSED
