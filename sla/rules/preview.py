"""What a rule would do, before it is made: to a matter received today, and to how many a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from sla.calendars import compiled
from sla.explaining.explanation import Explanation
from sla.figures.measures import ZONE, civil_day
from sla.figures.periods import Period, month_of
from sla.models import Case, Clock, Policy
from sla.policies import NoPolicy, PolicyBook, Scope, book_of, promise_of, scope_of
from sla.targets import ClockState, Target
from sla.worktime import WorktimeError, due, explain, is_provisional

MONTHS = 12
CONCERNS = {
    Target.SUPPLEMENT: Q(supplements__gt=0),
    Target.SURVEY: Q(replied_at__isnull=False),
    Target.DISPATCH: Q(first_contact_at__isnull=False),
    Target.SIGN_FOR: Q(department__isnull=False),
    Target.DEPARTMENT: Q(department__isnull=False),
    Target.REVIEW: Q(replied_at__isnull=False),
    Target.RETURN: Q(department__isnull=False),
}
"""Which cases came as far as to need such a rule; every case does for targets not named."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a proposed rule would do.

    `present` is the rule that holds for the same cases now, None where there is none. `before` and
    `after` explain when a matter received `received_at` falls due. `months` are the cases of each
    of the last twelve whole months, and of this one so far, that it would have applied to.
    `running`: clocks at work now that would be ruled by it if they began now.
    """

    rule: Policy
    present: Policy | None
    received_at: datetime
    before: Explanation | None
    after: Explanation | None
    months: list[tuple[date, int]]
    running: int

    @property
    def total(self) -> int:
        return sum(n for _, n in self.months)

    @property
    def a_month(self) -> int:
        """Rounded, over the whole months."""
        return round(sum(n for _, n in self.months[:-1]) / MONTHS)


def effect_of(rule: Policy, now: datetime) -> Effect:
    """The effect of a rule that need not be saved. Two queries beside the rules' own."""
    book = book_of(rule.stream)
    present = _present(book, rule, now)
    return Effect(
        rule=rule,
        present=present,
        received_at=now,
        before=_explained(book, present, rule, now) if present is not None else None,
        after=_explained(book, rule, rule, now),
        months=_months(book, rule, now),
        running=_running(book, rule, now),
    )


def _present(book: PolicyBook, rule: Policy, now: datetime) -> Policy | None:
    """What holds now for a case right in the rule's scope: the rule itself or a wider one."""
    target, department, category, kind = scope_of(rule)
    try:
        return book.find(Target(target), kind, now, category=category, department_id=department)
    except NoPolicy:
        return None


def _explained(
    book: PolicyBook, policy: Policy, scope: Policy, received_at: datetime
) -> Explanation | None:
    """Why a matter received at an instant is due when it is under a rule, on the hours of the
    scope's department; None beyond the calendar's horizon."""
    calendar = compiled(book.calendar_of(policy, scope.department_id))
    promise = promise_of(policy)
    try:
        ends = due(calendar, promise, received_at)
        days = explain(calendar, promise, received_at)
    except WorktimeError:
        return None
    return Explanation(
        started_at=received_at,
        due_at=ends,
        amount=policy.amount,
        extra=0,
        unit=policy.unit,
        cutoff=policy.cutoff,
        provisional=ends is not None and is_provisional(calendar, received_at, ends),
        basis=policy.basis_label,
        days=days,
    )


def _months(book: PolicyBook, rule: Policy, now: datetime) -> list[tuple[date, int]]:
    last = month_of(civil_day(now))
    first = last.start.replace(year=last.start.year - 1)
    found = dict.fromkeys(Period(first, last.end).months(), 0)
    start, end = Period(first, last.end).instants
    wanted = CONCERNS.get(Target(rule.target), Q())
    rows = _in_scope(Case.objects.filter(wanted, stream=rule.stream), rule, "").filter(
        received_at__gte=start, received_at__lt=end
    )
    groups = rows.annotate(month=TruncMonth("received_at", tzinfo=ZONE)).values_list(
        "month", "kind", "category", "department_id"
    )
    for month, kind, category, department, n in groups.annotate(n=Count("pk")).order_by():
        if _rules(book, rule, now, kind, category, department):
            found[month.date()] += n
    return list(found.items())


def _running(book: PolicyBook, rule: Policy, now: datetime) -> int:
    live = Clock.objects.filter(
        target=rule.target,
        case__stream=rule.stream,
        state__in=(ClockState.RUNNING, ClockState.PAUSED),
        finished_at__isnull=True,
    )
    groups = _in_scope(live, rule, "case__").values_list(
        "case__kind", "case__category", "department_id"
    )
    return sum(
        n
        for kind, category, department, n in groups.annotate(n=Count("pk")).order_by()
        if _rules(book, rule, now, kind, category, department)
    )


def _in_scope(rows: QuerySet[Any], rule: Policy, path: str) -> QuerySet[Any]:
    wanted: dict[str, Any] = {f"{path}kind": rule.kind, f"{path}category": rule.category}
    wanted = {name: value for name, value in wanted.items() if value}
    if rule.department_id is not None:
        wanted["department_id"] = rule.department_id
    return rows.filter(**wanted)


def _rules(
    book: PolicyBook, rule: Policy, now: datetime, kind: str, category: str, department: int | None
) -> bool:
    scope: Scope = scope_of(rule)
    return book.would_rule(scope, kind, now, category=category, department_id=department)
