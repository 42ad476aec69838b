"""The cases behind a number: the same key that counts them lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from sla.figures.measures import MEASURES, SATISFIED_FROM, SURVEYED, survey_as_of
from sla.figures.periods import Period
from sla.figures.recording import survey_line
from sla.figures.recounting import changed_after, changed_since
from sla.figures.scope import EVERYTHING, Scope
from sla.figures.stock import STOCKS, conditions
from sla.models import Case, Survey
from sla.standing import Horizon

DENOMINATORS = ("valid", "judged")
"""Received and not excluded (by receipt only); met and missed."""

SILENT = "silent"
"""Asked for a rating and not rated (by receipt only)."""
OF_SURVEYS = (*SURVEYED, SILENT)
"""Lists of surveys, each with its case; all others are of cases."""
NO_EVENTS = ("valid", SILENT)
"""What is no set by event: some that came in or were asked are taken from others of the period."""

LISTED = (*MEASURES, *DENOMINATORS, SILENT, *STOCKS)


@dataclass(frozen=True, slots=True)
class Key:
    """What a number counts: a measure of a period on a basis as known at an instant."""

    measure: str
    period: Period
    at: datetime
    basis: str = "receipt"
    scope: Scope = EVERYTHING


def stocked(name: str, seen_from: Horizon, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The cases in one of the stocks."""
    return Case.objects.filter(conditions(seen_from)[name], scope.q(unassigned=None))


def counted(key: Key) -> QuerySet[Case]:
    """The cases a measure counts; for those in OF_SURVEYS see `surveyed`.

    Raises ValueError for a measure without a list.
    """
    return Case.objects.filter(_bound(key), _wanted(key), key.scope.q(unassigned=None))


def pieces(key: Key) -> list[QuerySet[Case]]:
    """The same cases in disjoint sets, each of which an index of its own can find."""
    within = _bound(key) & key.scope.q(unassigned=None)
    return [
        Case.objects.filter(within, test & _within(key, dated))
        for test, dated in _tests(key.at)[key.measure]
    ]


def possible(key: Key) -> QuerySet[Any]:
    """The cases, or surveys with their case, that an earlier instant's number can have counted:
    what is counted by today's facts, and what has changed since. `membership` tells which it did.
    """
    if key.measure in OF_SURVEYS:
        part = key.scope.q(unassigned=None, path="case__") & ~key.scope.left_out(path="case__")
        return _voted(key).filter(part | changed_since(key.at, "case__")).select_related("case")
    part = key.scope.q(unassigned=None)
    if key.basis == "receipt":
        first, after = key.period.instants
        changed = changed_since(key.at) & Q(received_at__gte=first, received_at__lt=after)
    else:
        changed = changed_after(key.at)
    return Case.objects.filter(_bound(key), (_wanted(key) & part) | changed)


def _bound(key: Key) -> Q:
    """Everything counted in a period was received before it ended: a bound for the index."""
    first, after = key.period.instants
    bound = Q(received_at__lt=after, received_at__lte=key.at)
    return bound & Q(received_at__gte=first) if key.basis == "receipt" else bound


def _wanted(key: Key) -> Q:
    if key.measure == "valid" and key.basis == "event":
        raise ValueError("what was received less what was excluded in a period is no set of cases")
    wanted = Q()
    for test, dated in _tests(key.at)[key.measure]:
        wanted |= test & _within(key, dated)
    return wanted


Test = tuple[Q, str]
"""A condition, and the field whose day it counts on by event."""


def _tests(at: datetime) -> dict[str, list[Test]]:
    excluded = Q(excluded_at__isnull=False, replied_at__isnull=True, excluded_at__lte=at)
    met: Test = (Q(verdict="met", verdict_at__lte=at), "verdict_at")
    missed: list[Test] = [
        (Q(verdict="missed", verdict_at__lte=at), "verdict_at"),
        (_silent(at), "due_at"),
    ]
    return {
        "received": [(Q(), "received_at")],
        "valid": [(~excluded, "received_at")],
        "excluded": [(excluded, "excluded_at")],
        "replied": [(Q(replied_at__lte=at), "replied_at")],
        "dispatched": [(Q(dispatched_at__lte=at), "dispatched_at")],
        "published": [(Q(published_at__lte=at), "published_at")],
        "met": [met],
        "missed": missed,
        "judged": [met, *missed],
    }


def _silent(at: datetime) -> Q:
    """`measures.is_silent_miss` as a condition."""
    return Q(
        ended_at__isnull=True,  # silent cases are open, and an index knows these
        verdict="",
        due_at__lt=at,
        paused_at__isnull=True,
        replied_at__isnull=True,
        excluded_at__isnull=True,
    )


def _within(key: Key, dated: str) -> Q:
    first, after = key.period.instants
    name = "received_at" if key.basis == "receipt" else dated
    return Q(**{f"{name}__gte": first, f"{name}__lt": after})


def surveyed(key: Key) -> QuerySet[Survey]:
    """The surveys a measure counts, each with its case."""
    found = _voted(key).filter(key.scope.q(unassigned=None, path="case__"))
    found = found.exclude(key.scope.left_out(path="case__"))
    if key.measure == "satisfied":
        found = found.filter(_satisfied(found, key.at))
    if key.measure == SILENT:
        found = found.filter(Q(rated_at__isnull=True) | Q(rated_at__gt=key.at))
    return found.select_related("case")


def _voted(key: Key) -> QuerySet[Survey]:
    """The surveys asked or rated in time, of whichever cases."""
    first, after = key.period.instants
    dated = "asked_at" if key.measure in ("asked", SILENT) else "rated_at"
    on = "case__received_at" if key.basis == "receipt" else dated
    return Survey.objects.filter(
        Q(case__received_at__lt=after),
        Q(**{f"{dated}__lte": key.at, f"{on}__gte": first, f"{on}__lt": after}),
    )


def _satisfied(rated: QuerySet[Survey], at: datetime) -> Q:
    """Satisfied as known at an instant; of the few changed since then, the vote of that time."""
    settled = Q(changed_at__isnull=True) | Q(changed_at__lte=at)
    since = [
        survey.pk
        for survey in rated.filter(changed_at__gt=at)
        if (survey_as_of(survey_line(survey), at).rating or 0) >= SATISFIED_FROM
    ]
    return (settled & Q(rating__gte=SATISFIED_FROM)) | Q(pk__in=since)
