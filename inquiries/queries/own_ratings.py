"""How citizens rated one's own answers, without telling which of them rated how.

Ratings are given out in whole groups of `GROUP`, in the order in which they came, once they can no
longer be changed. So nobody can watch a number move and know whose rating it was: between two
looks either nothing has changed, or at least `GROUP` ratings have come in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.actors import Actor
from inquiries.labels import RATINGS
from inquiries.policy import RATING_CHANGEABLE
from sla.figures.measures import SATISFIED_FROM, ZONE, civil_day
from sla.figures.rates import Rate
from sla.models import Survey

GROUP: Final = 5
YEARS: Final = 2


@dataclass(frozen=True, slots=True)
class Given:
    """The ratings of one civil year, as far as they are given out."""

    year: int
    levels: Sequence[tuple[str | Promise, int]]
    satisfaction: Rate

    @property
    def number(self) -> int:
        return self.satisfaction.d


def of_handler(actor: Actor, now: datetime) -> list[Given]:
    """Ratings of the answers an officer handled, the present year first."""
    return _given(Survey.objects.filter(handler_id=actor.user_id), now)


def of_department(actor: Actor, now: datetime) -> list[Given]:
    """Ratings of the answers of an officer's department."""
    return _given(Survey.objects.filter(department_id=actor.department_id or 0), now)


def _given(surveys: QuerySet[Survey], now: datetime) -> list[Given]:
    settled = surveys.filter(rated_at__lt=now - RATING_CHANGEABLE)
    this = civil_day(now).year
    return [_of_year(settled, year) for year in range(this, this - YEARS, -1)]


def _of_year(surveys: QuerySet[Survey], year: int) -> Given:
    # A year begins as its first day does in China; what was left of the year before stays untold.
    rated = surveys.filter(rated_at__gte=_begin(year), rated_at__lt=_begin(year + 1))
    ratings: Any = rated.order_by("rated_at", "pk").values_list("rating", flat=True)
    found = list(ratings)
    counts = Counter(found[: len(found) - len(found) % GROUP])
    levels = [(word, counts[level]) for level, word in RATINGS.items()]
    good = sum(n for level, n in counts.items() if level >= SATISFIED_FROM)
    return Given(year, levels, Rate(good, counts.total()))


def _begin(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)
