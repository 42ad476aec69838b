"""A list of now that stays as it is, however long it is read.

Its rows are those that nothing has happened to since, found as on the page of the list, and the
few that something has happened to, taken back to the instant and sorted in among them. So the
list keeps its members, its values and its order, also where it is sorted by a date that moves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sla.figures.hindsight import put_back
from sla.figures.measures import survey_as_of
from sla.figures.recording import line_of, survey_line
from sla.figures.recounting import changed_after, changed_since
from sla.figures.stock import STOCKS
from sla.lists.listing import AT_STAGE, STILL_OPEN, UNANSWERED, of_period, of_today, walked
from sla.lists.membership import members
from sla.lists.selection import OF_SURVEYS, Key
from sla.lists.sorting import Sort, usual
from sla.lists.walking import Listing
from sla.models import Case, Survey
from sla.standing import Horizon, standing_of
from sla.supervision.asking import Question


def frozen(named: str, asked: Question, seen_from: Horizon, sort: Sort | None = None) -> Listing:
    """The list as it stood at the instant it is seen from.

    All that has happened since is read for each page, so it should not be a year.
    """
    order = (sort or usual(named, asked.basis)).order(named)
    key = Key(named, asked.period, seen_from.at, asked.basis, asked.scope)
    path = "case__" if named in OF_SURVEYS else ""
    unchanged = ~changed_since(key.at, path)
    made = walked(of_today(key, seen_from), order, key)
    return replace(
        made,
        rows=made.rows.filter(unchanged),
        parts=tuple(part.filter(unchanged) for part in made.parts),
        then=key.at,
        moved=partial(_changed, key, seen_from),
    )


def _changed(key: Key, seen_from: Horizon) -> list[Any]:
    """The rows of the list that something has happened to since, as they were."""
    cases = Case.objects.filter(changed_after(key.at), received_at__lte=key.at)
    if key.measure in OF_SURVEYS:
        surveys = Survey.objects.filter(case__in=cases).select_related("case")
        voted = members(key)(list(surveys))
        put_back([survey.case for survey in voted], key.at)
        for survey in voted:
            _unvote(survey, key.at)
        return voted
    found = list(cases)
    if of_period(key.measure):
        found = members(key)(found)
        put_back(found, key.at)
        return found
    put_back(found, key.at)
    return [case for case in found if _stood(case, key, seen_from)]


def _stood(case: Case, key: Key, seen_from: Horizon) -> bool:
    """Whether a case, as it says it was, belongs to a list of what lies open."""
    if case.ended_at is not None or not key.scope.has_line(line_of(case, ())):
        return False
    if key.measure in STOCKS:
        return key.measure == "open" or standing_of(case, seen_from) == key.measure
    if key.measure in (STILL_OPEN, UNANSWERED):
        if key.measure == UNANSWERED and case.replied_at is not None:
            return False
        first, after = key.period.instants
        return first <= case.received_at < after
    return case.stage == key.measure.removeprefix(AT_STAGE)


def _unvote(survey: Survey, at: datetime) -> None:
    """Have a survey in memory say what it said at an instant."""
    vote = survey_as_of(survey_line(survey), at)
    survey.rating, survey.rated_at = vote.rating, vote.rated_at
    if vote.changed_at is None:
        survey.changed_at, survey.former = None, []
