"""Proving that the figures, the clocks and the ledger agree with the cases.

Every check yields a `Difference` for each thing that does not agree, and nothing when all is
well. The checks read one snapshot and share no code with the writers they check, except the
definitions themselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import F, Sum

from accounts.models import Department
from ledger.checking import faults
from sla.measures import MEASURES, measures
from sla.models import Case, Clock, ClockPause, Delta, Rollup, Survey
from sla.part_checking import part_differences
from sla.recounting import lines
from sla.replay import Replay
from sla.streams import streams

CHUNK = 1000
KEYS = ("basis", "day", "department_id", "kind", "channel")

Progress = Callable[[str, int], None]
"""Told the name of a check and how many cases it has done so far."""


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


def silent(check: str, done: int) -> None:
    """For those who do not want to be told."""


def verify(progress: Progress = silent) -> Iterator[Difference]:
    """All differences, from all checks. Run it within `foundation.snapshot.snapshot`."""
    yield from check_figures(progress)
    yield from check_parts()
    yield from check_clocks(progress)
    yield from check_chains()
    for stream in streams():
        if stream.check is not None:
            yield from stream.check(progress)


Vector = list[int]
Place = tuple[str, str, date, int, str, str]
"""Grain, basis, day, department, kind, channel."""


def check_figures(progress: Progress = silent) -> Iterator[Difference]:
    """Recount all cases and compare with rollups and deltas, by day and by month."""
    counted = _counted(progress)
    written = _written()
    codes = dict(Department.objects.values_list("pk", "code"))
    nothing = [0] * len(MEASURES)
    for place in sorted({*counted, *written}):
        now, then = written.get(place, nothing), counted.get(place, nothing)
        grain, basis, day, department, kind, channel = place
        subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
        for measure, has, must in zip(MEASURES, now, then, strict=True):
            if has != must:
                yield Difference("figures", subject, f"{measure} is {has}, the cases say {must}")


def check_parts() -> Iterator[Difference]:
    """The same by topic, district and handler."""
    codes = dict(Department.objects.values_list("pk", "code"))
    for place, measure, has, must in part_differences():
        grain, basis, day, department, kind, channel, part, value = place
        subject = f"{grain} {basis} {day} {codes.get(department, '-')} {kind} {channel}"
        detail = f"{measure} is {has}, the cases say {must}"
        yield Difference("figures", f"{subject} {part} {value or '-'}", detail)


def _counted(progress: Progress) -> dict[Place, Vector]:
    index = {measure: place for place, measure in enumerate(MEASURES)}
    found: dict[Place, Vector] = defaultdict(lambda: [0] * len(MEASURES))
    done = 0
    for done, (_, line) in enumerate(lines(Case.objects.all()), start=1):
        for (key, measure), n in measures(line).items():
            rest = (key.department_id, key.kind, key.channel)
            found["day", key.basis, key.day, *rest][index[measure]] += n
            found["month", key.basis, key.day.replace(day=1), *rest][index[measure]] += n
        if done % CHUNK == 0:
            progress("figures", done)
    progress("figures", done)
    return found


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


def check_clocks(progress: Progress = silent) -> Iterator[Difference]:
    """Replay every clock from its rule, and compare each case line with its clocks."""
    rows = Case.objects.order_by("pk").iterator(chunk_size=CHUNK)
    replay, done = Replay(), 0
    while cases := list(islice(rows, CHUNK)):
        keys = [case.pk for case in cases]
        clocks = _by_case(Clock.objects.filter(case_id__in=keys).order_by("round", "pk"))
        surveys = _by_case(Survey.objects.filter(case_id__in=keys).order_by("round"))
        pauses: dict[int, list[ClockPause]] = defaultdict(list)
        for pause in ClockPause.objects.filter(clock__case_id__in=keys).order_by("since"):
            pauses[pause.clock_id].append(pause)
        for case in cases:
            own = clocks.get(case.pk, [])
            for detail in replay.faults(case, own, pauses, surveys.get(case.pk, [])):
                yield Difference("clocks", case.number, detail)
        done += len(cases)
        progress("clocks", done)


def _by_case(rows: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def check_chains() -> Iterator[Difference]:
    """Walk the hash chain of every case in the ledger."""
    for fault in faults():
        yield Difference("ledger", fault.case_number, f"event {fault.seq}: {fault.reason}")
