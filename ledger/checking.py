"""Reading the ledger back and proving it whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from ledger.chain import first_fault
from ledger.models import Event


@dataclass(frozen=True, slots=True)
class Fault:
    """The first broken link of a case."""

    case_number: str
    seq: int
    reason: str


def faults(case_number: str | None = None) -> Iterator[Fault]:
    """Yield the first fault of every broken chain, streaming in case order."""
    events = Event.objects.order_by("case_number", "seq")
    if case_number is not None:
        events = events.filter(case_number=case_number)
    for number, chain in groupby(events.iterator(chunk_size=2000), lambda e: e.case_number):
        fault = first_fault(event.link() for event in chain)
        if fault is not None:
            yield Fault(number, *fault)
