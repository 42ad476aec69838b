"""What lists of cases can be sorted by."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla.lists import selection

RECEIVED, DUE, REPLIED = "received", "due", "replied"
ASKED, RATED, RATING = "asked", "rated", "rating"
NAMES: dict[str, Promise] = {
    RECEIVED: _("Received"),
    DUE: _("Due"),
    REPLIED: _("Replied"),
    ASKED: _("Asked"),
    RATED: _("Rated"),
    RATING: _("Rating"),
}
MARKS = {"ascending": "↑", "descending": "↓"}
ALWAYS = (RECEIVED, DUE)
"""Columns every list shows."""

OF_CASES = {RECEIVED: "received_at", DUE: "due_at", REPLIED: "replied_at"}
OF_SURVEYS = {
    RECEIVED: "case__received_at",
    ASKED: "asked_at",
    RATED: "rated_at",
    RATING: "rating",
}
ANSWERED = ("replied", "published", "met", "missed", "judged")
"""Lists of cases most of which have a reply."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A column, and the direction it is walked in."""

    column: str
    descending: bool = False

    @property
    def text(self) -> str:
        """The sort as an address holds it."""
        return f"-{self.column}" if self.descending else self.column

    @property
    def aria(self) -> str:
        return "descending" if self.descending else "ascending"

    def order(self, measure: str) -> str:
        """The field a list is walked by, "-" in front for descending."""
        fields = OF_SURVEYS if measure in selection.OF_SURVEYS else OF_CASES
        return f"-{fields[self.column]}" if self.descending else fields[self.column]

    @property
    def mark(self) -> str:
        return MARKS[self.aria]

    @property
    def turned(self) -> Sort:
        return Sort(self.column, not self.descending)


def columns_of(measure: str, basis: str) -> tuple[str, ...]:
    """What a list can be sorted by, the usual column first.

    Surveys are walked by the date the basis counts them on: their own and their case's stand in
    two tables. The number is no column to sort by: it is the day of receipt and random digits.
    """
    if measure in selection.OF_SURVEYS:
        if basis == "receipt":
            return (RECEIVED,)
        return (ASKED,) if measure == "asked" else (RATED, RATING)
    if measure in ("overdue", "due_soon"):
        return (DUE, RECEIVED)
    return (RECEIVED, DUE, REPLIED) if measure in ANSWERED else (RECEIVED, DUE)


def first_way(column: str) -> Sort:
    """The order a click on a column head asks for first: the newest, the next due, the worst."""
    return Sort(column, descending=column not in (DUE, RATING))


def usual(measure: str, basis: str) -> Sort:
    """How a list is sorted when nobody asks for anything else: what is next due, what is newest."""
    column = columns_of(measure, basis)[0]
    return Sort(column, descending=column != DUE and measure not in ("still_open", "unanswered"))


def read_sort(text: str, columns: tuple[str, ...]) -> Sort | None:
    """The sort an address asks for. Raises ValueError if it is none of these columns."""
    if not text:
        return None
    sort = Sort(text.removeprefix("-"), text.startswith("-"))
    if sort.column not in columns:
        raise ValueError(f"{text!r} is no order of this list")
    return sort
