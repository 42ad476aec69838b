"""Open data: the cases of a year without what could lead to anybody, and the year's figures.

Cases are told as they stood at the first instant of the present month, so that two downloads of
one month are the same and nobody learns from the difference what happened to a case that day.
Titles, texts, names, numbers and days are never read here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, F, Max, Min, QuerySet, Value, When
from django.db.models.functions import MD5, Concat, TruncMonth
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from sla.figures.anonymity import K, Known, band, told
from sla.figures.balance import balance
from sla.figures.measures import BASES, MEASURES, ZONE, CaseLine, as_of
from sla.figures.periods import Period, midnight, year_of
from sla.figures.rates import DEFINITION, rates
from sla.figures.recounting import lines_with
from sla.figures.report import reports
from sla.models import Case

FORMAT = "huiying-open-data-1"
COLUMNS = (
    "id",
    "received",
    "kind",
    "channel",
    "department",
    "topic",
    "outcome",
    "answered_in",
    "verdict",
    "rating",
)
SMALLEST = 3
"""A row of a table of figures with fewer cases, or fewer ratings, is added to "other"."""

OTHER = "other"
NONE = "none"
BREAKDOWNS = ("month", "kind", "channel", "department")
ID_LENGTH = 12

FIELDS: dict[str, Promise] = {
    "id": _(
        "A name of the row for this year only. It is made with a secret from the case's number and"
        " leads back to nobody."
    ),
    "received": _("When it came in: a month such as 2026-03, or 2026-Q1, or 2026"),
    "kind": _("The kind of matter"),
    "channel": _("The way it came in"),
    "department": _("The code of the department that answers; none: no department yet"),
    "topic": _("The code of the topic; none: no topic"),
    "outcome": _("answered; open; or excluded: not accepted, referred, merged, withdrawn, lapsed"),
    "answered_in": _("Working days from receipt to the answer, in bands; none: no answer yet"),
    "verdict": _("met or missed: whether the answer came by the promised date; none: not judged"),
    "rating": _("The citizen's rating from 5 (very satisfied) to 1; empty: not rated"),
}
DEFINITIONS: dict[str, Promise] = {
    "received": _("Cases that came in"),
    "excluded": _("Of these not valid: not accepted, referred, merged, withdrawn, lapsed or spam"),
    "replied": _("Cases that were answered"),
    "published": _("Cases whose answer is public"),
    "met": _("Answered by the promised date"),
    "missed": _("Not answered by the promised date"),
    "asked": _("Citizens asked for a rating"),
    "rated": _("Ratings given"),
    "satisfied": _("Ratings of 3 (fairly satisfied) or better"),
    "dispatched": _("Cases given to a department"),
    "reply_rate": _("replied ÷ (received − excluded)"),
    "on_time_rate": _("met ÷ (met + missed)"),
    "satisfaction": _("satisfied ÷ rated"),
    "participation": _("rated ÷ asked"),
    "carried_in": _("In the balance, by event: cases still open when the year began"),
    "carried_out": _("In the balance: cases still open at the end of the year, or now"),
    "holds": _("Whether carried_in + received = replied + excluded + carried_out"),
    "receipt": _("Basis: what became of the cases received in the year"),
    "event": _("Basis: what happened in the year, whenever the case came in"),
}


@dataclass(frozen=True)
class Year:
    """The open data of a calendar year, as it can be told `now`."""

    year: int
    now: datetime

    @cached_property
    def cutoff(self) -> datetime:
        """The first instant of the present month, or of the year after if that is earlier."""
        month = self.now.astimezone(ZONE).date().replace(day=1)
        return midnight(month)

    @property
    def finished(self) -> bool:
        """Whether everything of the year had come in by the cut-off."""
        return self.cutoff >= self._instants[1]

    @cached_property
    def _instants(self) -> tuple[datetime, datetime]:
        return year_of(date(self.year, 1, 1)).instants

    @property
    def _cases(self) -> QuerySet[Case]:
        first, after = self._instants
        return Case.objects.filter(received_at__gte=first, received_at__lt=min(after, self.cutoff))

    def tag(self) -> str:
        """Differs whenever the table of cases may: by month, and when older cases come in."""
        newest = self._cases.aggregate(n=Count("pk"), last=Max("pk"))
        return f"{self.year}-{self.cutoff:%Y%m%d}-{newest['n']}-{newest['last'] or 0}"

    def about(self) -> dict[str, Any]:
        """What is said at the head of the table of cases."""
        counts = self._counts
        left_out = sum(n for known, n in counts.items() if known not in self._told)
        return {
            "format": FORMAT,
            "year": self.year,
            "finished": self.finished,
            "as_of": self.cutoff.astimezone(ZONE).isoformat(),
            "cases": sum(counts.values()),
            "left_out": left_out,
            "k": K,
            "columns": list(COLUMNS),
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each case that may be told, streamed in an order that tells nothing."""
        mixed = self._cases.order_by(MD5(Concat(Value(_secret("order", self.year)), F("number"))))
        for _pk, line, (number, topic, days) in lines_with(
            mixed, "number", "category", "answer_days"
        ):
            known = as_of(line, self.cutoff)
            if known is None:
                continue
            answered = days if known.replied_at else None
            group = self._known(
                line.received_at, line.kind, line.channel, line.department_id, topic, answered
            )
            if (public := self._told.get(group)) is not None:
                yield self._row(number, known, public)

    def _row(self, number: str, line: CaseLine, public: Known) -> dict[str, Any]:
        rating = next((s.rating for s in reversed(line.surveys) if s.rating is not None), None)
        return {
            "id": _secret(number, self.year)[:ID_LENGTH],
            "received": public.time,
            "kind": public.kind,
            "channel": public.channel,
            "department": public.department,
            "topic": public.topic,
            "outcome": _outcome(line),
            "answered_in": public.answered_in,
            "verdict": line.verdict or NONE,
            "rating": rating,
        }

    def _known(
        self,
        received: datetime,
        kind: str,
        channel: str,
        department: int | None,
        topic: str,
        days: int | None,
    ) -> Known:
        return Known(
            time=f"{received.astimezone(ZONE):%Y-%m}",
            kind=kind,
            channel=channel,
            department=self._codes.get(department, NONE),
            topic=topic or NONE,
            answered_in=band(days),
        )

    @cached_property
    def _codes(self) -> dict[int | None, str]:
        return dict(Department.objects.values_list("pk", "code"))

    @cached_property
    def _counts(self) -> Counter[Known]:
        """How many cases share everything others may know, counted by the database."""
        days = Choose(When(replied_at__lte=self.cutoff, then=F("answer_days")))
        groups = self._cases.annotate(
            month=TruncMonth("received_at", tzinfo=ZONE), days=days
        ).values_list("month", "kind", "channel", "department_id", "category", "days")
        found: Counter[Known] = Counter()
        for *known, n in groups.annotate(n=Count("pk")).order_by():
            found[self._known(*known)] += n
        return found

    @cached_property
    def _told(self) -> dict[Known, Known]:
        return told(self._counts)

    def figures(self) -> dict[str, Any]:
        """The year's figures as they are known now, on both bases, with their definitions."""
        period = year_of(date(self.year, 1, 1))
        return {
            "format": FORMAT,
            "year": self.year,
            "finished": self.now >= self._instants[1],
            "as_of": self.now.astimezone(ZONE).isoformat(),
            "definition": DEFINITION,
            "definitions": {name: str(text) for name, text in DEFINITIONS.items()},
            "smallest": SMALLEST,
            "balance": balance(period, self.now).as_data(),
            "bases": {basis: self._tables(period, basis) for basis in BASES},
        }

    def _tables(self, period: Period, basis: str) -> dict[str, Any]:
        made = reports(period.start, period.end, bys=BREAKDOWNS, basis=basis, now=self.now)
        total = made[None].total
        tables = {
            f"by_{by}": [
                _figures(key, counts)
                for key, counts in folded([(r.key, r.counts) for r in made[by].rows])
            ]
            for by in BREAKDOWNS
        }
        return {"total": _figures(total.key, total.counts), **tables}


def _outcome(line: CaseLine) -> str:
    if line.replied_at is not None:
        return "answered"
    return "excluded" if line.excluded_at is not None else "open"


def _secret(text: str, year: int) -> str:
    """What stands for a text in the open data of a year, and of no other year."""
    return salted_hmac(f"sla.figures.open_data:{year}", text, algorithm="sha256").hexdigest()


def years(now: datetime) -> list[int]:
    """The years there is open data of, the latest first."""
    first = Case.objects.aggregate(first=Min("received_at"))["first"]
    last = now.astimezone(ZONE).year
    return list(range(last, (first.astimezone(ZONE).year if first else last + 1) - 1, -1))


Counts = dict[str, int]


def folded(rows: Sequence[tuple[str, Counts]]) -> list[tuple[str, Counts]]:
    """The rows of a table with those that are too small added up under "other".

    If all that is added up is still too small, the smallest of the others joins it, so that it
    cannot be found by subtracting the rows from their total either. What is still too small then
    is the whole table, of which nothing but the total is told.
    """
    small = [row for row in rows if _is_small(row[1])]
    large = [row for row in rows if not _is_small(row[1])]
    while small and _is_small(_sum(small)) and large:
        least = min(large, key=lambda row: row[1]["received"])
        large.remove(least)
        small.append(least)
    if not small or _is_small(_sum(small)):
        return large
    return [*large, (OTHER, _sum(small))]


def _is_small(counts: Counts) -> bool:
    return counts["received"] < SMALLEST or 0 < counts["rated"] < SMALLEST


def _sum(rows: Sequence[tuple[str, Counts]]) -> Counts:
    return {measure: sum(counts[measure] for _, counts in rows) for measure in MEASURES}


def _figures(key: str, counts: Counts) -> dict[str, Any]:
    shown = {name: rate.as_data() for name, rate in rates(counts).items()}
    return {"key": key, **{measure: counts[measure] for measure in MEASURES}, "rates": shown}
