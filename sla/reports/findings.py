"""What a report is composed of: the figures of one period, gathered and fixed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sla.figures.definitions import Definition, chosen
from sla.figures.measures import ZONE
from sla.figures.periods import Period
from sla.figures.rates import Rate, rates
from sla.reports.words import Both

Counts = dict[str, int]
Definitions = Mapping[str, Definition]

STANDARD: Definitions = chosen()
"""What the rates divide where a bureau has chosen nothing else."""


@dataclass(frozen=True, slots=True)
class Part:
    """The counts of one month, kind, department … with its name."""

    key: str
    name: Both
    counts: Counts

    def as_data(self, definitions: Definitions) -> dict[str, Any]:
        named = {"key": self.key, "name": self.name}
        return {**named, **_figures(self.counts, definitions)}


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
        return {name: getattr(self, name) for name in self.__slots__}


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

    def rates(self, counts: Counts) -> dict[str, Rate]:
        return rates(counts, self.definitions)

    def as_data(self) -> dict[str, Any]:
        """The figures as JSON keeps them."""
        groups = ("months", "kinds", "departments", "channels", "excluded", "earlier")
        return {
            "bureau": self.bureau,
            "kind": self.kind,
            "period": {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()},
            "as_of": self.as_of.astimezone(ZONE).isoformat(),
            "definition": self.definition,
            "definitions": {rate: one.as_data() for rate, one in self.definitions.items()},
            "by_receipt": _figures(self.total, self.definitions),
            "by_event": _figures(self.event, self.definitions),
            "answer_days": {
                "by_receipt": self.days.as_data(),
                "by_event": self.event_days.as_data(),
            },
            "balance": self.balance.as_data(),
            **{
                name: [part.as_data(self.definitions) for part in getattr(self, name)]
                for name in groups
            },
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


def _figures(counts: Counts, definitions: Definitions) -> dict[str, Any]:
    """Counts, and the rates where the counts are all there."""
    if "received" not in counts:
        return {"counts": counts}
    found = {name: rate.as_data() for name, rate in rates(counts, definitions).items()}
    return {"counts": counts, "rates": found}
