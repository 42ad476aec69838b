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
from sla import selection, streams
from sla.figures import UNASSIGNED, Report, Row, report, reports
from sla.measures import MEASURES
from sla.models import Case
from sla.periods import YEARS, Period
from sla.rates import DEFINITION
from sla.reports import spans
from sla.reports.findings import Balance, Counts, Days, Findings, Part
from sla.reports.words import Both, both, same
from sla.stock import answer_times

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
        definition=DEFINITION,
        definition_name=definition_name(DEFINITION),
        total=made[None].total.counts,
        event=event,
        days=_days(period, as_of, "receipt"),
        event_days=_days(period, as_of, "event"),
        balance=_balance(period, as_of, event),
        months=_months(period, made["month"]),
        kinds=_named(made["kind"], "kinds"),
        departments=_departments(made["department"]),
        channels=_named(made["channel"], "channels"),
        excluded=_excluded(period, as_of),
        earlier=_earlier(kind, period, as_of, now),
    )


def definition_name(code: str) -> Both:
    """What is printed for a version of the definitions."""
    return both(f"默认口径（版本{code}）", f"default, version {code}")


def in_both(text: Callable[[], Any]) -> Both:
    """What `text` gives in Chinese and in English."""
    with translation.override("zh-hans"):
        zh = str(text())
    with translation.override("en"):
        return both(zh, str(text()))


def _months(period: Period, made: Report) -> tuple[Part, ...]:
    held = {row.key: row.counts for row in made.rows}
    keys = [f"{month:%Y-%m}" for month in period.months()]
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
    """The same figures of the period before and of the year before, known at the same instant."""
    found: dict[Period, str] = {}
    if period.start.year - 1 in YEARS:
        found = {
            spans.year_before(kind, period): "year_before",
            spans.before(kind, period): "before",
        }
    return tuple(
        Part(
            key,
            spans.name(kind, span),
            report(span.start, span.end, as_of=as_of, now=now).total.counts,
        )
        for span, key in found.items()
    )


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
