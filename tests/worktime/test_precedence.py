"""Which of several rules is in force for a case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import Department
from sla.models import Policy, WorkCalendar
from sla.policies import NoPolicy, book_of
from sla.targets import Target
from tests.factories import MONDAY, Cast

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EARLY = MONDAY - 300 * DAY


def rule(
    amount: int,
    *,
    kind: str = "",
    category: str = "",
    department: Department | None = None,
    since: int = 0,
) -> Policy:
    return Policy.objects.create(
        target=Target.RETURN,
        kind=kind,
        category=category,
        department=department,
        calendar=WorkCalendar.objects.get(code="cn"),
        amount=amount,
        active_from=EARLY + since * DAY,
    )


@pytest.fixture
def rules(cast: Cast) -> Cast:
    """One rule of every scope; the amount says which."""
    Policy.objects.filter(target=Target.RETURN).delete()
    rule(1)
    rule(2, kind="complaint")
    rule(3, category="tax")
    rule(4, kind="complaint", category="tax")
    rule(5, department=cast.tech)
    rule(6, department=cast.tech, kind="complaint")
    rule(7, department=cast.tech, category="tax")
    rule(8, department=cast.tech, category="tax", kind="complaint")
    return cast


@pytest.mark.parametrize(
    ("own", "topic", "kind", "amount"),
    [
        (False, "", "opinion", 1),
        (False, "", "complaint", 2),
        (False, "tax", "opinion", 3),
        (False, "tax", "complaint", 4),
        (True, "", "opinion", 5),
        (True, "", "complaint", 6),
        (True, "tax", "opinion", 7),
        (True, "tax", "complaint", 8),
        (False, "parks", "opinion", 1),
        (True, "parks", "complaint", 6),
    ],
)
def test_the_narrowest_scope_wins(
    rules: Cast, own: bool, topic: str, kind: str, amount: int
) -> None:
    for department in (rules.tech if own else rules.other, None if not own else rules.tech):
        found = book_of("inquiry").find(
            Target.RETURN,
            kind,
            MONDAY,
            category=topic,
            department_id=department.pk if department else None,
        )
        assert found.amount == amount


@pytest.mark.parametrize(
    ("gone", "amount"),
    [
        ([8], 7),
        ([8, 7], 6),
        ([8, 7, 6], 5),
        ([8, 7, 6, 5], 4),
        ([8, 7, 6, 5, 4], 3),
        ([8, 7, 6, 5, 4, 3], 2),
        ([8, 7, 6, 5, 4, 3, 2], 1),
    ],
)
def test_department_goes_before_topic_and_topic_before_kind(
    rules: Cast, gone: list[int], amount: int
) -> None:
    Policy.objects.filter(target=Target.RETURN, amount__in=gone).delete()
    found = book_of("inquiry").find(
        Target.RETURN, "complaint", MONDAY, category="tax", department_id=rules.tech.pk
    )
    assert found.amount == amount


@pytest.mark.parametrize(
    ("days", "amount"), [(-1, None), (0, 1), (9, 1), (10, 20), (29, 20), (30, 30), (300, 30)]
)
def test_of_the_versions_of_a_rule_the_newest_active_one_counts(
    cast: Cast, days: int, amount: int | None
) -> None:
    Policy.objects.filter(target=Target.RETURN).delete()
    rule(1)
    rule(20, since=10)
    rule(30, since=30)
    book = book_of("inquiry")
    if amount is None:
        with pytest.raises(NoPolicy):
            book.find(Target.RETURN, "opinion", EARLY + days * DAY)
    else:
        assert book.find(Target.RETURN, "opinion", EARLY + days * DAY).amount == amount


def test_a_narrower_rule_counts_only_once_it_is_active(cast: Cast) -> None:
    Policy.objects.filter(target=Target.RETURN).delete()
    rule(1)
    rule(9, department=cast.tech, since=100)
    book = book_of("inquiry")

    def amount(days: int) -> int:
        at = EARLY + days * DAY
        return book.find(Target.RETURN, "opinion", at, department_id=cast.tech.pk).amount

    assert (amount(99), amount(100)) == (1, 9)


def test_the_newest_rule_of_a_target_is_found_whatever_its_scope(rules: Cast) -> None:
    last = rule(9, kind="opinion", since=50)
    rule(10, kind="opinion", since=500)
    assert book_of("inquiry").newest(Target.RETURN, MONDAY) == last
    assert book_of("inquiry").newest(Target.RETURN, EARLY - DAY) is None
