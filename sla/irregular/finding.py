"""The cases each rule finds, and why, from case lines and clocks.

Every rule has a partial index of its own over the few rows it can find, so the list costs what it
finds and not what the house has ever answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from foundation.keyset import CappedCount, capped_count
from sla.figures.periods import Period
from sla.figures.scope import EVERYTHING, Scope
from sla.irregular.rules import (
    EXTENDED_MORE_THAN,
    PASSED_ON_MORE_THAN,
    Answer,
    Bulk,
    Rule,
    bulks_of_departments,
    bulks_of_people,
)
from sla.models import Case, Clock, ClockPause
from sla.models.clock import LITTLE_SPARE
from sla.targets import ClockState, Target


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a case is listed: facts, for the page to say in words."""

    paused: tuple[datetime, ...] = ()
    extensions: int = 0
    returns: int = 0
    reassignments: int = 0
    bulk: Bulk | None = None
    bulk_of_one: Bulk | None = None


class Irregular:
    """The irregular cases received in a period, in one part of the house. Two queries to begin."""

    def __init__(self, period: Period, scope: Scope = EVERYTHING) -> None:
        first, after = period.instants
        self._first = first
        self._cases = Case.objects.filter(
            scope.q(unassigned=None), received_at__gte=first, received_at__lt=after
        )
        answers = list(self._answers_at_due(after, scope))
        self._bulks: Mapping[int, Bulk] = bulks_of_departments(answers)
        self._bulks_of_one: Mapping[int, Bulk] = bulks_of_people(answers)
        self._in_bulk = self._bulks.keys() | self._bulks_of_one.keys()
        self._paused: Mapping[int, list[datetime]] = self._paused_at_due(after, scope)

    def _paused_at_due(self, after: datetime, scope: Scope) -> Mapping[int, list[datetime]]:
        """When the promise to the citizen was stopped within its last working day, by case."""
        pauses = ClockPause.objects.filter(
            scope.q(unassigned=None, path="clock__case__"),
            at_due=True,
            clock__target=Target.REPLY,
            since__gte=self._first,
            clock__case__received_at__gte=self._first,
            clock__case__received_at__lt=after,
        )
        found: defaultdict[int, list[datetime]] = defaultdict(list)
        for case_id, since in pauses.order_by("since").values_list("clock__case_id", "since"):
            found[case_id].append(since)
        return found

    def _answers_at_due(self, after: datetime, scope: Scope) -> Iterable[Answer]:
        clocks = Clock.objects.filter(
            scope.q(unassigned=None, path="case__"),
            target=Target.REPLY,
            state=ClockState.MET,
            spare__lte=LITTLE_SPARE,
            # Nothing is answered before it is received: a bound for the index.
            finished_at__gte=self._first,
            case__received_at__gte=self._first,
            case__received_at__lt=after,
        )
        rows = clocks.values_list(
            "case_id", "case__department_id", "case__handler_id", "finished_at"
        )
        return (
            Answer(case, department, handler, at)
            for case, department, handler, at in rows
            if at is not None
        )

    def of(self, rule: Rule) -> QuerySet[Case]:
        """The cases one rule finds."""
        match rule:
            case Rule.EXTENDED:
                wanted = Q(extensions__gt=EXTENDED_MORE_THAN)
            case Rule.PASSED_ON:
                often = PASSED_ON_MORE_THAN
                wanted = Q(returns__gt=often) | Q(reassignments__gt=often)
            case Rule.BULK:
                wanted = Q(pk__in=list(self._in_bulk))
            case Rule.PAUSED:
                wanted = Q(pk__in=list(self._paused))
        return self._cases.filter(wanted)

    def all(self) -> QuerySet[Case]:
        """The cases any rule finds, each once."""
        first, *others = (self.of(rule).order_by().values("pk") for rule in Rule)
        return Case.objects.filter(pk__in=first.union(*others))

    def counts(self, cap: int) -> dict[Rule, CappedCount]:
        """How many cases each rule finds, counted no further than `cap`. Two queries."""
        known = {Rule.PAUSED: len(self._paused), Rule.BULK: len(self._in_bulk)}
        return {
            rule: (
                CappedCount(min(known[rule], cap), known[rule] > cap)
                if rule in known
                else capped_count(self.of(rule), cap)
            )
            for rule in Rule
        }

    def reasons(self, case: Case) -> Reasons:
        """Why a case is listed."""
        often = PASSED_ON_MORE_THAN
        return Reasons(
            paused=tuple(self._paused.get(case.pk, ())),
            extensions=case.extensions if case.extensions > EXTENDED_MORE_THAN else 0,
            returns=case.returns if case.returns > often else 0,
            reassignments=case.reassignments if case.reassignments > often else 0,
            bulk=self._bulks.get(case.pk),
            bulk_of_one=self._bulks_of_one.get(case.pk),
        )
