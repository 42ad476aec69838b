"""Replaying clocks of the past under a rule or calendar that was not in force. Pure.

Each line is one clock as it really ran: its start, its pauses, the units granted by extension and
the instant it ended. The clock is started again at the same instant under the proposal:

- pauses stand where they stood; one that begins after the new due instant changes nothing;
- extensions keep the units that were granted, up to the proposed cap if there is one; where the
  proposal counts in another unit, they are added to its due date in their own;
- the verdict is `met` if what was promised was done by the new due instant, `missed` if it was
  not, `open` if that instant is still to come or the clock stands still;
- a clock that ended without what it promised (withdrawn, referred, merged, returned) is missed if
  its due instant had passed by then, and otherwise left out, as in the on-time rate.

People would have worked otherwise under another rule; no replay knows how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sla.figures.rates import Rate
from sla.worktime import Calendar, Promise, WorktimeError, due

Pauses = Sequence[tuple[datetime, datetime | None]]


class Verdict(StrEnum):
    MET = "met"
    MISSED = "missed"
    OPEN = "open"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Rule:
    """An allowance: units, cut-off, and the most with extensions (None: as granted)."""

    unit: str
    amount: int
    cutoff: str
    cap: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One clock as it ran, and the calendar to replay it on.

    `before`: the verdict it really got. `done`: it ended because what it promised was done.
    `concerned`: the proposal would have applied to it.
    """

    number: str
    department: int | None
    started_at: datetime
    due_at: datetime | None
    rule: Rule
    calendar: Calendar
    before: Verdict
    concerned: bool
    pauses: Pauses = ()
    extra: int = 0
    ended_at: datetime | None = None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Flip:
    """A case whose verdict would have been another one."""

    number: str
    department: int | None
    before: Verdict
    after: Verdict
    due_before: datetime | None
    due_after: datetime | None


@dataclass(slots=True)
class Tally:
    """Verdicts counted."""

    counts: Counter[Verdict] = field(default_factory=Counter)

    def __getitem__(self, verdict: str) -> int:
        return self.counts[Verdict(verdict)]

    @property
    def met(self) -> int:
        return self.counts[Verdict.MET]

    @property
    def missed(self) -> int:
        return self.counts[Verdict.MISSED]

    @property
    def open(self) -> int:
        return self.counts[Verdict.OPEN]

    @property
    def on_time(self) -> Rate:
        """Met out of all judged."""
        return Rate(self.met, self.met + self.missed)


@dataclass(slots=True)
class Load:
    """What falls to one department, or to all, really and under the proposal."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)


@dataclass(slots=True)
class Comparison:
    """What a replay found. Of the flips only the first `most` are kept; `flipped` counts all, by
    (before, after). `moved`: due instants that would have been others."""

    most: int
    total: Load = field(default_factory=Load)
    departments: dict[int | None, Load] = field(default_factory=dict)
    flips: list[Flip] = field(default_factory=list)
    flipped: Counter[tuple[Verdict, Verdict]] = field(default_factory=Counter)
    looked: int = 0
    concerned: int = 0
    moved: int = 0

    @property
    def flips_in_all(self) -> int:
        return sum(self.flipped.values())

    @property
    def worse(self) -> int:
        """Cases that would have become misses."""
        return sum(n for (_, after), n in self.flipped.items() if after == Verdict.MISSED)

    @property
    def better(self) -> int:
        """Cases that would no longer have been misses."""
        return sum(n for (before, _), n in self.flipped.items() if before == Verdict.MISSED)

    def add(self, line: Line, after: Verdict, due_after: datetime | None) -> None:
        self.looked += 1
        self.concerned += line.concerned
        self.moved += due_after != line.due_at
        for load in (self.total, self.departments.setdefault(line.department, Load())):
            load.before.counts[line.before] += 1
            load.after.counts[after] += 1
        if after != line.before:
            self.flipped[line.before, after] += 1
            if len(self.flips) < self.most:
                flip = Flip(
                    line.number, line.department, line.before, after, line.due_at, due_after
                )
                self.flips.append(flip)


def replay(
    lines: Iterable[Line], proposed: Rule | None, now: datetime, *, most: int = 100
) -> Comparison:
    """Run the lines again under a rule (None: each under its own), as known at `now`. Memory does
    not grow with their number."""
    found = Comparison(most)
    for line in lines:
        if line.concerned:
            ends = due_under(line, proposed)
            found.add(line, verdict(line, ends, now), ends)
        else:
            found.add(line, line.before, line.due_at)
    return found


def due_under(line: Line, proposed: Rule | None) -> datetime | None:
    """When the clock would have been due; None while it stands still, or beyond the calendar."""
    calendar, rule, extra = line.calendar, proposed or line.rule, line.extra
    if proposed is not None and rule.cap is not None:
        extra = min(extra, max(0, rule.cap - rule.amount))
    try:
        if not extra or rule.unit == line.rule.unit:
            promise = Promise(rule.unit, rule.amount + extra, rule.cutoff)
            return due(calendar, promise, line.started_at, line.pauses)
        first = due(
            calendar, Promise(rule.unit, rule.amount, rule.cutoff), line.started_at, line.pauses
        )
        if first is None:
            return None
        return due(calendar, Promise(line.rule.unit, extra, rule.cutoff), first, line.pauses)
    except WorktimeError:
        return None


def verdict(line: Line, due_at: datetime | None, now: datetime) -> Verdict:
    """How the clock would stand with this due instant."""
    if line.ended_at is not None and line.done:
        in_time = due_at is None or line.ended_at <= due_at
        return Verdict.MET if in_time else Verdict.MISSED
    seen = line.ended_at or now
    if due_at is not None and due_at < seen:
        return Verdict.MISSED
    return Verdict.LEFT_OUT if line.ended_at is not None else Verdict.OPEN
