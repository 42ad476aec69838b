"""The fast way to prove a chain makes the same bytes as the definition, and never says whole of
what the definition calls broken."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import Link, SealedLink, civil_day, event_hash, faults_of
from ledger.swift import Days, Row, fits_seals, link_hash, told_by
from tests.ledger.test_chain import DAY, FIRST, MOVES, WHOLE, chain, rehashed, sealed

NUMBER = "20260302-000001-1"
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | WORDS
DATA = st.dictionaries(
    WORDS,
    st.recursive(
        PLAIN, lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner), max_leaves=8
    ),
)
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))


def row_of(link: Link, tail: str = "+00") -> Row:
    at = f"{link.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}{tail}"
    actor = (link.actor_kind, link.actor_id, link.actor_label)
    text = json.dumps(link.data, ensure_ascii=False)
    return (link.seq, at, *actor, link.move, text, link.previous, link.hash, link.case_number)


@given(
    data=DATA, at=INSTANTS, label=WORDS, actor=st.none() | st.integers(1, 2**63 - 1), number=WORDS
)
def test_both_ways_hash_alike(
    data: dict[str, Any], at: datetime, label: str, actor: int | None, number: str
) -> None:
    data |= {"shown": ["move", *sorted(data)[:2]], "salt": "s"}
    link = Link(
        number, 1, at.replace(microsecond=0), "staff", actor, label, "note", data, "0" * 64, ""
    )
    row = row_of(link)
    fast = link_hash(number, 1, row[1], ("staff", actor, label), "note", data, "0" * 64)
    assert fast == event_hash(link)
    assert told_by(number, [row_of(replace(link, hash=fast))]) is not None


@pytest.mark.parametrize("odd", [1e16, 1e-7, 2**70, -0.0, 1.5])
def test_numbers_that_are_written_otherwise_are_never_taken_for_others(odd: float) -> None:
    """Such a chain may look broken here; then the definition is asked."""
    (link,) = chain(("submit", 0))
    data = {**link.data, "odd": odd}
    link = replace(link, data=data, hash=event_hash(replace(link, data=data)))
    for other in (odd, 1, 2**70 + 1, 1.0000001e16):
        row = row_of(replace(link, data={**data, "odd": other}))
        if told_by(link.case_number, [row]) is not None:
            assert other == odd


BREAKING: dict[str, Any] = {
    "nothing": {},
    "seq": {"seq": 9},
    "at": {"at": datetime(2026, 3, 5, tzinfo=UTC)},
    "actor_kind": {"actor_kind": "system"},
    "actor_id": {"actor_id": 8},
    "actor_label": {"actor_label": "x"},
    "move": {"move": "note"},
    "data": {"data": {"changes": {}}},
    "previous": {"previous": "1" * 64},
    "hash": {"hash": "1" * 64},
}


@pytest.mark.parametrize("place", range(len(MOVES)))
@pytest.mark.parametrize("name", BREAKING)
@pytest.mark.parametrize("mended", [False, True])
@pytest.mark.parametrize("until", [None, 2, 9])
def test_both_ways_find_the_same_chains_whole(
    name: str, place: int, mended: bool, until: int | None
) -> None:
    links = chain(*WHOLE)
    seals = sealed(links, *(range(1, 6) if until == 9 else (1, 2)))
    if mended and name != "seq":
        links = rehashed(links, place + 1, **BREAKING[name])
    else:
        links[place] = replace(links[place], **BREAKING[name])
    compare(links, seals, None if until is None else FIRST + until * DAY)


@pytest.mark.parametrize("gone", range(len(MOVES)))
def test_both_ways_miss_an_event_that_is_gone(gone: int) -> None:
    links = chain(*WHOLE)
    seals = sealed(links, *range(1, 6))
    compare(links[:gone] + links[gone + 1 :], seals, FIRST + 9 * DAY)
    compare([], seals, FIRST + 9 * DAY)


def compare(links: list[Link], seals: list[SealedLink], until: date | None) -> None:
    links = sorted(links, key=lambda link: link.seq)
    broken = list(faults_of(links, seals, until))
    rows = sorted(row_of(link) for link in links)
    whole = told_by(NUMBER, rows) is not None and fits_seals(rows, seals, until, Days())
    assert whole == (not broken)


def test_a_chain_of_another_case_is_not_whole() -> None:
    rows = [row_of(link) for link in chain(*WHOLE)]
    assert told_by(NUMBER, rows) is not None
    assert told_by("20260302-000002-1", rows) is None


@given(INSTANTS)
def test_days_are_civil_days(at: datetime) -> None:
    days = Days()
    for moment in (at, at + timedelta(minutes=7), at.replace(minute=59, second=59)):
        assert days.of(f"{moment:%Y-%m-%d %H:%M:%S}") == civil_day(moment)
