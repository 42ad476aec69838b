"""The seal of a day: what is hashed, and how one seal follows the one before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from ledger.chain import GENESIS, canonical, digest_text

FORMAT = "huiying-seal-1"
"""Goes into every hash, so that a seal can be taken for nothing else."""

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SealLine:
    """The seal of one civil day, as it is published.

    `events`: how many events it covers that no earlier seal did; `late`: how many of them are
    dated before the day; `cases`: how many chains had new events, so the leaves of the tree;
    `root`: the tree's root over those chains' heads; `sealed_at`: when it was made, in UTC.
    """

    day: str
    events: int
    late: int
    cases: int
    root: str
    sealed_at: str
    previous: str
    hash: str

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


COLUMNS = ("day", "events", "late", "cases", "root", "sealed_at", "previous", "hash")


def seal_hash(line: SealLine) -> str:
    """SHA-256 over the canonical JSON of everything in the seal but its own hash."""
    body = {"format": FORMAT, **asdict(line)}
    del body["hash"]
    return digest_text(canonical(body))


class BrokenSeal(NamedTuple):
    """What is wrong with the seal of a day."""

    day: str
    reason: str


def faults_of_seals(lines: Iterable[SealLine]) -> Iterator[BrokenSeal]:
    """What is wrong with seals given day by day, as far as they themselves tell."""
    previous, expected = GENESIS, None
    for line in lines:
        while expected is not None and line.day > expected.isoformat():
            yield BrokenSeal(expected.isoformat(), "missing seal")
            expected += ONE_DAY
        if line.previous != previous:
            yield BrokenSeal(line.day, "does not follow the seal before it")
        if seal_hash(line) != line.hash:
            yield BrokenSeal(line.day, "content was changed")
        previous, expected = line.hash, date.fromisoformat(line.day) + ONE_DAY


def differing(ours: Iterable[SealLine], kept: Iterable[SealLine]) -> Iterator[BrokenSeal]:
    """Where seals are not those that were published and kept elsewhere."""
    known = {line.day: line for line in ours}
    for line in kept:
        own = known.get(line.day)
        if own is None:
            yield BrokenSeal(line.day, "is gone, though it was published")
        elif own != line:
            yield BrokenSeal(line.day, "is not the seal that was published")
