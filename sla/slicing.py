"""Looking at all cases slice by slice, in one process or in several that see the same moment."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Max, Min

from sla.models import Case

Result = TypeVar("Result")

CASES = 5000
"""Keys in a slice: work for seconds, so that progress shows and no process is left waiting."""


class Slice(NamedTuple):
    """The cases from one key to another, both included."""

    first: int
    last: int


def slices() -> list[Slice]:
    """All cases, in order."""
    ends = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return []
    firsts = range(ends["first"], ends["last"] + 1, CASES)
    return [Slice(first, first + CASES - 1) for first in firsts]


def most_jobs() -> int:
    """How many processes can share the work: one for each core where they can see one moment.

    That needs PostgreSQL, which hands a snapshot from one connection to another.
    """
    fork = "fork" in multiprocessing.get_all_start_methods()
    return (os.cpu_count() or 1) if fork and connection.vendor == "postgresql" else 1


def in_slices(work: Callable[[Slice], Result], jobs: int) -> Iterator[Result]:
    """What `work` makes of each slice, in order. Run it within `foundation.snapshot.snapshot`.

    With more than one job each process reads the caller's snapshot; what the caller has written
    and not committed is not seen there. `work` is a function of a module.
    """
    parts = slices()
    if jobs == 1 or len(parts) <= 1:
        yield from map(work, parts)
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    context = multiprocessing.get_context("fork")
    with context.Pool(min(jobs, len(parts)), _begin, (snapshot,)) as pool:
        yield from pool.imap(work, parts)


def _begin(snapshot: str) -> None:
    """Give this process a connection of its own, which stays at the parent's moment."""
    # The inherited connection is the parent's: it is kept unused, for closing it would end both.
    _inherited.append(connections[DEFAULT_DB_ALIAS])
    del connections[DEFAULT_DB_ALIAS]
    own = connections[DEFAULT_DB_ALIAS]
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])


_inherited: list[Any] = []
