"""Proving a chain whole as fast as can be. Pure.

`ledger.chain` says what is hashed, and writes it by the standard library; here the same bytes are
made by another, faster encoder. Where the two differ (numbers that no event of this house holds)
a whole chain looks broken here, never a broken one whole: a hash that fits is the hash of these
very bytes. So whoever finds a chain not whole here must ask `ledger.chain` what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from orjson import OPT_SORT_KEYS, dumps, loads

from ledger.chain import GENESIS, MOVE, SHOWN, SYSTEM, SealedLink, civil_day

Row = tuple[int, str, str, int | None, str, str, str, str, str]
"""Place, instant (as text, in UTC), the actor's kind, key and label, move, data as JSON, the hash
before and the own hash."""


class Told(NamedTuple):
    """An event that was proved, as far as it is needed further on."""

    seq: int
    at: str
    move: str
    data: dict[str, Any]


class Days:
    """Civil days of instants, reckoned once for every hour."""

    def __init__(self) -> None:
        self._known: dict[str, date] = {}

    def of(self, at: str) -> date:
        """The day an instant falls on in China, whose offset is in whole hours."""
        day = self._known.get(at[:13])
        if day is None:
            hour = datetime.fromisoformat(f"{at[:13]}:00:00+00:00")
            day = self._known[at[:13]] = civil_day(hour)
        return day


def link_hash(
    number: str,
    seq: int,
    at: str,
    actor: tuple[str, int | None, str],
    move: str,
    data: dict[str, Any],
    previous: str,
) -> str:
    """The hash of an event, as `ledger.chain.event_hash` makes it. `at` is text, in UTC."""
    kept = sha256(dumps([actor, move, data], option=OPT_SORT_KEYS)).hexdigest()
    shown = {name: move if name == MOVE else data[name] for name in data.get(SHOWN, ())}
    part = {
        "at": f"{at[:10]}T{at[11:19]}Z",
        "case": number,
        "kept": kept,
        "previous": previous,
        "seq": seq,
        "shown": shown,
    }
    return sha256(dumps(part, option=OPT_SORT_KEYS)).hexdigest()


def told_by(number: str, rows: Sequence[Row]) -> list[Told] | None:
    """The events of a case, given in order, if no link is broken; else None.

    Raises ValueError, TypeError or LookupError for data that cannot be read.
    """
    previous, last = GENESIS, ""
    told = []
    for place, row in enumerate(rows, start=1):
        seq, at, kind, actor, label, move, text, before, own = row
        if seq != place or before != previous or at < last:
            return None
        data = loads(text)
        if link_hash(number, seq, at, (kind, actor, label), move, data, before) != own:
            return None
        previous, last = own, at
        told.append(Told(seq, at, move, data))
    return told


def fits_seals(
    rows: Sequence[Row], sealed: Sequence[SealedLink], until: date | None, days: Days
) -> bool:
    """Whether the seals (in order, the last one of day `until`) say of a chain what it says."""
    if until is None:
        return True
    for _, seq, own in sealed:
        if not 0 < seq <= len(rows) or rows[seq - 1][-1] != own:
            return False
    if not sealed:
        return True
    begun, place, end = sealed[0].seq, 0, len(sealed)
    for row in rows[begun:]:
        while place < end and sealed[place].seq < row[0]:
            place += 1
        if row[2] == SYSTEM:
            continue
        day = days.of(row[1])
        if day <= until if place == end else day < sealed[place].day:
            return False
    return True
