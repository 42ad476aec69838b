"""Sharing out work on all cases, to one process or to several that see the same moment."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import F, Max, Window
from django.db.models.functions import RowNumber

from sla.models import Case

CASES = 2000
"""Cases in a slice: work for a second, so that progress shows and no process is left waiting."""

ROOM = "64MB"
"""For each sort or grouping of a process's statements."""

PATIENCE = 600
"""Seconds a process waits for the others to end."""


class Slice(NamedTuple):
    """The cases from one key to another, both included."""

    first: int
    last: int


def slices() -> list[Slice]:
    """All cases, in order."""
    place = Window(RowNumber(), order_by=F("pk").asc())
    begin = Case.objects.order_by().annotate(place=(place - 1) % CASES).filter(place=0)
    firsts = sorted(begin.values_list("pk", flat=True))
    last = Case.objects.aggregate(last=Max("pk"))["last"] or 0
    ends = [*(first - 1 for first in firsts[1:]), last]
    return [Slice(first, end) for first, end in zip(firsts, ends, strict=False)]


def most_jobs() -> int:
    """How many processes can share the work: one for each core where they can see one moment.

    That needs PostgreSQL, which hands a snapshot from one connection to another.
    """
    fork = "fork" in multiprocessing.get_all_start_methods()
    return (os.cpu_count() or 1) if fork and connection.vendor == "postgresql" else 1


class Worker(Protocol):
    """What does the work in one process: piece by piece, and gathers something on the way."""

    def work(self, piece: Any) -> Any: ...

    def rest(self) -> Any:
        """What was gathered of all pieces; asked for once, at the end."""
        ...


Make = Callable[[], Worker]


def shared(make: Make, pieces: Sequence[Any], jobs: int) -> Iterator[Any]:
    """What workers make of each piece, in order, and then the rest of every one of them.

    Run it within `foundation.snapshot.snapshot`. With more than one job each process reads the
    caller's snapshot; what the caller has written and not committed is not seen there. `make` is a
    function or class of a module.
    """
    jobs = min(jobs, len(pieces))
    if jobs <= 1:
        worker = make()
        yield from map(worker.work, pieces)
        yield worker.rest()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    context = multiprocessing.get_context("fork")
    together = context.Barrier(jobs)
    with context.Pool(jobs, _begin, (snapshot, make, together)) as pool:
        yield from pool.imap(_work, pieces)
        yield from pool.map(_rest, range(jobs), chunksize=1)


_worker: Worker
_together: Any
_inherited: list[Any] = []


def _begin(snapshot: str, make: Make, together: Any) -> None:
    """Give this process a connection of its own, which stays at the parent's moment."""
    global _worker, _together
    # Who breaks it off is told by the parent, which then ends its children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What was inherited lasts as long as the process; to look through it for cycles is idle.
    gc.freeze()
    # The inherited connection is the parent's: it is kept unused, for closing it would end both.
    _inherited.append(connections[DEFAULT_DB_ALIAS])
    del connections[DEFAULT_DB_ALIAS]
    own = connections[DEFAULT_DB_ALIAS]
    own.set_autocommit(False)
    with own.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        # The processes share out the work already; room to sort and to group saves the disk.
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(f"SET LOCAL work_mem = '{ROOM}'")
    _worker, _together = make(), together


def _work(piece: Any) -> Any:
    return _worker.work(piece)


def _rest(_: int) -> Any:
    # Nobody goes on before all are here, so each is asked once.
    _together.wait(PATIENCE)
    return _worker.rest()


@contextmanager
def acyclic() -> Iterator[None]:
    """For work that makes a great many objects and no cycles of them: to look for cycles meanwhile
    takes as long as the work. What is dropped is freed at once all the same."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
