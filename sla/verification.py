"""Proving that the figures, the clocks and the ledger agree with the cases.

Every check yields a `Difference` for each thing that does not agree, and nothing when all is
well. The checks read one snapshot and share no code with the writers they check, except the
definitions themselves.

Cases are looked at batch by batch, each row once, so memory does not grow with them; slices of
cases can be looked at by several processes at once (`sla.slicing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Sum

from accounts.models import Department
from ledger.chain import Link
from ledger.checking import chains_of, faults_in, gone, last_sealed_day, seal_faults, seal_lines
from ledger.models import Event
from ledger.seal import SealLine, differing
from sla.measures import MEASURES, Cell, measures
from sla.models import Case, Clock, ClockPause, Delta, Rollup, Survey
from sla.part_checking import part_differences
from sla.recording import line_of
from sla.recounting import lines
from sla.replay import Replay
from sla.slicing import Slice, in_slices
from sla.streams import streams

KEYS = ("basis", "day", "department_id", "kind", "channel")
BATCH = 500

Progress = Callable[[int], None]
"""Told how many cases have been looked at so far."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it must be: which check saw it, where, and what."""

    check: str
    subject: str
    detail: str

    def as_data(self) -> dict[str, str]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}: {self.detail}"


def silent(done: int) -> None:
    """For those who do not want to be told."""


Vector = list[int]
Place = tuple[str, str, date, int, str, str]
"""Grain, basis, day, department, kind, channel."""


class Tally:
    """The counts of many cases, added up."""

    def __init__(self) -> None:
        self._counts: dict[Cell, int] = defaultdict(int)

    def add(self, counts: Mapping[Cell, int]) -> None:
        for cell, n in counts.items():
            self._counts[cell] += n

    def merge(self, other: Tally) -> None:
        self.add(other._counts)

    def places(self) -> dict[Place, Vector]:
        """The counts by day and by month, as they must be written."""
        index = {measure: place for place, measure in enumerate(MEASURES)}
        found: dict[Place, Vector] = defaultdict(lambda: [0] * len(MEASURES))
        for (key, measure), n in self._counts.items():
            rest = (key.department_id, key.kind, key.channel)
            found["day", key.basis, key.day, *rest][index[measure]] += n
            found["month", key.basis, key.day.replace(day=1), *rest][index[measure]] += n
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """A few cases with all that supervision and the ledger have of them, by key or number."""

    cases: Sequence[Case]
    clocks: Mapping[int, list[Clock]]
    pauses: Mapping[int, list[ClockPause]]
    surveys: Mapping[int, list[Survey]]
    chains: Mapping[str, list[Link]]


@dataclass(slots=True)
class Findings:
    """What came of looking at a slice of the cases."""

    cases: int
    differences: list[Difference]
    counted: Tally
    retold: Tally


def verify(
    progress: Progress = silent, published: Sequence[SealLine] = (), jobs: int = 1
) -> Iterator[Difference]:
    """All differences, from all checks. Run it within `foundation.snapshot.snapshot`.

    The figures are recounted in two ways that share nothing but the definitions: from the case
    lines, and from lines that the streams retell from the ledger. `published` are seals that were
    kept outside this database. `jobs`: how many processes share the work, see `sla.slicing`.
    """
    counted, retold, done = Tally(), Tally(), 0
    for found in in_slices(look_at, jobs):
        yield from found.differences
        counted.merge(found.counted)
        retold.merge(found.retold)
        done += found.cases
        progress(done)
    written = _written()
    yield from _compare("figures", counted, written, "the cases say")
    yield from _compare("recount", retold, written, "the ledger says")
    yield from check_parts()
    yield from _without_case()
    yield from check_seals(published)


def look_at(part: Slice) -> Findings:
    """Check the cases of a slice, each against its clocks, its chain and its stream's rows."""
    found = Findings(0, [], Tally(), Tally())
    replay, until = Replay(), last_sealed_day()
    for batch in _batches(part):
        found.cases += len(batch.cases)
        found.differences += _clocks(batch, replay, found.counted)
        for fault in faults_in(batch.chains, until):
            detail = f"event {fault.seq}: {fault.reason}"
            found.differences.append(Difference("ledger", fault.case_number, detail))
        for stream in streams():
            if stream.check is not None:
                found.differences += stream.check(batch, found.retold)
    return found


def _batches(part: Slice) -> Iterator[Batch]:
    first = part.first
    rows = Case.objects.order_by("pk")
    while cases := list(rows.filter(pk__gte=first, pk__lte=part.last)[:BATCH]):
        first = cases[-1].pk + 1
        keys = [case.pk for case in cases]
        pauses: dict[int, list[ClockPause]] = defaultdict(list)
        for pause in ClockPause.objects.filter(clock__case_id__in=keys).order_by("since"):
            pauses[pause.clock_id].append(pause)
        yield Batch(
            cases,
            _by_case(Clock.objects.filter(case_id__in=keys).order_by("round", "pk")),
            pauses,
            _by_case(Survey.objects.filter(case_id__in=keys).order_by("round")),
            chains_of(case.number for case in cases),
        )


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _clocks(batch: Batch, replay: Replay, counted: Tally) -> Iterator[Difference]:
    """Replay every clock from its rule, compare each line with its clocks, and count it."""
    for case in batch.cases:
        clocks, surveys = batch.clocks.get(case.pk, []), batch.surveys.get(case.pk, [])
        counted.add(measures(line_of(case, surveys)))
        for detail in replay.faults(case, clocks, batch.pauses, surveys):
            yield Difference("clocks", case.number, detail)


def check_figures() -> Iterator[Difference]:
    """Only the figures against the case lines."""
    counted = Tally()
    for _, line in lines(Case.objects.all()):
        counted.add(measures(line))
    yield from _compare("figures", counted, _written(), "the cases say")


def _compare(
    check: str, tally: Tally, written: Mapping[Place, Vector], who: str
) -> Iterator[Difference]:
    """Where the rollups and deltas differ from a recount, by day and by month."""
    codes = dict(Department.objects.values_list("pk", "code"))
    counted = tally.places()
    nothing = [0] * len(MEASURES)
    for place in sorted({*counted, *written}):
        now, then = written.get(place, nothing), counted.get(place, nothing)
        grain, basis, day, department, kind, channel = place
        subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
        for measure, has, must in zip(MEASURES, now, then, strict=True):
            if has != must:
                yield Difference(check, subject, f"{measure} is {has}, {who} {must}")


def check_parts() -> Iterator[Difference]:
    """The same by topic, district and handler."""
    codes = dict(Department.objects.values_list("pk", "code"))
    for place, measure, has, must in part_differences():
        grain, basis, day, department, kind, channel, part, value = place
        subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
        detail = f"{measure} is {has}, the cases say {must}"
        yield Difference("figures", f"{subject} {part} {value or '-'}", detail)


def _written() -> dict[Place, Vector]:
    found: dict[Place, Vector] = defaultdict(lambda: [0] * len(MEASURES))

    def add(place: Place, counts: tuple[int, ...]) -> None:
        found[place] = [a + b for a, b in zip(found[place], counts, strict=True)]

    for grain, basis, day, department, kind, channel, *counts in Rollup.objects.values_list(
        "grain", *KEYS, *MEASURES
    ).iterator():
        add((grain, basis, day, department, kind, channel), tuple(counts))
    sums = {f"sum_{measure}": Sum(F(measure)) for measure in MEASURES}
    deltas = Delta.objects.values(*KEYS).annotate(**sums)
    for basis, day, department, kind, channel, *counts in deltas.values_list(*KEYS, *sums):
        add(("day", basis, day, department, kind, channel), tuple(counts))
        add(("month", basis, day.replace(day=1), department, kind, channel), tuple(counts))
    return found


def _without_case() -> Iterator[Difference]:
    """Chains that no case line goes with, and chains that were sealed and are gone."""
    for fault in gone():
        yield Difference("ledger", fault.case_number, f"event {fault.seq}: {fault.reason}")
    cases = Case.objects.filter(number=OuterRef("case_number"))
    orphans = Event.objects.filter(~Exists(cases), seq=1).order_by("case_number")
    for number in orphans.values_list("case_number", flat=True).iterator():
        yield Difference("ledger", number, "its case line is gone")


def check_seals(published: Sequence[SealLine] = ()) -> Iterator[Difference]:
    """Walk the chain of the seals, recompute their roots, compare with seals kept elsewhere."""
    for broken in seal_faults():
        yield Difference("seals", *broken)
    if published:
        for broken in differing(seal_lines(), published):
            yield Difference("seals", *broken)
