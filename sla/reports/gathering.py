"""Gathering the figures of a report from the database, all as known at one instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, ExpressionWrapper, F, Q
from django.db.models.fields import DurationField
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import Department
from sla import streams
from sla.figures import comparing
from sla.figures.definitions import STANDARD
from sla.figures.measures import MEASURES, civil_day
from sla.figures.periods import Period, midnight
from sla.figures.rates import DEFINITION
from sla.figures.report import UNASSIGNED, Report, Row, definitions, report, reports
from sla.figures.stock import answer_times
from sla.lists import selection
from sla.models import Case
from sla.reports import spans
from sla.reports.findings import Balance, Counts, Days, Definitions, Findings, Part
from sla.reports.words import Both, both, same

BYS = ("month", "kind", "department", "channel")
TENTH = Decimal("0.1")
DAY = timedelta(days=1)


def gather(kind: str, period: Period, *, as_of: datetime, now: datetime) -> Findings:
    """All figures of a report. Raises ValueError for an `as_of` still to come."""
    made = reports(period.start, period.end, bys=BYS, basis="receipt", as_of=as_of, now=now)
    event = report(period.start, period.end, basis="event", as_of=as_of, now=now).total.counts
    return Findings(
        bureau=both(settings.SITE_NAME, settings.SITE_NAME_EN),
        kind=kind,
        period=period,
        as_of=as_of,
        definition=version_of(definitions()),
        definitions=definitions(),
        few=settings.FEW_RATINGS,
        total=made[None].total.counts,
        event=event,
        days=_days(period, as_of, "receipt"),
        event_days=_days(period, as_of, "event"),
        balance=_balance(period, as_of, event),
        months=_months(period, made["month"], as_of),
        kinds=_named(made["kind"], "kinds"),
        departments=_departments(made["department"]),
        channels=_named(made["channel"], "channels"),
        excluded=_excluded(period, as_of),
        earlier=_earlier(kind, period, as_of, now),
    )


def version_of(chosen: Definitions) -> str:
    """The version of the definitions, with what was chosen instead of the standard: 1, on_time_rate
    F."""
    others = [f"{rate} {one.code}" for rate, one in chosen.items() if one.code != STANDARD[rate]]
    return ", ".join([DEFINITION, *others])


def in_both(text: Callable[[], Any]) -> Both:
    """What `text` gives in Chinese and in English."""
    with translation.override("zh-hans"):
        zh = str(text())
    with translation.override("en"):
        return both(zh, str(text()))


def _months(period: Period, made: Report, as_of: datetime) -> tuple[Part, ...]:
    """Those that have begun: a month still to come is not a month without cases."""
    held = {row.key: row.counts for row in made.rows}
    keys = [f"{month:%Y-%m}" for month in period.months() if midnight(month) <= as_of]
    return tuple(Part(key, same(key), held.get(key) or _nothing()) for key in keys)


def _nothing() -> Counts:
    return dict.fromkeys(MEASURES, 0)


def _named(made: Report, group: str) -> tuple[Part, ...]:
    def named(row: Row) -> Both:
        return in_both(lambda: streams.word(group, row.key))

    return tuple(Part(row.key, named(row), row.counts) for row in made.rows)


def _departments(made: Report) -> tuple[Part, ...]:
    known = {d.code: d for d in Department.objects.all()}

    def named(code: str) -> Both:
        if code == UNASSIGNED:
            return in_both(lambda: gettext("No department yet"))
        return both(known[code].name, known[code].name_en or known[code].name)

    return tuple(Part(row.key, named(row.key), row.counts) for row in made.rows)


def _excluded(period: Period, as_of: datetime) -> tuple[Part, ...]:
    """The cases received in the period that do not count, by reason."""
    rows = selection.counted(selection.Key("excluded", period, as_of))
    counted = {
        row["exclusion"]: row["n"] for row in rows.values("exclusion").annotate(n=Count("pk"))
    }
    known = [code for code in streams.words("exclusions") if code in counted]
    codes = known + sorted(set(counted) - set(known))

    def named(code: str) -> Both:
        return in_both(lambda: streams.word("exclusions", code))

    return tuple(Part(code, named(code), {"excluded": counted[code]}) for code in codes)


def _earlier(kind: str, period: Period, as_of: datetime, now: datetime) -> tuple[Part, ...]:
    """The same figures of the year before and of the period before, known at the same instant.

    A period under way is set against as many days; one in which nothing was counted is left out.
    """
    compared = comparing.spans(period, civil_day(as_of))
    if compared is None:
        return ()
    found = []
    for key, days in (("year_before", compared.year_before), ("before", compared.before)):
        if days is None:
            continue
        counts = report(days.start, days.end, as_of=as_of, now=now).total.counts
        if any(counts.values()):
            whole = spans.span(kind, days.start.year, spans.number_of(kind, days))
            found.append(Part(key, spans.reached(kind, whole, days.end), counts))
    return tuple(found)


def _days(period: Period, as_of: datetime, basis: str) -> Days:
    spread, _by = answer_times(period, as_of, basis=basis)
    dated = "received_at" if basis == "receipt" else "replied_at"
    first, after = period.instants
    taken = ExpressionWrapper(F("replied_at") - F("received_at"), output_field=DurationField())
    within = {f"{dated}__gte": first, f"{dated}__lt": after}
    answered = Case.objects.filter(replied_at__lte=as_of, answer_days__isnull=False, **within)
    means = answered.aggregate(working=Avg("answer_days"), natural=Avg(taken))
    natural = means["natural"]
    return Days(
        answers=spread.n,
        median=spread.median,
        p90=spread.p90,
        mean_working=_tenth(means["working"]),
        mean_natural=_tenth(None if natural is None else natural / DAY),
    )


def _tenth(value: float | None) -> str | None:
    """One decimal, half up."""
    return None if value is None else str(Decimal(str(value)).quantize(TENTH, ROUND_HALF_UP))


def _balance(period: Period, as_of: datetime, event: Counts) -> Balance:
    first, after = period.instants
    last = min(after - timedelta(microseconds=1), as_of)
    return Balance(
        carried_in=_open_after(first - timedelta(microseconds=1)),
        received=event["received"],
        replied=event["replied"],
        excluded=event["excluded"],
        open=_open_after(last),
    )


def _open_after(instant: datetime) -> int:
    """Cases received by an instant that were neither answered nor excluded by then."""
    still = (
        Q(replied_at__gt=instant)
        | Q(replied_at__isnull=True, excluded_at__gt=instant)
        | Q(replied_at__isnull=True, excluded_at__isnull=True)
    )
    return Case.objects.filter(still, received_at__lte=instant).count()
