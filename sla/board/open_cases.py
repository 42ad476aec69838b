"""Open cases by how they stand against their due dates, how old they are and where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import streams
from sla.board.drawings import Group
from sla.figures.counting import Cell
from sla.figures.measures import civil_day
from sla.figures.periods import Period, midnight
from sla.figures.statement import Lying
from sla.figures.stock import Stock, added
from sla.lists.listing import AT_STAGE, STILL_OPEN
from sla.standing import Horizon
from sla.supervision.asking import MOST_YEARS, Links, Question

AGES = (2, 7, 15, 30, 60, 90)
"""Upper ends, in days, of the age groups of open cases; the last group has none. 7 and 15 are the
promises of 国办发〔2014〕57号 counted in calendar days, 90 is where a site fails inspection."""


@dataclass(frozen=True, slots=True)
class OpenCases:
    """What lies open: the stocks, and groups by age in calendar days and by state, these in the
    order of the way."""

    stock: Stock
    ages: list[Group]
    stages: list[Group]


def groups(seen_from: Horizon) -> Lying:
    """What to ask `counting.read` for, to be told by `look`."""
    spans = _age_spans(civil_day(seen_from.at))
    return Lying(seen_from, tuple(midnight(span.start) for _label, span in spans))


def look(asked: Question, lying: Sequence[Cell]) -> OpenCases:
    """What lies open of the part of the house asked for."""
    by_age: Counter[int] = Counter()
    by_stage: Counter[str] = Counter()
    for (_department, place, stage), counts in lying:
        by_age[place] += counts[0]
        by_stage[stage] += counts[0]
    spans = _age_spans(civil_day(asked.now))
    return OpenCases(added(lying), _ages(asked, spans, by_age), _stages(asked, by_stage))


def _ages(asked: Question, spans: list[tuple[str, Period]], counted: Counter[int]) -> list[Group]:
    found = []
    for place, (label, span) in enumerate(spans):
        over = {"from": span.start.isoformat(), "to": span.end.isoformat(), "as_of": ""}
        found.append(Group(label, counted[place], asked.links(**over).to(STILL_OPEN)))
    return found


def _stages(asked: Question, counted: Counter[str]) -> list[Group]:
    links: Links = asked.links()
    return [
        Group(str(word), counted[code], links.to(f"{AT_STAGE}{code}"))
        for code, word in streams.words("stages").items()
        if code in counted
    ]


def _age_spans(today: date) -> list[tuple[str, Period]]:
    """The age groups as names and days of receipt, the youngest first."""
    spans, since = [], 0
    for upto in AGES:
        label = _("%(since)s to %(upto)s days") % {"since": since, "upto": upto}
        spans.append((label, Period(_ago(today, upto), _ago(today, since))))
        since = upto + 1
    end = _ago(today, since)
    label = ngettext("More than %(days)s day", "More than %(days)s days", AGES[-1])
    old = Period(date(end.year - MOST_YEARS, 1, 1), end)
    return [*spans, (label % {"days": AGES[-1]}, old)]


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=days)
