"""Pages by key instead of by count: page 1,000 costs what page 1 does.

A page starts after the last row seen, by (field, primary key), so rows that arrive meanwhile
neither repeat nor hide others. The database can walk an index on (…, field, pk) as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from django.core.exceptions import BadRequest, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)

FORWARD = "n"
BACKWARD = "p"

Keep = Callable[[list[Any]], list[Any]]
"""Picks from rows in order, without changing them, those that belong to a list."""

Moved = Callable[[], Sequence[Any]]
"""Reads the rows that stand elsewhere in the order than the database has them."""

Position = tuple[Any, Any]
"""The value of a row in the order of a list, None if it has none, and its primary key."""

CHUNK = 2000
"""How many rows at most are read at once to pick from."""

EVERYWHERE = (Q(),)


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
    nulls_last: bool = False,
    bands: Sequence[Q] = EVERYWHERE,
    keep: Keep | None = None,
    keys: Sequence[Position] | None = None,
    moved: Moved | None = None,
) -> Page[Row]:
    """The page of `queryset` that a cursor names, or the first one.

    `order` is a field name, "-" in front for descending; it may reach through forward relations
    ("-case__received_at"), which the caller then selects. Ties are ordered by primary key in the
    same direction. Rows without a value would be lost between pages: where the field may be null
    the caller either has filtered them out and says so with `nulls_excluded`, or has them put
    behind all others in either direction with `nulls_last`.

    `bands` cut the list into ranges of the field, lowest first, each of which the database finds
    by an index of its own. With `keep` only the rows it picks are in the list; rows are read on
    until a page is full. `keys` are the values and primary keys of the whole list, in any order,
    where the caller has found them already: nothing is walked then. What `moved` reads is sorted
    in by the values it has in memory; it is read last, so that a row which leaves the queryset
    meanwhile is not lost.
    """
    walk = _Walk(queryset, order, nulls_excluded=nulls_excluded, nulls_last=nulls_last)
    direction, position = walk.read(cursor) if cursor else (FORWARD, None)
    if keys is None:
        rows = walk.rows(direction, position, size + 1, bands, keep)
    else:
        rows = walk.chosen(keys, direction, position, size + 1)
    if moved is not None:
        rows = walk.merged(rows, moved(), direction, position, size + 1)
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


def capped_count(
    queryset: models.QuerySet[Any], cap: int = 1000, keep: Keep | None = None
) -> CappedCount:
    """How many rows there are, or are kept, counting no further than just past `cap`."""
    if keep is None:
        found = queryset.order_by().values("pk")[: cap + 1].count()
    else:
        found = 0
        rows = queryset.order_by("pk").iterator(chunk_size=CHUNK)
        while found <= cap and (chunk := list(islice(rows, CHUNK))):
            found += len(keep(chunk))
    return CappedCount(min(found, cap), found > cap)


class _Walk(Generic[Row]):
    """A queryset walked in one order, forwards or backwards."""

    def __init__(
        self,
        queryset: models.QuerySet[Row],
        order: str,
        *,
        nulls_excluded: bool,
        nulls_last: bool,
    ) -> None:
        self.queryset = queryset
        self.descending = order.startswith("-")
        self.path = order.removeprefix("-")
        self.field, nullable = _field(queryset.model, self.path)
        if nullable and not (nulls_excluded or nulls_last):
            raise ValueError(f"{self.path} may be null, so it cannot order pages")
        self.nulls_last = nullable and nulls_last
        self.signer = Signer(salt=f"foundation.keyset:{queryset.model._meta.label}:{order}")

    def rows(
        self,
        direction: str,
        position: Position | None,
        limit: int,
        bands: Sequence[Q],
        keep: Keep | None,
    ) -> list[Row]:
        """Up to `limit` rows beyond the position, nearest first."""
        falling = self.descending == (direction == FORWARD)
        found: list[Row] = []
        for stretch in self._stretches(direction, position, falling, bands):
            found += _kept(stretch, limit - len(found), keep)
            if len(found) == limit:
                break
        return found

    def chosen(
        self, keys: Sequence[Position], direction: str, position: Position | None, limit: int
    ) -> list[Row]:
        """Up to `limit` rows beyond the position, of a list whose keys are known."""
        wanted = [pk for _value, pk in self._beyond(keys, direction, position, limit)]
        found = {row.pk: row for row in self.queryset.filter(pk__in=wanted)}
        return [found[pk] for pk in wanted if pk in found]

    def merged(
        self,
        rows: Sequence[Row],
        moved: Sequence[Row],
        direction: str,
        position: Position | None,
        limit: int,
    ) -> list[Row]:
        """Up to `limit` rows beyond the position, of those walked and those that have moved."""
        found = {row.pk: row for row in (*moved, *rows)}
        keys = [_place(row, self.path) for row in found.values()]
        return [found[pk] for _value, pk in self._beyond(keys, direction, position, limit)]

    def _beyond(
        self, keys: Sequence[Position], direction: str, position: Position | None, limit: int
    ) -> list[Position]:
        """Up to `limit` places beyond the position, nearest first."""
        held = {*keys, position} if position is not None else {*keys}
        valued = sorted((key for key in held if key[0] is not None), reverse=self.descending)
        nulls = sorted((key for key in held if key[0] is None), reverse=self.descending)
        walked = valued + nulls if direction == FORWARD else [*reversed(valued + nulls)]
        start = 0 if position is None else walked.index(position) + 1
        return walked[start : start + limit]

    def _stretches(
        self, direction: str, position: Position | None, falling: bool, bands: Sequence[Q]
    ) -> Iterator[Stretch]:
        """What is left to walk, in order: the bands, and the rows without a value."""
        among_nulls = position is not None and position[0] is None
        valued = self.queryset
        if self.nulls_last:
            valued = valued.filter(**{f"{self.path}__isnull": False})
        ranges = [
            Stretch(valued.filter(band), self.path, falling, None if among_nulls else position)
            for band in (reversed(bands) if falling else bands)
        ]
        if not self.nulls_last:
            yield from ranges
            return
        nulls = self.queryset.filter(**{f"{self.path}__isnull": True})
        without = Stretch(nulls, self.path, falling, position if among_nulls else None)
        if direction == FORWARD:
            yield from () if among_nulls else ranges
            yield without
        else:
            if among_nulls:
                yield without
            yield from ranges

    def cursor(self, direction: str, row: Row) -> str:
        value = self.field.value_to_string(_owner(row, self.path))
        return self.signer.sign_object([direction, value, str(row.pk)])

    def read(self, cursor: str) -> tuple[str, Position]:
        try:
            direction, value, pk = self.signer.unsign_object(cursor)
            key = self.queryset.model._meta.pk
            assert key is not None
            valued = None if self.nulls_last and value == "" else self.field.to_python(value)
            return direction, (valued, key.to_python(pk))
        except (BadSignature, ValidationError, ValueError, TypeError):
            raise CursorError("This cursor does not belong to this list.") from None


class Stretch(NamedTuple):
    """Rows between two values, or all those without one, from a position on."""

    rows: models.QuerySet[Any]
    path: str
    falling: bool
    position: Position | None

    def beyond(self, position: Position | None) -> models.QuerySet[Any]:
        sign, operator = ("-", "lt") if self.falling else ("", "gt")
        rows = self.rows.order_by(f"{sign}{self.path}", f"{sign}pk")
        if position is None:
            return rows
        value, pk = position
        after = Q(**{f"pk__{operator}": pk})
        if value is None:
            return rows.filter(after)
        # Planners make an index range of the plain comparison; of the textbook form
        # "a < x or (a = x and pk < y)" they make a filter over everything before it.
        return rows.filter(**{f"{self.path}__{operator}e": value}).filter(
            Q(**{f"{self.path}__{operator}": value}) | after
        )


def _kept(stretch: Stretch, limit: int, keep: Keep | None) -> list[Any]:
    """The first rows of a stretch, or of those kept."""
    if keep is None:
        return list(stretch.beyond(stretch.position)[:limit])
    found: list[Any] = []
    position, size = stretch.position, 2 * limit
    while len(found) < limit:
        chunk = list(stretch.beyond(position)[:size])
        found += keep(chunk)
        if len(chunk) < size:
            break
        position = _place(chunk[-1], stretch.path)
        size = min(2 * size, CHUNK)
    return found[:limit]


def _place(row: Any, path: str) -> Position:
    """Where a row stands in an order."""
    return getattr(_owner(row, path), path.rsplit("__", maxsplit=1)[-1]), row.pk


def _owner(row: Any, path: str) -> Any:
    """The row at which a path of forward relations ends."""
    for step in path.split("__")[:-1]:
        row = getattr(row, step)
    return row


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
