"""Deltas as moves write them, to be folded: many at once, and five hundred moves a second."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from multiprocessing.context import ForkProcess

from django.db import close_old_connections, connection, connections, transaction

from sla.figures.folding import fold
from sla.figures.measures import BASES, MEASURES
from sla.models import Case, Delta, Rollup

A_SECOND = 500
"""Moves; more than two cores can make, so their deltas are written without the moves."""

A_MOVE = 3
"""Delta rows: a submission writes two, an answer three, a change of department four."""

DAYS = 10
"""How long ago the cases came in that are being moved."""

PAUSE = 0.1
PLACES = ("department_id", "kind", "channel", "category", "district")


def moves(wanted: int, today: date) -> list[list[Delta]]:
    """The deltas of so many moves of today, on the keys of cases there are."""
    rng = random.Random(wanted)
    newest = Case.objects.filter(handler__isnull=False, department__isnull=False).order_by("-pk")
    cases = list(newest.only(*PLACES, "handler_id")[:5000])
    return [_move(rng.choice(cases), rng, today) for _ in range(wanted)]


def _move(case: Case, rng: random.Random, today: date) -> list[Delta]:
    days = {"event": today, "receipt": today - timedelta(days=rng.randrange(DAYS))}
    return [
        Delta(
            **{name: getattr(case, name) for name in PLACES},
            handler=str(case.handler_id),
            basis=basis,
            day=days[basis],
            received=1,
            replied=row,
        )
        for row, basis in enumerate(islice(cycle(BASES), A_MOVE))
    ]


def backlog(wanted: Sequence[Sequence[Delta]]) -> Iterator[float]:
    """Fold while another process writes moves, `A_SECOND` of them a second and each in its own
    transaction; how many seconds' worth of deltas lay there before each round.

    Ends when all are folded.
    """
    fold()
    connections.close_all()
    writer: ForkProcess = multiprocessing.get_context("fork").Process(target=_write, args=[wanted])
    writer.start()
    over = False
    while not over:
        over = not writer.is_alive()
        yield Delta.objects.count() / (A_SECOND * A_MOVE)
        fold()
        time.sleep(PAUSE)
    if writer.exitcode:
        raise RuntimeError("the moves could not be written")


def _write(wanted: Sequence[Sequence[Delta]]) -> None:
    close_old_connections()
    began = time.perf_counter()
    for place, own in enumerate(wanted):
        early = began + place / A_SECOND - time.perf_counter()
        if early > 0:
            time.sleep(early)
        with transaction.atomic():
            Delta.objects.bulk_create(own)


def put_down(wanted: Sequence[Sequence[Delta]]) -> None:
    """Write the deltas of all moves at once."""
    Delta.objects.bulk_create([delta for own in wanted for delta in own], batch_size=1000)


def bare() -> None:
    """One statement that adds all waiting deltas to the days of the rollups, and one that takes
    them away; undone again."""
    keys = "basis, day, department_id, kind, channel"
    names = ", ".join(MEASURES)
    sums = ", ".join(f"SUM({name})" for name in MEASURES)
    table = Rollup._meta.db_table
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in MEASURES)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (grain, {keys}, {names})"
            f" SELECT 'day', {keys}, {sums} FROM sla_delta WHERE TRUE GROUP BY {keys}"
            f" ON CONFLICT (grain, {keys}) DO UPDATE SET {added}"
        )
        cursor.execute("DELETE FROM sla_delta")
        transaction.set_rollback(True)
