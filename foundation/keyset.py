"""Pages by key instead of by count: page 1,000 costs what page 1 does.

A page starts after the last row seen, by (field, primary key), so rows that arrive meanwhile
neither repeat nor hide others. The database can walk an index on (…, field, pk) as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import BadRequest, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)

FORWARD = "n"
BACKWARD = "p"


class CursorError(BadRequest):
    """A cursor we did not make, or made for another list; Django answers 400."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of rows, and the cursors of its neighbours (None at the ends)."""

    items: list[Row]
    next_cursor: str | None
    previous_cursor: str | None


class CappedCount(NamedTuple):
    """A count that stops early: `value` rows, or more than `value` when `capped`."""

    value: int
    capped: bool

    def __str__(self) -> str:
        return f"{self.value}+" if self.capped else str(self.value)


def paginate(
    queryset: models.QuerySet[Row],
    *,
    order: str,
    cursor: str | None = None,
    size: int = 20,
    nulls_excluded: bool = False,
) -> Page[Row]:
    """The page of `queryset` that a cursor names, or the first one.

    `order` is a field name, "-" in front for descending; it may reach through forward relations
    ("-case__received_at"), which the caller then selects. Ties are ordered by primary key in the
    same direction. The field must never be null: rows without a value would be lost between
    pages. A caller who has filtered them out says so with `nulls_excluded`.
    """
    walk = _Walk(queryset, order, nulls_excluded=nulls_excluded)
    direction, position = walk.read(cursor) if cursor else (FORWARD, None)
    rows = walk.rows(direction, position, size + 1)
    more = len(rows) > size
    del rows[size:]
    if direction == BACKWARD:
        rows.reverse()
    after = more if direction == FORWARD else True
    before = more if direction == BACKWARD else position is not None
    return Page(
        items=rows,
        next_cursor=walk.cursor(FORWARD, rows[-1]) if rows and after else None,
        previous_cursor=walk.cursor(BACKWARD, rows[0]) if rows and before else None,
    )


def capped_count(queryset: models.QuerySet[Any], cap: int = 1000) -> CappedCount:
    """How many rows there are, counting no further than just past `cap`."""
    found = queryset.order_by().values("pk")[: cap + 1].count()
    return CappedCount(min(found, cap), found > cap)


class _Walk(Generic[Row]):
    """A queryset walked in one order, forwards or backwards."""

    def __init__(self, queryset: models.QuerySet[Row], order: str, *, nulls_excluded: bool) -> None:
        self.queryset = queryset
        self.descending = order.startswith("-")
        self.path = order.removeprefix("-")
        self.field, nullable = _field(queryset.model, self.path)
        if nullable and not nulls_excluded:
            raise ValueError(f"{self.path} may be null, so it cannot order pages")
        self.signer = Signer(salt=f"foundation.keyset:{queryset.model._meta.label}:{order}")

    def rows(self, direction: str, position: tuple[Any, Any] | None, limit: int) -> list[Row]:
        """Up to `limit` rows beyond the position, nearest first."""
        falling = self.descending == (direction == FORWARD)
        sign, operator = ("-", "lt") if falling else ("", "gt")
        rows = self.queryset.order_by(f"{sign}{self.path}", f"{sign}pk")
        if position is not None:
            value, pk = position
            # Planners make an index range of the plain comparison; of the textbook form
            # "a < x or (a = x and pk < y)" they make a filter over everything before it.
            rows = rows.filter(**{f"{self.path}__{operator}e": value}).filter(
                Q(**{f"{self.path}__{operator}": value}) | Q(**{f"pk__{operator}": pk})
            )
        return list(rows[:limit])

    def cursor(self, direction: str, row: Row) -> str:
        *steps, _name = self.path.split("__")
        owner: Any = row
        for step in steps:
            owner = getattr(owner, step)
        value = self.field.value_to_string(owner)
        return self.signer.sign_object([direction, value, str(row.pk)])

    def read(self, cursor: str) -> tuple[str, tuple[Any, Any]]:
        try:
            direction, value, pk = self.signer.unsign_object(cursor)
            key = self.queryset.model._meta.pk
            assert key is not None
            return direction, (self.field.to_python(value), key.to_python(pk))
        except (BadSignature, ValidationError, ValueError, TypeError):
            raise CursorError("This cursor does not belong to this list.") from None


def _field(model: type[models.Model], path: str) -> tuple[models.Field[Any, Any], bool]:
    """The concrete field at the end of a path of forward relations; whether it may be null."""
    *steps, name = path.split("__")
    nullable = False
    for step in steps:
        relation = model._meta.get_field(step)
        related = relation.related_model
        if not isinstance(relation, models.ForeignKey) or not isinstance(related, type):
            raise ValueError(f"{step} in {path} is not a forward relation to one row")
        nullable = nullable or relation.null
        model = related
    key = model._meta.pk
    field = key if name == "pk" else model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise ValueError(f"{name} in {path} is not a column")
    return field, nullable or field.null
