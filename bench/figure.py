"""One line of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """How long something took; times in milliseconds, of the floor as well.

    `cpu` is what the web workers used of the processors for one request.
    """

    name: str
    title: str
    n: int = 0
    p50: float = 0
    p95: float = 0
    cpu: float | None = None
    per_second: float | None = None
    floor_p50: float | None = None
    fault: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor the median is."""
        return self.p50 / self.floor_p50 if self.floor_p50 else None

    def as_data(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio}


def read(data: Mapping[str, Any]) -> Figure:
    """A figure from its data."""
    return Figure(**{each.name: data[each.name] for each in fields(Figure)})
