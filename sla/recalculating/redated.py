"""What the floors above want to do when a change moves dates of their cases.

As with `sla.listeners`, each stream registers its own ear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Moved(NamedTuple):
    """A due instant that moved; None where it is unknown because the clock stands still."""

    target: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Redated:
    """A case some of whose dates have just moved, the place of that in its ledger, and why.

    `provisional`: whether the date of its reply may move again.
    """

    case_id: int
    stream: str
    number: str
    provisional: bool
    moved: tuple[Moved, ...]
    seq: int
    reason: str


Ear = Callable[[Sequence[Redated], datetime], None]
_ears: dict[str, Ear] = {}


def register(stream: str, ear: Ear) -> None:
    """Have `ear(redated, now)` called within the transaction that moves the dates."""
    _ears[stream] = ear


def tell(redated: Sequence[Redated], now: datetime) -> None:
    """Hand each stream its own cases."""
    for stream, ear in _ears.items():
        own = [one for one in redated if one.stream == stream]
        if own:
            ear(own, now)
