"""What a citizen is given to check their own case with, without trusting this system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from ledger.chain import open_part, written
from ledger.merkle import path_of
from ledger.models import Event, Seal, SealedHead

FORMAT = "huiying-proof-1"


def fingerprint(case_number: str) -> str:
    """The hash of a case's first event, which its receipt carries; "" if there is no such case."""
    first = Event.objects.filter(case_number=case_number, seq=1)
    return first.values_list("hash", flat=True).first() or ""


def proof_of(case_number: str, now: datetime) -> dict[str, Any] | None:
    """The proof of a case as JSON keeps it; None if the ledger knows no such case.

    Its events with what of them is shown, the path from each sealed head to the root of its day,
    and the seals from the first of these days on. What happened since the last seal is in the
    chain, but in no seal yet.
    """
    events = [event.link() for event in Event.objects.filter(case_number=case_number)]
    if not events:
        return None
    heads = list(SealedHead.objects.filter(case_number=case_number).order_by("seq"))
    seals = Seal.objects.filter(day__gte=heads[0].day) if heads else Seal.objects.none()
    lines = [seal.line() for seal in seals.order_by("day")]
    sizes = {line.day: line.cases for line in lines}
    return {
        "format": FORMAT,
        "case": case_number,
        "made_at": written(now),
        "events": [{**open_part(link), "hash": link.hash} for link in events],
        "sealed": [_sealed(head, sizes[head.day.isoformat()]) for head in heads],
        "seals": [line.as_data() for line in lines],
    }


def _sealed(head: SealedHead, size: int) -> dict[str, Any]:
    path = path_of(_leaves(head.day), head.place, size)
    return {
        "day": head.day.isoformat(),
        "seq": head.seq,
        "hash": head.hash,
        "place": head.place,
        "path": [beside.hex() for beside in path],
    }


def _leaves(day: date) -> Iterator[bytes]:
    heads = SealedHead.objects.filter(day=day).order_by("place")
    for hash_ in heads.values_list("hash", flat=True).iterator(chunk_size=5000):
        yield bytes.fromhex(hash_)
