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
from typing import Any

from orjson import OPT_SORT_KEYS, dumps, loads

from ledger.chain import GENESIS, MOVE, SHOWN, SYSTEM, SealedLink, civil_day

Row = tuple[int, str, str, int | None, str, str, str, str, str, str]
"""Place, instant (as text, in UTC), the actor's kind, key and label, move, data as JSON, the hash
before, the own hash, and the number of the case."""

OWN = 8
"""Where a row has its own hash."""

Told = tuple[int, str, str, dict[str, Any]]
"""An event that was proved, as far as it is needed further on: place, instant, move, data."""

_hasher = sha256().copy
"""A new hasher; copying one is quicker than asking the library for it."""


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
    quoted = dumps(number).decode(), dumps(previous).decode()
    return _hash(quoted[0], seq, at, actor, move, data, quoted[1])


def _hash(
    number: str,
    seq: int,
    at: str,
    actor: tuple[str, int | None, str],
    move: str,
    data: dict[str, Any],
    previous: str,
) -> str:
    """The same of a number and a hash that are JSON already."""
    kept = _hasher()
    kept.update(dumps((actor, move, data), option=OPT_SORT_KEYS))
    shown = {name: move if name == MOVE else data[name] for name in data.get(SHOWN, ())}
    # Names in order, as a sorted dictionary would be written; only what is shown needs an encoder.
    part = (
        f'{{"at":"{at[:10]}T{at[11:19]}Z","case":{number},"kept":"{kept.hexdigest()}",'
        f'"previous":{previous},"seq":{seq},"shown":{dumps(shown, option=OPT_SORT_KEYS).decode()}}}'
    )
    whole = _hasher()
    whole.update(part.encode())
    return whole.hexdigest()


def told_by(number: str, rows: Sequence[Row]) -> list[Told] | None:
    """The events of a case, given in order, if no link is broken; else None.

    Raises ValueError, TypeError or LookupError for data that cannot be read.
    """
    quoted = dumps(number).decode()
    previous, last = GENESIS, ""
    told: list[Told] = []
    for place, row in enumerate(rows, start=1):
        seq, at, kind, actor, label, move, text, before, own, case = row
        if seq != place or before != previous or at < last or case != number:
            return None
        data = loads(text)
        # What went before was proved to be a hash, which needs no encoder.
        if _hash(quoted, place, at, (kind, actor, label), move, data, f'"{previous}"') != own:
            return None
        previous, last = own, at
        told.append((place, at, move, data))
    return told


def fits_seals(
    rows: Sequence[Row], sealed: Sequence[SealedLink], until: date | None, days: Days
) -> bool:
    """Whether the seals (in order, the last one of day `until`) say of a chain what it says."""
    if until is None:
        return True
    for _, seq, own in sealed:
        if not 0 < seq <= len(rows) or rows[seq - 1][OWN] != own:
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
