"""Sealing: once a day, everything new in the ledger is fixed under one published hash.

A seal covers the events that no seal before it covers and that are dated on its day or earlier.
So it costs the day's events, whatever the number of cases; and as each of its leaves is the head
of a chain, it also fixes all that came before in those chains. The tree's leaves are kept, so an
old case whose tail was cut off misses an event that some seal knows.

Any number of processes may seal: a day has one row. After a standstill the missing days are
sealed one by one, and say when that was done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from ledger.chain import GENESIS, ZONE, civil_day, written
from ledger.merkle import Tree
from ledger.models import Event, Seal, SealedHead
from ledger.seal import ONE_DAY, SealLine, seal_hash

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=10)
"""A day is sealed so long after its end: requests that began before midnight have then ended, and
servers' clocks are less than that apart."""

BATCH = 5000


def seal(now: datetime) -> int:
    """Seal every day that has ended and has no seal; return how many were sealed.

    The first seal covers everything there is. While writers keep the ledger busy nothing is
    sealed; the next pass tries again.
    """
    made = 0
    ended = civil_day(now - GRACE) - ONE_DAY
    while (day := _next_day(ended)) is not None:
        settled = _settled()
        if settled is None:
            return made
        try:
            with transaction.atomic():
                _seal(day, settled, now)
        except IntegrityError:
            if not Seal.objects.filter(day=day).exists():
                raise
        else:
            made += 1
    return made


def midnight(day: date) -> datetime:
    """The instant a civil day begins."""
    return datetime.combine(day, time(), ZONE)


def _next_day(ended: date) -> date | None:
    last: date | None = Seal.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        there_is = Event.objects.filter(at__lt=midnight(ended + ONE_DAY)).exists()
        return ended if there_is else None
    return last + ONE_DAY if last < ended else None


def _settled() -> int | None:
    """The key below which no event can come any more; None if writers did not let us look.

    On PostgreSQL keys are drawn before rows are seen. A lock on the table, held for a moment,
    waits for those who have drawn theirs; on SQLite there is one writer at a time.
    """
    keys = Event.objects.all()
    if connection.vendor != "postgresql":
        return keys.aggregate(last=Max("pk"))["last"] or 0
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '3s'")
                cursor.execute("LOCK TABLE ledger_event IN SHARE MODE")
            return keys.aggregate(last=Max("pk"))["last"] or 0
    except OperationalError as error:
        log.warning("The ledger is busy and its day is sealed at the next pass: %s", error)
        return None


def _seal(day: date, settled: int, now: datetime) -> None:
    before = Seal.objects.order_by("-day").first()
    waiting = Event.objects.filter(pk__gt=before.open_from if before else 0, pk__lte=settled)
    days = _Day(day, first=before is None)
    _keep(days.heads(_unsealed(waiting, day)))
    still_open = waiting.filter(at__gte=midnight(day + ONE_DAY)).aggregate(first=Min("pk"))["first"]
    line = SealLine(
        day=day.isoformat(),
        events=days.events,
        late=days.late,
        cases=days.tree.size,
        root=days.tree.root().hex(),
        sealed_at=written(now),
        previous=before.hash if before else GENESIS,
        hash="",
    )
    Seal.objects.create(
        day=day,
        events=line.events,
        late=line.late,
        cases=line.cases,
        root=line.root,
        sealed_at=now.replace(microsecond=0),
        previous=line.previous,
        hash=seal_hash(line),
        open_from=settled if still_open is None else still_open - 1,
    )


Row = tuple[str, int, str, datetime]
"""Case number, place in the chain, hash and instant of an event."""


def _unsealed(waiting: QuerySet[Event], day: date) -> Iterator[Row]:
    covered = SealedHead.objects.filter(
        case_number=OuterRef("case_number"), seq__gte=OuterRef("seq")
    )
    rows = waiting.filter(~Exists(covered), at__lt=midnight(day + ONE_DAY))
    columns = rows.order_by("case_number", "seq").values_list("case_number", "seq", "hash", "at")
    return columns.iterator(chunk_size=2000)


class _Day:
    """The tree of a day and its counts, gathered while the events go by."""

    def __init__(self, day: date, *, first: bool) -> None:
        self.day, self.tree = day, Tree()
        self.events = self.late = 0
        # What was there before there were seals came late to nothing.
        self._begins = None if first else midnight(day)

    def heads(self, rows: Iterable[Row]) -> Iterator[SealedHead]:
        """The last event of each chain."""
        for number, chain in groupby(rows, lambda row: row[0]):
            events = list(chain)
            self.events += len(events)
            if self._begins is not None:
                self.late += sum(event[3] < self._begins for event in events)
            _, seq, hash_, _ = events[-1]
            place = self.tree.size
            self.tree.add(bytes.fromhex(hash_))
            yield SealedHead(day=self.day, place=place, case_number=number, seq=seq, hash=hash_)


def _keep(heads: Iterator[SealedHead]) -> None:
    while batch := list(islice(heads, BATCH)):
        SealedHead.objects.bulk_create(batch)
