"""The hash chain of a case: what is hashed and how. Pure.

An event's hash covers its own content and the hash of the event before it, so that changing,
removing or inserting one breaks every later link.

The content has two parts. What the event's data lists under `shown` enters the hash in clear, and
may be given to the citizen whose case it is; everything else (who acted, what changed inside the
house) enters as one digest, salted so that it cannot be guessed. A citizen can thus check every
link of the own chain without being told more than the own page tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

GENESIS = "0" * 64
ZONE = ZoneInfo("Asia/Shanghai")
"""A day of the ledger is a civil day in China."""

SALT = "salt"
SHOWN = "shown"
MOVE = "move"
"""Keys of an event's data: the salt of its hidden part, and the names of what is shown. Of these
"move" stands for the event's move, any other for an entry of the data."""

SYSTEM = "system"
"""The clockwork's kind of actor: after a standstill it enters events late, at their instants."""

canonical = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
).encode
"""The one way a value is written before it is hashed."""


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


class SealedLink(NamedTuple):
    """Which event of a chain was its last one in the seal of a day."""

    day: date
    seq: int
    hash: str


class Broken(NamedTuple):
    """What is wrong with a chain, and at which event."""

    seq: int
    reason: str


def digest_text(text: str) -> str:
    """SHA-256 of a text, by which an event vouches for words kept elsewhere."""
    return hashlib.sha256(text.encode()).hexdigest()


def civil_day(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()


def written(instant: datetime) -> str:
    """An instant as hashes and proofs write it: UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def open_part(link: Link) -> dict[str, Any]:
    """What of an event its citizen may be given, and what its hash is made of."""
    shown = {
        name: link.move if name == MOVE else link.data[name] for name in link.data.get(SHOWN, ())
    }
    actor = [link.actor_kind, link.actor_id, link.actor_label]
    return {
        "case": link.case_number,
        "seq": link.seq,
        "at": written(link.at),
        "shown": shown,
        "kept": digest_text(canonical([actor, link.move, link.data])),
        "previous": link.previous,
    }


def event_hash(link: Link) -> str:
    """SHA-256 over the canonical JSON of the open part, which holds the digest of the rest."""
    return digest_text(canonical(open_part(link)))


def first_fault(links: Iterable[Link]) -> Broken | None:
    """The first broken link of one case's events, given in order."""
    return next(faults_of(links), None)


def faults_of(
    links: Iterable[Link], sealed: Sequence[SealedLink] = (), until: date | None = None
) -> Iterator[Broken]:
    """What is wrong with one case's events, given in order: with their links, then with what the
    daily seals (in order) say of them.

    `until` is the last day that has a seal; None when there is none yet.
    """
    chain = list(links)
    broken = _broken_link(chain)
    if broken is not None:
        yield broken
    if until is None:
        return
    by_seq = {link.seq: link for link in chain}
    rewritten = _rewritten(by_seq, chain[-1].seq if chain else 0, sealed)
    if rewritten is not None and (broken is None or rewritten.seq != broken.seq):
        yield rewritten
    yield from _dated_back(chain, sealed, until)


def _broken_link(chain: Sequence[Link]) -> Broken | None:
    previous, expected_seq = GENESIS, 1
    at: datetime | None = None
    for link in chain:
        if link.seq != expected_seq:
            return Broken(expected_seq, "missing event")
        if link.previous != previous:
            return Broken(link.seq, "does not follow the event before it")
        if not _hash_fits(link):
            return Broken(link.seq, "content was changed")
        if at is not None and link.at < at:
            return Broken(link.seq, "dated before the event before it")
        previous, at, expected_seq = link.hash, link.at, expected_seq + 1
    return None


def _hash_fits(link: Link) -> bool:
    try:
        return event_hash(link) == link.hash
    except (LookupError, TypeError, ValueError, AttributeError):
        # Data that cannot even be read the way it was written.
        return False


def _rewritten(by_seq: dict[int, Link], last: int, sealed: Sequence[SealedLink]) -> Broken | None:
    """The first event that a seal knows otherwise, although the chain may be whole in itself."""
    for day, seq, hash_ in sealed:
        link = by_seq.get(seq)
        if link is None and seq > last:
            return Broken(
                last + 1, f"the end of the chain was cut off: event {seq} was sealed on {day}"
            )
        if link is None or link.hash != hash_:
            return Broken(seq, f"is not the event that was sealed on {day}")
    return None


def _dated_back(
    chain: Sequence[Link], sealed: Sequence[SealedLink], until: date
) -> Iterator[Broken]:
    """People's events dated on a day that was sealed without them.

    A case that came into the ledger later than it is dated, as a whole, was imported and is no
    fault; the seal counts its events as late.
    """
    if not sealed:
        return
    begun, place = sealed[0].seq, 0
    for link in chain:
        if link.seq <= begun or link.actor_kind == SYSTEM:
            continue
        while place < len(sealed) and sealed[place].seq < link.seq:
            place += 1
        day = civil_day(link.at)
        if place == len(sealed):
            if day <= until:
                yield Broken(link.seq, f"dated back: dated {day}, in no seal up to {until}")
        elif day < sealed[place].day:
            found = sealed[place].day
            yield Broken(link.seq, f"dated back: dated {day}, first sealed on {found}")
