"""How much of a case may be told in a row of open data so that nobody is singled out. Pure.

Somebody may know that a neighbour wrote in March about the buses to the transport section, or read
a published answer and how long it took. A row must not tell such a reader more: whatever they know,
at least `K` published rows look the same in everything they could know. Where fewer do, the row is
told more coarsely, step by step; rows for which even the coarsest step is not enough are left out
and counted. (k-anonymity after Sweeney, 2002, by local recoding.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

K = 5
ANY = "*"
"""Stands in a row where telling more would single somebody out."""

BANDS = ((1, "0-1"), (3, "2-3"), (5, "4-5"), (7, "6-7"), (10, "8-10"), (15, "11-15"))
LONGEST = "16+"
UNANSWERED = "none"


class Known(NamedTuple):
    """What of a case others may know: all of it must be shared with K - 1 other rows.

    `time` is a month such as 2026-03, or more coarsely 2026-Q1 or 2026; `answered_in` the band of
    working days from receipt to the reply.
    """

    time: str
    kind: str
    channel: str
    department: str
    topic: str
    answered_in: str


def band(days: int | None) -> str:
    """The band of an answer time in working days."""
    if days is None:
        return UNANSWERED
    return next((name for most, name in BANDS if days <= most), LONGEST)


def _quarter(time: str) -> str:
    year, month = time.split("-")
    return f"{year}-Q{(int(month) + 2) // 3}"


def coarser(known: Known, step: int) -> Known:
    """What is told at a step: 0 everything, the last only the year and the answer time."""
    if step >= 1:
        known = known._replace(topic=ANY)
    if step >= 2:
        known = known._replace(channel=ANY)
    if step >= 3:
        known = known._replace(department=ANY)
    if step >= 4:
        known = known._replace(time=_quarter(known.time))
    if step >= 5:
        known = known._replace(time=known.time[:4])
    if step >= 6:
        known = known._replace(kind=ANY)
    return known


STEPS = 7


def told(counts: Mapping[Known, int], k: int = K) -> dict[Known, Known]:
    """What is told of the cases of each group; groups that are left out are missing.

    `counts` says how many cases share everything. Of each step only the rows that are told at that
    step are counted, so that they hide among themselves, not among rows that tell more.
    """
    found: dict[Known, Known] = {}
    waiting = {known: n for known, n in counts.items() if n > 0}
    for step in range(STEPS):
        sizes: Counter[Known] = Counter()
        for known, n in waiting.items():
            sizes[coarser(known, step)] += n
        for known in list(waiting):
            if sizes[coarser(known, step)] >= k:
                found[known] = coarser(known, step)
                del waiting[known]
    return found
