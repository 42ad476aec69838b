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

from sla.figures import EVERYTHING, Scope
from sla.irregular.rules import (
    EXTENDED_MORE_THAN,
    PASSED_ON_MORE_THAN,
    Answer,
    Bulk,
    Rule,
    bulks,
)
from sla.models import Case, Clock, ClockPause
from sla.models.clock import LITTLE_SPARE
from sla.periods import Period
from sla.targets import ClockState, Target


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a case is listed: facts, for the page to say in words."""

    paused: tuple[datetime, ...] = ()
    extensions: int = 0
    returns: int = 0
    reassignments: int = 0
    bulk: Bulk | None = None


class Irregular:
    """The irregular cases received in a period, in one part of the house. One query to begin."""

    def __init__(self, period: Period, scope: Scope = EVERYTHING) -> None:
        first, after = period.instants
        self._first = first
        self._cases = Case.objects.filter(
            scope.q(unassigned=None), received_at__gte=first, received_at__lt=after
        )
        self._bulks: Mapping[int, Bulk] = bulks(self._answers_at_due(after, scope))

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
        rows = clocks.values_list("case_id", "case__department_id", "finished_at")
        return (Answer(case, department, at) for case, department, at in rows if at is not None)

    def of(self, rule: Rule) -> QuerySet[Case]:
        """The cases one rule finds."""
        match rule:
            case Rule.EXTENDED:
                wanted = Q(extensions__gt=EXTENDED_MORE_THAN)
            case Rule.PASSED_ON:
                often = PASSED_ON_MORE_THAN
                wanted = Q(returns__gt=often) | Q(reassignments__gt=often)
            case Rule.BULK:
                wanted = Q(pk__in=list(self._bulks))
            case Rule.PAUSED:
                pauses = _pauses().filter(since__gte=self._first)
                wanted = Q(pk__in=pauses.values("clock__case_id"))
        return self._cases.filter(wanted)

    def all(self) -> QuerySet[Case]:
        """The cases any rule finds, each once."""
        first, *others = (self.of(rule).order_by().values("pk") for rule in Rule)
        return Case.objects.filter(pk__in=first.union(*others))

    def reasons(self, cases: Iterable[Case]) -> dict[int, Reasons]:
        """Why each of these is listed. One query."""
        paused: defaultdict[int, list[datetime]] = defaultdict(list)
        kept = {case.pk: case for case in cases}
        pauses = _pauses().filter(clock__case_id__in=kept).order_by("since")
        for case_id, since in pauses.values_list("clock__case_id", "since"):
            paused[case_id].append(since)
        return {
            pk: Reasons(
                paused=tuple(paused[pk]),
                extensions=case.extensions if case.extensions > EXTENDED_MORE_THAN else 0,
                returns=case.returns if case.returns > PASSED_ON_MORE_THAN else 0,
                reassignments=(
                    case.reassignments if case.reassignments > PASSED_ON_MORE_THAN else 0
                ),
                bulk=self._bulks.get(pk),
            )
            for pk, case in kept.items()
        }


def _pauses() -> QuerySet[ClockPause]:
    """Pauses of promises to citizens that began within the last working day before due."""
    return ClockPause.objects.filter(at_due=True, clock__target=Target.REPLY)
