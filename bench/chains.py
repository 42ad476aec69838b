"""Chains and seals for true copies: with the copy's number and people in them, hashed anew."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection, connections

from bench.copies import TABLE
from bench.rollups import civil_day_sql
from ledger.chain import GENESIS, written
from ledger.checking import rows_of
from ledger.merkle import root_of
from ledger.models import Seal
from ledger.seal import SealLine, seal_hash
from ledger.sealing import midnight
from ledger.swift import Row, link_hash
from sla.models import Case

COLUMNS = "case_number, seq, at, actor_kind, actor_id, actor_label, move, data, previous, hash"
PIECE = 5000
"""Copies that one process writes in one go."""

PEOPLE = {
    "case.department_id": "department",
    "case.handler_id": "handler",
    "inquiry.handler_id": "handler",
}
"""Facts that a copy has of its own."""


def write_chains() -> None:
    """Write the chains of all copies in the table, by all cores where there is a server."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")
        (wanted,) = cursor.fetchone()
    pieces = range(0, wanted, PIECE)
    if connection.vendor != "postgresql":
        for first in pieces:
            _write(first)
        return
    # Each process opens a connection of its own.
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for _ in pool.imap_unordered(_write, pieces):
            pass


def _write(first: int) -> None:
    """Write the chains of the copies from one place in the table on."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT original, number, department_id, handler_id FROM {TABLE}"
            f" WHERE place >= {first} AND place < {first + PIECE} ORDER BY place"
        )
        rows = [row for copy in cursor.fetchall() for row in _chain(*copy)]
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY ledger_event ({COLUMNS}) FROM STDIN") as out:
                for row in rows:
                    out.write_row(row)
        else:
            marks = ", ".join(["%s"] * 10)
            cursor.executemany(f"INSERT INTO ledger_event ({COLUMNS}) VALUES ({marks})", rows)


_originals: dict[str, list[tuple[Row, dict[str, Any]]]] = {}


def _original(number: str) -> list[tuple[Row, dict[str, Any]]]:
    if not _originals:
        numbers = list(Case.objects.filter(pk__in=_templates()).values_list("number", flat=True))
        for name, chain in rows_of(numbers).items():
            _originals[name] = [(row, json.loads(row[6])) for row in sorted(chain)]
    return _originals[number]


def _templates() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT case_id FROM {TABLE}")
        return [key for (key,) in cursor.fetchall()]


def _chain(original: str, number: str, department: int, handler: int) -> Iterator[tuple[Any, ...]]:
    own = {"department": department, "handler": handler}
    previous = GENESIS
    for row, data in _original(original):
        seq, at, kind, actor, label, move, *_ = row
        told = {**data, "changes": _changes(data.get("changes", {}), own)}
        hash_ = link_hash(number, seq, at, (kind, actor, label), move, told, previous)
        text = json.dumps(told, ensure_ascii=False)
        yield number, seq, at, kind, actor, label, move, text, previous, hash_
        previous = hash_


def _changes(changes: dict[str, Any], own: dict[str, int]) -> dict[str, Any]:
    return {
        name: [own[PEOPLE[name]] if value is not None else None for value in change]
        if name in PEOPLE
        else change
        for name, change in changes.items()
    }


def seal_days(last: date) -> None:
    """Seal every day up to one, as if it had been done each night."""
    day = civil_day_sql("at")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_sealedhead (day, place, case_number, seq, hash)"
            " SELECT day, ROW_NUMBER() OVER (PARTITION BY day ORDER BY case_number) - 1,"
            " case_number, seq, hash FROM (SELECT case_number, seq, hash, day,"
            " ROW_NUMBER() OVER (PARTITION BY case_number, day ORDER BY seq DESC) AS n"
            f" FROM (SELECT case_number, seq, hash, {day} AS day FROM ledger_event) AS dated"
            f") AS ends WHERE n = 1 AND day <= '{last.isoformat()}'"
        )
        cursor.execute(f"SELECT {day}, COUNT(*), MAX(id) FROM ledger_event GROUP BY 1 ORDER BY 1")
        events = {str(on): (n, key) for on, n, key in cursor.fetchall()}
        Seal.objects.bulk_create(_seals(cursor, events, last))


def _seals(cursor: Any, events: dict[str, tuple[int, int]], last: date) -> Iterator[Seal]:
    day, previous = date.fromisoformat(min(events)), GENESIS
    while day <= last:
        cursor.execute(
            f"SELECT hash FROM ledger_sealedhead WHERE day = '{day.isoformat()}' ORDER BY place"
        )
        heads = [bytes.fromhex(hash_) for (hash_,) in cursor.fetchall()]
        sealed_at = midnight(day + timedelta(days=1))
        n, _ = events.get(day.isoformat(), (0, 0))
        root = root_of(heads).hex()
        line = SealLine(day.isoformat(), n, 0, len(heads), root, written(sealed_at), previous, "")
        previous = seal_hash(line)
        yield Seal(
            day=day,
            events=n,
            late=0,
            cases=len(heads),
            root=root,
            sealed_at=sealed_at,
            previous=line.previous,
            hash=previous,
            open_from=0,
        )
        day += timedelta(days=1)
