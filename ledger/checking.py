"""Reading the ledger and its seals back and proving them whole. Streams, in fixed memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice

from django.db.models import Exists, Max, OuterRef

from foundation.stamps import text_of
from ledger.chain import Link, SealedLink, faults_of
from ledger.merkle import Tree
from ledger.models import Event, Seal, SealedHead
from ledger.seal import BrokenSeal, SealLine, faults_of_seals
from ledger.swift import Row

CHUNK = 500
"""Chains that are looked at together."""

COLUMNS = (
    "case_number",
    "seq",
    "at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "move",
    "data",
    "previous",
    "hash",
)
GONE = "all events are gone"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the chain of a case, and at which event."""

    case_number: str
    seq: int
    reason: str


def faults(case_number: str | None = None) -> Iterator[Fault]:
    """Yield what is wrong with every chain, or with one."""
    until = last_sealed_day()
    events = Event.objects.order_by("case_number", "seq")
    if case_number is not None:
        events = events.filter(case_number=case_number)
    links = (Link(*row) for row in events.values_list(*COLUMNS).iterator(chunk_size=2000))
    chains = ((number, list(chain)) for number, chain in groupby(links, lambda k: k.case_number))
    while chunk := dict(islice(chains, CHUNK)):
        yield from faults_in(chunk, until)
    yield from gone(case_number)


def faults_in(chains: Mapping[str, Sequence[Link]], until: date | None) -> Iterator[Fault]:
    """What is wrong with a few chains, by the numbers of their cases; `until` is the last day that
    has a seal."""
    sealed = sealed_links(list(chains))
    for number, chain in chains.items():
        for broken in faults_of(chain, sealed.get(number, ()), until):
            yield Fault(number, *broken)


Chains = dict[str, list[Row]]


def rows_of(numbers: Sequence[str]) -> Chains:
    """The events of cases by number, as `ledger.swift` takes them, in no order."""
    found: Chains = defaultdict(list)
    actor = ("actor_kind", "actor_id", "actor_label")
    columns = ("seq", text_of("at"), *actor, "move", text_of("data"), "previous", "hash")
    for some in _in_chunks(numbers):
        events = Event.objects.filter(case_number__in=some).order_by()
        for row in events.values_list(*columns, "case_number"):
            found[row[-1]].append(row)
    return found


def _in_chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(numbers), CHUNK):
        yield numbers[first : first + CHUNK]


def chains_of(numbers: Iterable[str]) -> dict[str, list[Link]]:
    """The chains of a few cases; those without an event are missing."""
    found: dict[str, list[Link]] = defaultdict(list)
    events = Event.objects.filter(case_number__in=list(numbers)).order_by("case_number", "seq")
    for row in events.values_list(*COLUMNS):
        found[row[0]].append(Link(*row))
    return found


def last_sealed_day() -> date | None:
    last: date | None = Seal.objects.aggregate(last=Max("day"))["last"]
    return last


def sealed_links(numbers: Sequence[str]) -> dict[str, list[SealedLink]]:
    """What the seals know of these cases' chains, in order."""
    found: dict[str, list[SealedLink]] = defaultdict(list)
    for some in _in_chunks(numbers):
        heads = SealedHead.objects.filter(case_number__in=some).order_by("seq")
        for number, day, seq, hash_ in heads.values_list("case_number", "day", "seq", "hash"):
            found[number].append(SealedLink(day, seq, hash_))
    return found


def gone(case_number: str | None = None) -> Iterator[Fault]:
    """Chains that were sealed and of which no event is left."""
    left = Event.objects.filter(case_number=OuterRef("case_number"))
    heads = SealedHead.objects.filter(~Exists(left))
    if case_number is not None:
        heads = heads.filter(case_number=case_number)
    for number in heads.order_by("case_number").values_list("case_number", flat=True).distinct():
        yield Fault(number, 1, GONE)


def seal_lines() -> Iterator[SealLine]:
    """All seals, oldest first, streamed."""
    for each in Seal.objects.order_by("day").iterator(chunk_size=2000):
        yield each.line()


def seal_faults() -> Iterator[BrokenSeal]:
    """What is wrong with the seals: with their chain, and with the heads kept for each."""
    yield from faults_of_seals(seal_lines())
    heads = SealedHead.objects.order_by("day", "place").values_list("day", "place", "hash")
    kept = groupby(heads.iterator(chunk_size=5000), lambda row: row[0])
    trees = ((day, _tree(rows)) for day, rows in kept)
    found = next(trees, None)
    for line in seal_lines():
        while found is not None and found[0].isoformat() < line.day:
            yield BrokenSeal(found[0].isoformat(), "chain heads are kept for it, but no seal")
            found = next(trees, None)
        tree = Tree()
        if found is not None and found[0].isoformat() == line.day:
            tree, found = found[1], next(trees, None)
        if tree.size != line.cases:
            detail = f"covers {line.cases} cases, {tree.size} chain heads are kept for it"
            yield BrokenSeal(line.day, detail)
        elif tree.root().hex() != line.root:
            yield BrokenSeal(line.day, "the chain heads kept for it have another root")
    while found is not None:
        yield BrokenSeal(found[0].isoformat(), "chain heads are kept for it, but no seal")
        found = next(trees, None)


def _tree(rows: Iterable[tuple[date, int, str]]) -> Tree:
    tree = Tree()
    for _, _, hash_ in rows:
        try:
            tree.add(bytes.fromhex(hash_))
        except ValueError:
            # No hash at all; then the root cannot be the sealed one either.
            tree.add(hash_.encode())
    return tree
