"""The load page: how old what is open is, where it stands, and what came in day by day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import charts, streams
from sla.asking import MOST_YEARS, Links, Question
from sla.lists import AT_STAGE, STILL_OPEN
from sla.measures import civil_day
from sla.models import Case, Delta, Rollup
from sla.periods import Period
from sla.scope import Scope
from sla.stock import OPEN
from sla.views import Desk, supervising

AGES = (2, 7, 15, 30, 60, 90)
"""Upper ends, in days, of the age groups of open cases; the last group has none. 7 and 15 are the
promises of 国办发〔2014〕57号 counted in calendar days, 90 is where a site fails inspection."""

LONGEST = timedelta(days=371)
"""What a heat calendar shows at most, counted back from the end of the period."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of open cases, with the list of exactly these."""

    label: str
    n: int
    url: str


@supervising
def shown(request: HttpRequest) -> HttpResponse:
    desk = Desk(request, "load")
    asked = desk.asked
    period = _shown_part(asked.period, asked.now)
    received = received_by_day(period, asked.scope)
    chart = charts.heat(received, period.start, period.end)
    ages, stages = age_groups(asked), stage_groups(asked)
    return desk.render(
        "supervision/load.html",
        ages=_rows(ages),
        stages=_rows(stages),
        chart=chart,
        squares=[(square, _day_url(asked, square.day)) for square in chart.squares],
        weeks=_weeks(asked, received),
        received=sum(received.values()),
        period=period,
    )


def age_groups(asked: Question) -> list[Group]:
    """Open cases by their age in calendar days. One query."""
    today = civil_day(asked.now)
    spans = _age_spans(today)
    counts = {
        f"n{place}": Count("pk", filter=Q(received_at__range=_ends(span)))
        for place, (_label, span) in enumerate(spans)
    }
    found = Case.objects.filter(OPEN, asked.scope.q(unassigned=None)).aggregate(**counts)
    groups = []
    for place, (label, span) in enumerate(spans):
        over = {"from": span.start.isoformat(), "to": span.end.isoformat(), "as_of": ""}
        groups.append(Group(label, found[f"n{place}"], asked.links(**over).to(STILL_OPEN)))
    return groups


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


def _ends(span: Period) -> tuple[datetime, datetime]:
    first, after = span.instants
    return first, after - timedelta(microseconds=1)


def stage_groups(asked: Question) -> list[Group]:
    """Open cases by where they stand, in the order of the way. One query."""
    rows = Case.objects.filter(OPEN, asked.scope.q(unassigned=None)).values("stage")
    counted = {row["stage"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    links: Links = asked.links()
    return [
        Group(str(word), counted[code], links.to(f"{AT_STAGE}{code}"))
        for code, word in streams.words("stages").items()
        if code in counted
    ]


def received_by_day(period: Period, scope: Scope) -> dict[date, int]:
    """What came in on each day: rollups and what is not folded yet, in one statement."""
    within = Q(basis="receipt", day__gte=period.start, day__lte=period.end) & scope.q()
    rollups, deltas = (
        rows.filter(within).values("day").annotate(n=Sum("received")).values_list("day", "n")
        for rows in (Rollup.objects.filter(grain="day"), Delta.objects.all())
    )
    counted: Counter[date] = Counter()
    for day, n in rollups.union(deltas, all=True):
        counted[day] += n
    return {day: n for day, n in counted.items() if n}


def _shown_part(period: Period, now: datetime) -> Period:
    """The last year of a long period; nothing that is still to come."""
    end = max(min(period.end, civil_day(now)), period.start)
    return Period(max(period.start, end - LONGEST), end)


def _day_url(asked: Question, day: date) -> str:
    over = {"from": day.isoformat(), "to": day.isoformat(), "basis": "receipt", "as_of": ""}
    return asked.links(**over).to("received")


def _weeks(asked: Question, received: dict[date, int]) -> list[tuple[date, list[tuple[int, str]]]]:
    """The days as a table: a row for each week in which something came in, Monday first."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in received}, reverse=True)
    return [
        (
            monday,
            [
                (received.get(day, 0), _day_url(asked, day))
                for day in (monday + timedelta(days=n) for n in range(7))
            ],
        )
        for monday in mondays
    ]


def _rows(groups: list[Group]) -> list[dict[str, Any]]:
    """Level bars; the widest fills its track."""
    widest = max((group.n for group in groups), default=0) or 1
    return [
        {
            "label": group.label,
            "value": group.n,
            "share": round(100 * group.n / widest, 1),
            "url": group.url if group.n else "",
        }
        for group in groups
    ]
