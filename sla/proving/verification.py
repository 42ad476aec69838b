"""Proving that the figures, the clocks and the ledger agree with the cases.

Every check yields a `Difference` for each thing that does not agree, and nothing when all is
well. The checks read one snapshot and share no code with the writers they check, except the
definitions themselves.

Cases are looked at batch by batch, each row once, so memory does not grow with them; slices of
cases can be looked at by several processes at once (`sla.proving.slicing`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from accounts.models import Department
from ledger.chain import Link
from ledger.checking import chains_of, faults_in, gone, last_sealed_day, seal_faults, seal_lines
from ledger.models import Event
from ledger.seal import SealLine, differing
from sla.figures.measures import PARTS
from sla.models import Case, Clock, ClockPause, Survey
from sla.proving.figure_checking import WHOLE, figure_faults, ledger_faults
from sla.proving.replay import Replay
from sla.proving.sifting import PLACE, Sieve
from sla.proving.slicing import Slice, acyclic, shared, slices
from sla.proving.tally import Tally
from sla.proving.total_checking import total_faults
from sla.streams import streams

BATCH = 500
STREAM = PLACE["stream"]

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
    """What came of a piece of the work; the last of a process brings all it counted."""

    cases: int = 0
    differences: list[Difference] = field(default_factory=list)
    retold: Tally = field(default_factory=Tally)


def verify(
    progress: Progress = silent,
    published: Sequence[SealLine] = (),
    jobs: int = 1,
    *,
    whole: bool = False,
) -> Iterator[Difference]:
    """All differences, from all checks. Run it within `foundation.snapshot.snapshot`.

    The figures are recounted in two ways: from the case lines, in the database; and from what the
    streams retell from the ledger, by `sla.figures.measures`. Every case is gone through fast, and
    looked at closely if it was not found in order (`sla.proving.sifting`); with `whole`, every case
    is looked at closely. `published` are seals that were kept outside this database. `jobs`: how
    many processes share the work, see `sla.proving.slicing`.
    """
    retold, done = Tally(), 0
    pieces: list[Piece] = [*FIGURES, Seals(), *slices()]
    for found in shared(Looking if whole else Sifting, pieces, jobs):
        yield from found.differences
        retold.merge(found.retold)
        done += found.cases
        if found.cases:
            progress(done)
    yield from _recounted(retold)
    yield from check_totals()
    yield from _without_case()
    yield from check_seals(published)


class Part(NamedTuple):
    """The figures by topic, district or handler, or the WHOLE of them."""

    name: str


class Seals(NamedTuple):
    """The chain of the seals, and the heads kept for each."""


Piece = Slice | Part | Seals
FIGURES = tuple(Part(name) for name in (WHOLE, *PARTS))


class Looking:
    """Looks closely at every case."""

    def __init__(self) -> None:
        self._replay, self._until = Replay(), last_sealed_day()
        self._retold = Tally()

    def work(self, piece: Piece) -> Findings:
        match piece:
            case Part(name):
                return Findings(differences=list(check_part(name)))
            case Seals():
                return Findings(differences=[Difference("seals", *one) for one in seal_faults()])
            case Slice():
                return self._slice(piece)

    def rest(self) -> Findings:
        return Findings(retold=self._retold)

    def _slice(self, part: Slice) -> Findings:
        rows = Case.objects.filter(pk__gte=part.first, pk__lte=part.last)
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return Findings(len(keys), list(self._look_at(keys)))

    def _look_at(self, keys: Sequence[int]) -> Iterator[Difference]:
        """Check cases, each against its clocks, its chain and its stream's rows."""
        for batch in batches(keys):
            yield from _clocks(batch, self._replay)
            for fault in faults_in(batch.chains, self._until):
                detail = f"event {fault.seq}: {fault.reason}"
                yield Difference("ledger", fault.case_number, detail)
            for stream in streams():
                if stream.check is not None:
                    yield from stream.check(batch, self._retold)


class Sifting(Looking):
    """Goes through the cases fast, and looks closely at those that were not found in order."""

    def __init__(self) -> None:
        super().__init__()
        self._sieve = Sieve()

    def _slice(self, part: Slice) -> Findings:
        with acyclic():
            cases, odd = self._sift(part)
        return Findings(cases, list(self._look_at(sorted(odd))))

    def _sift(self, part: Slice) -> tuple[int, set[int]]:
        """How many cases a slice has, and the keys of those that were not found in order."""
        lot, odd = self._sieve.lot(part)
        cases = len(lot.cases) + len(odd)
        sifted = {stream.code: stream.sift for stream in streams() if stream.sift is not None}
        odd |= {pk for pk, case in lot.cases.items() if case[STREAM] not in sifted}
        for sift in sifted.values():
            odd.update(sift(lot, self._retold))
        return cases, odd


def batches(keys: Sequence[int]) -> Iterator[Batch]:
    """All there is of cases, a few at a time."""
    for first in range(0, len(keys), BATCH):
        some = keys[first : first + BATCH]
        cases = list(Case.objects.filter(pk__in=some).order_by("pk"))
        pauses: dict[int, list[ClockPause]] = defaultdict(list)
        for pause in ClockPause.objects.filter(clock__case_id__in=some).order_by("since"):
            pauses[pause.clock_id].append(pause)
        yield Batch(
            cases,
            _by_case(Clock.objects.filter(case_id__in=some).order_by("round", "pk")),
            pauses,
            _by_case(Survey.objects.filter(case_id__in=some).order_by("round")),
            chains_of(case.number for case in cases),
        )


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _clocks(batch: Batch, replay: Replay) -> Iterator[Difference]:
    """Replay every clock from its rule, and compare each line with its clocks."""
    for case in batch.cases:
        clocks, surveys = batch.clocks.get(case.pk, []), batch.surveys.get(case.pk, [])
        for detail in replay.faults(case, clocks, batch.pauses, surveys):
            yield Difference("clocks", case.number, detail)


def check_figures() -> Iterator[Difference]:
    """Only the figures against the case lines."""
    for part in FIGURES:
        yield from check_part(part.name)


def check_part(part: str) -> Iterator[Difference]:
    """The figures by topic, district or handler, or the WHOLE of them, against the case lines."""
    codes = _codes()
    for place, measure, has, must in figure_faults(part):
        grain, basis, day, department, kind, channel, _, value = place
        subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
        if part:
            subject = f"{subject} {part} {value or '-'}"
        yield Difference("figures", subject, f"{measure} is {has}, the cases say {must}")


def _codes() -> dict[int, str]:
    return dict(Department.objects.values_list("pk", "code"))


def check_totals() -> Iterator[Difference]:
    """That the totals of days and of months are what the rows of their keys add up to."""
    codes = _codes()
    for grain, (basis, day, *own), measure, has, must in total_faults():
        subject = " ".join([grain, basis, str(day), *(codes.get(pk, "-") for pk in own)])
        yield Difference("figures", subject, f"{measure} is {has}, the keys say {must}")


def _recounted(retold: Tally) -> Iterator[Difference]:
    """Where the figures differ from a recount after the ledger, by day and by month."""
    codes = _codes()
    for grain, tally in (("day", retold), ("month", retold.by_month())):
        for place, measure, has, must in ledger_faults(grain, tally):
            basis, day, department, kind, channel = place
            subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
            yield Difference("recount", subject, f"{measure} is {has}, the ledger says {must}")


def _without_case() -> Iterator[Difference]:
    """Chains that no case line goes with, and chains that were sealed and are gone."""
    for fault in gone():
        yield Difference("ledger", fault.case_number, f"event {fault.seq}: {fault.reason}")
    cases = Case.objects.filter(number=OuterRef("case_number"))
    orphans = Event.objects.filter(~Exists(cases), seq=1).order_by("case_number")
    for number in orphans.values_list("case_number", flat=True).iterator():
        yield Difference("ledger", number, "its case line is gone")


def check_seals(published: Sequence[SealLine]) -> Iterator[Difference]:
    """Compare with seals kept elsewhere."""
    if published:
        for broken in differing(seal_lines(), published):
            yield Difference("seals", *broken)
