"""Which cases a figure is about, as a condition on tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from sla.figures.measures import SURVEYED, CaseLine, Cell, Key, place_of


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases to count; None for all. "" stands for no topic, district or handler, and a
    handler is named by the text of its primary key.

    Surveys of cases that came in by a channel in `unsurveyed` are left out of what is asked,
    rated and satisfied; the cases still count in everything else.
    """

    department_id: int | None = None
    kind: str | None = None
    channel: str | None = None
    category: str | None = None
    district: str | None = None
    handler: str | None = None
    unsurveyed: frozenset[str] = frozenset()

    def left_out(self, path: str = "") -> Q:
        """The surveys left out, as a condition on a table or one it leads to."""
        return Q(**{f"{path}channel__in": sorted(self.unsurveyed)})

    @property
    def parts(self) -> dict[str, str]:
        """The parts it is narrowed to."""
        held = {"category": self.category, "district": self.district, "handler": self.handler}
        return {part: value for part, value in held.items() if value is not None}

    def q(self, *, unassigned: int | None = 0, path: str = "") -> Q:
        """The condition on a table of cases or deltas, or with `path` on one it leads to.

        `unassigned` is how the table writes that there is no department, and None also how it
        writes that there is no handler.
        """
        found = self.keys(unassigned=unassigned, path=path)
        for part, value in self.parts.items():
            if part == "handler" and unassigned is None:
                found &= _id(f"{path}handler", value)
            else:
                found &= Q(**{f"{path}{part}": value})
        return found

    def keys(self, *, unassigned: int | None = 0, path: str = "") -> Q:
        """The condition on what every table of counts has: department, kind and channel."""
        found = Q()
        if self.department_id == 0 and unassigned is None:
            found &= Q(**{f"{path}department_id__isnull": True})
        elif self.department_id is not None:
            found &= Q(**{f"{path}department_id": self.department_id})
        if self.kind is not None:
            found &= Q(**{f"{path}kind": self.kind})
        if self.channel is not None:
            found &= Q(**{f"{path}channel": self.channel})
        return found

    def has_line(self, line: CaseLine) -> bool:
        """Whether a case line is within."""
        key = Key("", date.min, *place_of(line))
        return self.has(key)

    def has(self, key: Key) -> bool:
        """Whether a counted key is within."""
        held: dict[str, Any] = {
            "department_id": self.department_id,
            "kind": self.kind,
            "channel": self.channel,
            **self.parts,
        }
        return all(value is None or getattr(key, name) == value for name, value in held.items())

    def counts(self, cell: Cell) -> bool:
        """Whether a count is within: its key is, and its survey is not left out."""
        left_out = cell.measure in SURVEYED and cell.key.channel in self.unsurveyed
        return self.has(cell.key) and not left_out


def _id(name: str, value: str) -> Q:
    return Q(**{f"{name}_id": int(value)}) if value else Q(**{f"{name}__isnull": True})


EVERYTHING = Scope()
