"""What a report is composed of: the figures of one period, gathered and fixed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.measures import ZONE
from sla.periods import Period
from sla.rates import rates
from sla.reports.words import Both

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """The counts of one month, kind, department … with its name."""

    key: str
    name: Both
    counts: Counts

    def as_data(self) -> dict[str, Any]:
        return {"key": self.key, "name": self.name, "counts": self.counts, **_rates(self.counts)}


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

    `definition` is the version of the definitions; `definition_name` is what is printed.
    """

    bureau: Both
    kind: str
    period: Period
    as_of: datetime
    definition: str
    definition_name: Both
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

    def as_data(self) -> dict[str, Any]:
        """The figures as JSON keeps them."""
        groups = ("months", "kinds", "departments", "channels", "excluded", "earlier")
        return {
            "bureau": self.bureau,
            "kind": self.kind,
            "period": {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()},
            "as_of": self.as_of.astimezone(ZONE).isoformat(),
            "definition": self.definition,
            "by_receipt": {"counts": self.total, **_rates(self.total)},
            "by_event": {"counts": self.event, **_rates(self.event)},
            "answer_days": {
                "by_receipt": self.days.as_data(),
                "by_event": self.event_days.as_data(),
            },
            "balance": self.balance.as_data(),
            **{name: [part.as_data() for part in getattr(self, name)] for name in groups},
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


def _rates(counts: Counts) -> dict[str, Any]:
    """The rates, where the counts are all there."""
    if "received" not in counts:
        return {}
    return {"rates": {name: rate.as_data() for name, rate in rates(counts).items()}}
