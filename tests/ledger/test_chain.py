"""One chain: what its hashes cover, what of it may be shown, and what the seals say of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN, SYSTEM, Actor, ActorKind
from ledger.chain import Link, SealedLink, event_hash, faults_of, first_fault, open_part
from ledger.models import Event
from ledger.writing import Head, OutOfOrder, record
from tests.factories import MONDAY

DAY = timedelta(days=1)
FIRST = date(2026, 3, 2)
CLERK = Actor(ActorKind.STAFF, "李四", 7)
MOVES = ("submit", "accept", "assign", "reply", "close")


def chain(*steps: tuple[str, int], by: Actor = CLERK) -> list[Link]:
    """Events of the given moves, so many days after MONDAY."""
    events: list[Event] = []
    head: Head | None = None
    for move, days in steps:
        data = {"changes": {"inquiry.state": [None, move]}, "content": "c" * 64}
        shown = ("move", "content")
        head = record(
            "20260302-000001-1",
            after=head,
            at=MONDAY + days * DAY,
            by=CITIZEN if move == "submit" else by,
            move=move,
            data=data,
            into=events,
            shown=shown,
        )
    return [event.link() for event in events]


WHOLE = [(move, day) for day, move in enumerate(MOVES)]


def sealed(links: list[Link], *seqs: int) -> list[SealedLink]:
    """Each of these events the head sealed on its own day."""
    return [SealedLink(FIRST + (s - 1) * DAY, s, links[s - 1].hash) for s in seqs]


def named(links: list[Link], seals: list[SealedLink], until: int = 10) -> list[str]:
    return [f"{seq}: {reason}" for seq, reason in faults_of(links, seals, FIRST + until * DAY)]


def rehashed(links: list[Link], seq: int, **changes: Any) -> list[Link]:
    """An event changed, and all later hashes made to fit again: a clever forger's chain."""
    found = list(links)
    found[seq - 1] = replace(found[seq - 1], **changes)
    for i in range(seq - 1, len(found)):
        previous = found[i - 1].hash if i else "0" * 64
        found[i] = replace(found[i], previous=previous)
        found[i] = replace(found[i], hash=event_hash(found[i]))
    return found


def test_an_honest_chain_has_no_fault() -> None:
    links = chain(*WHOLE)
    assert first_fault(links) is None
    assert named(links, sealed(links, 1, 2, 3, 4, 5)) == []
    assert named(links, sealed(links, 1, 2, 3), until=2) == []


CHANGES: list[dict[str, Any]] = [
    {"at": MONDAY + 9 * DAY},
    {"actor_kind": "system"},
    {"actor_id": 8},
    {"actor_label": "王五"},
    {"move": "reject"},
    {"data": {"changes": {}, "content": "d" * 64}},
    {"case_number": "20260302-000002-9"},
    {"data": {"shown": ["gone"]}},
    {"data": None},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_whatever_is_changed_in_an_event_is_seen(change: dict[str, Any]) -> None:
    links = chain(*WHOLE)
    links[2] = replace(links[2], **change)
    assert first_fault(links) == (3, "content was changed")


def test_a_missing_a_moved_and_an_inserted_event_are_seen() -> None:
    links = chain(*WHOLE)
    assert first_fault(links[:2] + links[3:]) == (3, "missing event")
    assert first_fault(links[1:]) == (1, "missing event")
    other = chain(*WHOLE)
    assert first_fault([*links[:2], *other[2:]]) == (3, "does not follow the event before it")


def test_what_is_not_shown_cannot_be_guessed_from_the_open_part() -> None:
    """The same clerk doing the same thing twice leaves two different digests."""
    first, second = (open_part(chain(*WHOLE)[1]) for _ in range(2))
    assert first["kept"] != second["kept"]
    assert first["shown"] == {"move": "accept", "content": "c" * 64}
    assert "李四" not in str(first)


def test_an_event_cannot_be_dated_before_the_last() -> None:
    links = chain(("submit", 3))
    head = Head(1, links[0].hash, links[0].at)
    with pytest.raises(OutOfOrder, match="is before the last event"):
        record(
            links[0].case_number, after=head, at=MONDAY, by=CLERK, move="accept", data={}, into=[]
        )


# -- What only the seals can tell ------------------------------------------------------------


def test_a_tail_that_was_cut_off_is_named() -> None:
    links = chain(*WHOLE)
    assert named(links[:3], sealed(links, 1, 2, 3, 4, 5)) == [
        "4: the end of the chain was cut off: event 4 was sealed on 2026-03-05"
    ]


@pytest.mark.parametrize("change", [{"actor_label": "王五"}, {"move": "note"}], ids=str)
def test_a_chain_rewritten_to_fit_is_named(change: dict[str, Any]) -> None:
    links = chain(*WHOLE)
    forged = rehashed(links, 2, **change)
    assert first_fault(forged) is None
    assert named(forged, sealed(links, 1, 2, 3, 4, 5)) == [
        "2: is not the event that was sealed on 2026-03-03"
    ]


def test_a_reply_dated_back_and_rehashed_is_named_twice() -> None:
    links = chain(("submit", 0), ("accept", 1), ("reply", 8))
    forged = rehashed(links, 3, at=MONDAY + 2 * DAY)
    heads = [
        SealedLink(FIRST, 1, links[0].hash),
        SealedLink(FIRST + DAY, 2, links[1].hash),
        SealedLink(FIRST + 8 * DAY, 3, links[2].hash),
    ]
    assert first_fault(forged) is None
    assert named(forged, heads) == [
        "3: is not the event that was sealed on 2026-03-10",
        "3: dated back: dated 2026-03-04, first sealed on 2026-03-10",
    ]


def test_a_reply_entered_later_than_it_is_dated_is_named_before_and_after_its_seal() -> None:
    links = chain(("submit", 0), ("accept", 1), ("reply", 2))
    heads = sealed(links, 1, 2)
    assert named(links, heads, until=5) == [
        "3: dated back: dated 2026-03-04, in no seal up to 2026-03-07"
    ]
    late = [*heads, SealedLink(FIRST + 6 * DAY, 3, links[2].hash)]
    assert named(links, late) == ["3: dated back: dated 2026-03-04, first sealed on 2026-03-08"]


def test_the_clockwork_may_be_late_and_an_imported_case_too() -> None:
    swept = chain(("submit", 0), ("lapse", 2), by=SYSTEM)
    heads = [SealedLink(FIRST, 1, swept[0].hash), SealedLink(FIRST + 6 * DAY, 2, swept[1].hash)]
    assert named(swept, heads) == []
    imported = chain(*WHOLE)
    assert named(imported, [SealedLink(FIRST + 9 * DAY, 5, imported[-1].hash)]) == []
    assert named(imported, []) == []
