"""The hash chain of a case: what is hashed and how. Pure.

An event's hash covers its own content and the hash of the event before it, so that changing,
removing or inserting one breaks every later link.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    """One event as the chain sees it."""

    case_number: str
    seq: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    actor_label: str
    move: str
    data: dict[str, Any]
    previous: str
    hash: str


def digest_text(text: str) -> str:
    """SHA-256 of a text, by which an event vouches for words kept elsewhere."""
    return hashlib.sha256(text.encode()).hexdigest()


def event_hash(link: Link) -> str:
    """SHA-256 over the canonical JSON of everything in the event but its own hash."""
    body = {
        "case": link.case_number,
        "seq": link.seq,
        "at": link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "actor": [link.actor_kind, link.actor_id, link.actor_label],
        "move": link.move,
        "data": link.data,
        "previous": link.previous,
    }
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_fault(links: Iterable[Link]) -> tuple[int, str] | None:
    """Walk one case's events in order; return (seq, what is wrong) of the first broken link."""
    previous, expected_seq = GENESIS, 1
    at: datetime | None = None
    for link in links:
        if link.seq != expected_seq:
            return expected_seq, "missing event"
        if link.previous != previous:
            return link.seq, "does not follow the event before it"
        if event_hash(link) != link.hash:
            return link.seq, "content was changed"
        if at is not None and link.at < at:
            return link.seq, "dated before the event before it"
        previous, at, expected_seq = link.hash, link.at, expected_seq + 1
    return None
