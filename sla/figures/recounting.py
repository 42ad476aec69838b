"""Counting from the case lines themselves, the slow and certain way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.models import Event
from sla.figures.hindsight import taken_back, undone
from sla.figures.measures import CaseLine, Cell, SurveyLine, as_of, measures
from sla.figures.periods import Period
from sla.figures.recording import former_votes
from sla.models import Case, Survey

CHUNK = 2000
FACTS = (
    "received_at",
    "department_id",
    "kind",
    "channel",
    "category",
    "district",
    "handler_id",
    "dispatched_at",
    "due_at",
    "paused_at",
    "replied_at",
    "verdict",
    "verdict_at",
    "published_at",
    "excluded_at",
)


def lines(cases: QuerySet[Case], instant: datetime | None = None) -> Iterator[tuple[int, CaseLine]]:
    """(Primary key, line) of every case, streamed; see `lines_with`."""
    for pk, line, _ in lines_with(cases.order_by("pk"), instant=instant):
        yield pk, line


def lines_with(
    cases: QuerySet[Case], *more: str, instant: datetime | None = None
) -> Iterator[tuple[int, CaseLine, tuple[Any, ...]]]:
    """The same in the order the cases come in, with the values of more columns; with `instant`
    taken back to what was written then (facts to come included: see `measures.as_of`)."""
    rows = cases.values_list("pk", "number", *FACTS, *more).iterator(chunk_size=CHUNK)
    until = 2 + len(FACTS)
    while chunk := list(islice(rows, CHUNK)):
        surveys = _surveys([row[0] for row in chunk])
        changed = undone([row[1] for row in chunk], instant) if instant else {}
        for row in chunk:
            facts: dict[str, Any] = dict(zip(FACTS, row[2:until], strict=True))
            if row[1] in changed:
                facts = taken_back(facts, changed[row[1]])
            line = CaseLine(**facts, surveys=tuple(surveys.get(row[0], ())))
            yield row[0], line, row[until:]


def _surveys(cases: list[int]) -> dict[int, list[SurveyLine]]:
    found: dict[int, list[SurveyLine]] = defaultdict(list)
    rows = Survey.objects.filter(case_id__in=cases).order_by("case_id", "round")
    for case_id, asked, rating, rated, changed, former in rows.values_list(
        "case_id", "asked_at", "rating", "rated_at", "changed_at", "former"
    ):
        votes = former_votes(former) if former else ()
        found[case_id].append(SurveyLine(asked, rating, rated, changed, votes))
    return found


def recount(
    cases: QuerySet[Case], instant: datetime, *, basis: str, period: Period
) -> Counter[Cell]:
    """The counts of the period as they stood at an instant, from case lines and ledger alone."""
    total: Counter[Cell] = Counter()
    touching = cases.filter(_touching(period, basis, instant), received_at__lte=instant)
    for _, line in lines(touching, instant):
        total.update(counts_of(line, instant, basis=basis, period=period))
    return total


def counts_of(line: CaseLine, instant: datetime, *, basis: str, period: Period) -> dict[Cell, int]:
    """What a line that was taken back to an instant counts as in a period."""
    known = as_of(line, instant)
    cells = measures(known) if known is not None else Counter[Cell]()
    return {
        cell: n for cell, n in cells.items() if cell.key.basis == basis and cell.key.day in period
    }


def _touching(period: Period, basis: str, instant: datetime) -> Q:
    """Cases that can count in the period; spares reading the rest.

    By event, a fact of the period may since have been taken back: such a case has a later event.
    """
    first, after = period.instants
    if basis == "receipt":
        return Q(received_at__gte=first, received_at__lt=after)
    facts = (
        "received_at",
        "dispatched_at",
        "excluded_at",
        "replied_at",
        "published_at",
        "verdict_at",
        "due_at",
    )
    wanted = Q()
    for fact in facts:
        wanted |= Q(**{f"{fact}__gte": first, f"{fact}__lt": after})
    surveyed = Survey.objects.filter(
        Q(asked_at__gte=first, asked_at__lt=after) | Q(rated_at__gte=first, rated_at__lt=after)
    )
    wanted |= Q(pk__in=surveyed.values("case_id")) | changed_after(instant)
    return Q(received_at__lt=after) & wanted


def changed_after(instant: datetime) -> Q:
    """Cases with a later event: what their lines say may not have been so then."""
    return Q(number__in=Event.objects.filter(at__gt=instant).values("case_number"))


def changed_since(instant: datetime, path: str = "") -> Q:
    """The same, asked case by case: for cases that other conditions make few."""
    later = Event.objects.filter(case_number=OuterRef(f"{path}number"), at__gt=instant)
    return Q(Exists(later))
