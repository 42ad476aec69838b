"""The only door into the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max

from accounts.actors import Actor
from ledger.chain import GENESIS, SALT, SHOWN, Link, event_hash
from ledger.models import Event

SALT_BYTES = 16


class OutOfOrder(Exception):
    """An event dated before the last one of its case was refused."""


class Head(NamedTuple):
    """The last event of a case's chain."""

    seq: int
    hash: str
    at: datetime


def head_of(case_number: str) -> Head | None:
    """The end of a case's chain; None before its first event."""
    last = (
        Event.objects.filter(case_number=case_number)
        .order_by("-seq")
        .values_list("seq", "hash", "at")
        .first()
    )
    return Head(*last) if last else None


def heads_of(case_numbers: Collection[str]) -> dict[str, Head]:
    """The ends of many chains by case number, none for a case without events. Two queries."""
    chains = Event.objects.filter(case_number__in=case_numbers).order_by().values("case_number")
    last = dict(chains.annotate(last=Max("seq")).values_list("case_number", "last"))
    ends = Event.objects.filter(case_number__in=last, seq__in=set(last.values()))
    rows = ends.order_by().values_list("case_number", "seq", "hash", "at")
    return {number: Head(seq, hash_, at) for number, seq, hash_, at in rows if seq == last[number]}


def record(
    case_number: str,
    *,
    after: Head | None,
    at: datetime,
    by: Actor,
    move: str,
    data: dict[str, Any],
    into: list[Event],
    shown: Sequence[str] = (),
) -> Head:
    """Put an event for a case's chain, to follow its head, into a list; return the new head.

    `shown` names what the case's citizen may be given of it: "move", or entries of the data. The
    rest is hashed with a salt.

    The caller writes the list, and holds the case's row lock since it read the head, so that no
    two events can claim the same place. Raises OutOfOrder.
    """
    if after is not None and at < after.at:
        raise OutOfOrder(f"{case_number}: {move} at {at} is before the last event at {after.at}")
    data = {**data, SALT: secrets.token_hex(SALT_BYTES)}
    if shown:
        data[SHOWN] = list(shown)
    seq, previous = (after.seq + 1, after.hash) if after else (1, GENESIS)
    link = Link(case_number, seq, at, by.kind, by.user_id, by.label, move, data, previous, "")
    link = replace(link, hash=event_hash(link))
    into.append(
        Event(
            case_number=case_number,
            seq=seq,
            at=at,
            actor_kind=link.actor_kind,
            actor_id=link.actor_id,
            actor_label=link.actor_label,
            move=move,
            data=data,
            previous=previous,
            hash=link.hash,
        )
    )
    return Head(seq, link.hash, at)
