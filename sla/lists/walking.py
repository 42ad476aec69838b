"""How a list is walked so that each page costs about the same, however many cases there are.

What is counted in a period came in, was due and was answered around it, so that an index is walked
over little more than the period. Of the few slow cases the rest are found by an index of their
own; without it a list of long ago would pass over all that has happened since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from foundation.keyset import CappedCount, Keep, Moved, Page, Position, capped_count, paginate
from sla.figures.hindsight import put_back
from sla.lists.selection import Key, pieces
from sla.models import Case, Survey
from sla.models.slow import USUAL_DAYS, slow

FEW = 2_000
"""So many rows are sorted; of more the first in any order are soon met."""

FEW_UNTOLD = 5_000
"""The same where no figure tells how many there are: such a list is narrowed by two things at once,
which a planner takes for rarer than they are, so that it reads all of the range and sorts it."""

ALL = 2**31
"""More rows than there are."""

USUAL_TIME = timedelta(days=USUAL_DAYS)


@dataclass(frozen=True)
class Listing:
    """A list: cases, or surveys with their case, in an order.

    `bands` are ranges of the field it is ordered by, `parts` the same rows in disjoint sets that
    are found fast; `keep` picks the rows that were in the list at the earlier instant `then`, and
    a page shows their cases as they were. `moved` reads rows that are not among `rows` because
    they stand elsewhere now, as they stood then. `number` is how many rows there are, where a
    figure tells it.
    """

    rows: QuerySet[Any]
    order: str
    bands: tuple[Q, ...] = (Q(),)
    parts: tuple[QuerySet[Any], ...] = ()
    keep: Keep | None = None
    then: datetime | None = None
    moved: Moved | None = None
    number: int | None = None

    def page(self, cursor: str | None, size: int) -> Page[Any]:
        """Raises CursorError."""
        page = paginate(
            self.rows,
            order=self.order,
            cursor=cursor,
            size=size,
            nulls_last=True,
            bands=self.bands,
            keep=self.keep,
            keys=self._few,
            moved=self.moved,
        )
        if self.then is not None:
            put_back([case_of(row) for row in page.items], self.then)
        return page

    def count(self, cap: int) -> CappedCount:
        """How many rows there are: few are counted, of more the figure tells it, and where there
        is none they are counted to just past `cap`."""
        if self._few is not None and len(self._few) <= cap:
            return CappedCount(len(self._few), capped=False)
        if self.number is not None:
            return CappedCount(self.number, capped=False)
        counts = [capped_count(part, cap, self.keep) for part in self.parts or (self.rows,)]
        found = sum(count.value for count in counts)
        return CappedCount(min(found, cap), found > cap or any(count.capped for count in counts))

    @cached_property
    def _few(self) -> list[Position] | None:
        """The keys of a list of no more than a few rows. They are found first and sorted then: a
        planner that hopes to meet them on its way along an index may walk all of it."""
        if self.keep is not None or (self.number or 0) > FEW:
            return None
        most = FEW if self.number is not None else FEW_UNTOLD
        found: list[Position] = []
        for part in self.parts or (self.rows,):
            keys = part.order_by().values_list(self.order.removeprefix("-"), "pk")
            found += keys[: most + 1 - len(found)]
            if len(found) > most:
                return None
        return found


def case_of(row: Case | Survey) -> Case:
    return row.case if isinstance(row, Survey) else row


def by_receipt(rows: QuerySet[Case], key: Key) -> tuple[QuerySet[Case], ...]:
    """The cases of a list in parts; by event those received about then, and the slow ones."""
    found = pieces(key)
    if key.basis == "receipt":
        return tuple(found)
    since = key.period.instants[0] - USUAL_TIME
    early = _slow(rows, Q(received_at__lt=since))
    return *(piece.filter(received_at__gte=since) for piece in found), Case.objects.filter(early)


def bands(rows: QuerySet[Case], order: str, key: Key) -> tuple[Q, ...]:
    """Ranges of the field a list of cases is walked by, lowest first."""
    field = order.removeprefix("-")
    by_event = key.basis == "event"
    if (field, key.basis) == ("received_at", "receipt"):
        return (Q(),)
    if (field, key.basis, key.measure) == ("replied_at", "event", "replied"):
        return (Q(),)
    first, after = key.period.instants
    since = first - USUAL_TIME if by_event else first
    until = after if field == "received_at" else after + USUAL_TIME
    return (
        _slow(rows, Q(**{f"{field}__lt": since})),
        Q(**{f"{field}__gte": since, f"{field}__lt": until}),
        _slow(rows, Q(**{f"{field}__gte": until})),
    )


def _slow(rows: QuerySet[Case], within: Q) -> Q:
    """The slow cases within a range. A planner would walk the whole index of the range; a subquery
    with a limit is planned by itself, and the small index found."""
    found = rows.select_related(None).filter(slow(), within)
    return Q(pk__in=found.values("pk")[:ALL])
