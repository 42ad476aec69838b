"""What a report is composed of: the figures of one period, gathered and fixed. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sla.figures.definitions import Definition, chosen
from sla.figures.intervals import FEW
from sla.figures.measures import ZONE
from sla.figures.periods import Period
from sla.figures.rates import Rate, rates
from sla.reports.words import Both

Counts = dict[str, int]
Rated = Callable[[Counts], dict[str, Rate]]
"""From counts to rates, as one report divides them."""
Definitions = Mapping[str, Definition]

PARTS_OF_ALL = ("months", "kinds", "departments", "channels", "excluded")
"""The groups whose parts add up to the total."""
GROUPS = (*PARTS_OF_ALL, "earlier")

STANDARD: Definitions = chosen()
"""What the rates divide where a bureau has chosen nothing else."""


@dataclass(frozen=True, slots=True)
class Part:
    """The counts of one month, kind, department … with its name."""

    key: str
    name: Both
    counts: Counts

    def as_data(self, rated: Rated) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, **_figures(self.counts, rated)}


@dataclass(frozen=True, slots=True)
class Days:
    """How long the first answers took. Means are rounded to one decimal, half up."""

    answers: int
    median: float | None
    p90: int | None
    mean_working: str | None
    mean_natural: str | None

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Balance:
    """Carried in + received = replied + excluded + open; all as events of the period."""

    carried_in: int
    received: int
    replied: int
    excluded: int
    open: int

    @property
    def holds(self) -> bool:
        return self.carried_in + self.received == self.replied + self.excluded + self.open

    def as_data(self) -> dict[str, Any]:
        return {**{name: getattr(self, name) for name in self.__slots__}, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Findings:
    """All figures of a report. `total` and the parts are by receipt, `event` by event.

    `definition` is the version of the definitions, with the letters of those the bureau has chosen
    instead of the standard ones; `definitions` are what each rate divides.
    """

    bureau: Both
    kind: str
    period: Period
    as_of: datetime
    definition: str
    total: Counts
    event: Counts
    days: Days
    event_days: Days
    balance: Balance
    months: tuple[Part, ...] = ()
    kinds: tuple[Part, ...] = ()
    departments: tuple[Part, ...] = ()
    channels: tuple[Part, ...] = ()
    excluded: tuple[Part, ...] = ()
    earlier: tuple[Part, ...] = ()
    definitions: Definitions = field(default_factory=lambda: STANDARD)
    few: int = FEW

    def rates(self, counts: Counts) -> dict[str, Rate]:
        """By the definitions of this report; of fewer than `few` ratings with the interval."""
        return rates(counts, self.definitions, few=self.few)

    @property
    def some_few(self) -> bool:
        """Whether a satisfaction of the report is that of few ratings."""
        groups = (getattr(self, name) for name in GROUPS)
        counted = [self.total, self.event, *(part.counts for group in groups for part in group)]
        return any(0 < counts.get("rated", 0) < self.few for counts in counted)

    def faults(self) -> list[str]:
        """What does not balance: flows, or the rows of a table and its total; empty when all does.

        What came in must be the same by receipt and in the balance, which is by event.
        """
        flow = self.balance
        found = [] if flow.holds else [f"balance: {flow.as_data()}"]
        if self.total["received"] != flow.received:
            found.append(f"received: {self.total['received']}, in the balance {flow.received}")
        for name in PARTS_OF_ALL:
            parts = getattr(self, name)
            for measure in parts[0].counts if parts else ():
                added = sum(part.counts[measure] for part in parts)
                if added != (whole := self.total[measure]):
                    found.append(f"{measure}: {name} give {added}, the total is {whole}")
        return found

    def as_data(self) -> dict[str, Any]:
        """The figures as JSON keeps them."""
        return {
            "bureau": self.bureau,
            "kind": self.kind,
            "period": {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()},
            "as_of": self.as_of.astimezone(ZONE).isoformat(),
            "definition": self.definition,
            "definitions": {rate: one.as_data() for rate, one in self.definitions.items()},
            "by_receipt": _figures(self.total, self.rates),
            "by_event": _figures(self.event, self.rates),
            "answer_days": {
                "by_receipt": self.days.as_data(),
                "by_event": self.event_days.as_data(),
            },
            "balance": self.balance.as_data(),
            "faults": self.faults(),
            **{name: [part.as_data(self.rates) for part in getattr(self, name)] for name in GROUPS},
            **({"interaction": self.interaction()} if self.kind == "year" else {}),
        }

    def interaction(self) -> dict[str, Any]:
        """The interaction block of the government website's yearly statement (国办函〔2018〕12号).

        All by event: what came in, was answered and was made public in the year; average days of
        the answers given in it, in calendar days from receipt to answer, and in working days.
        """
        return {
            "received": self.event["received"],
            "answered": self.event["replied"],
            "public_answers": self.event["published"],
            "average_days": self.event_days.mean_natural,
            "average_working_days": self.event_days.mean_working,
        }


def _figures(counts: Counts, rated: Rated) -> dict[str, Any]:
    """Counts, and the rates where the counts are all there."""
    if "received" not in counts:
        return {"counts": counts}
    found = {name: rate.as_data() for name, rate in rated(counts).items()}
    return {"counts": counts, "rates": found}
