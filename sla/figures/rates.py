"""The rates, and the one place where a ratio becomes a percentage. Pure.

What each rate divides by what is written in `sla.figures.definitions`. Nobody's silence counts as
satisfaction, and nothing out of nothing is no rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sla.figures.definitions import SATISFACTION, Definition, chosen
from sla.figures.intervals import FEW, wilson

DEFINITION = "1"
"""Version of the definitions of all counts and rates; printed with every report."""

NONE = "—"
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """`n` out of `d`. Both are always shown beside the percentage.

    `interval`: between which percentages the share of few ratings lies with 95 % confidence.
    """

    n: int
    d: int
    interval: tuple[Decimal, Decimal] | None = field(default=None, compare=False)

    @property
    def value(self) -> Decimal | None:
        """The percentage, half up to two decimals; None where there is nothing to divide by."""
        return percentage(self.n, self.d)

    @property
    def percent(self) -> str:
        """Such as "99.87%"; "—" where there is nothing to divide by."""
        return NONE if self.value is None else f"{self.value}%"

    def as_data(self) -> dict[str, Any]:
        found: dict[str, Any] = {"n": self.n, "d": self.d, "percent": self.percent}
        if self.interval is not None:
            found["interval"] = [f"{bound}%" for bound in self.interval]
        return found


def percentage(n: int, d: int) -> Decimal | None:
    """100 n / d, half up to two decimals; None unless d is positive."""
    if d <= 0:
        return None
    return (HUNDRED * n / d).quantize(CENT, ROUND_HALF_UP)


RATES = ("reply_rate", "on_time_rate", "satisfaction", "participation")

_STANDARD = chosen()


def rates(
    counts: Mapping[str, int],
    definitions: Mapping[str, Definition] = _STANDARD,
    *,
    few: int = FEW,
) -> dict[str, Rate]:
    """The four rates of a set of counts, under the names in RATES, each by its definition.

    Satisfaction out of fewer than `few` ratings has its interval.
    """
    found = {name: Rate(*definitions[name].fraction(counts)) for name in RATES}
    n, d = found[SATISFACTION].n, found[SATISFACTION].d
    if 0 < d < few and 0 <= n <= d:
        found[SATISFACTION] = Rate(n, d, wilson(n, d))
    return found


def shares(values: Sequence[int]) -> list[Decimal]:
    """Percentages of the whole with two decimals that sum to exactly 100 (largest remainder).

    All zero when the whole is nothing. Values must not be negative.
    """
    whole = sum(values)
    if not whole:
        return [Decimal("0.00") for _ in values]
    parts = [divmod(value * 10_000, whole) for value in values]
    missing = 10_000 - sum(cents for cents, _ in parts)
    order = sorted(range(len(parts)), key=lambda i: (-parts[i][1], i))
    raised = set(order[:missing])
    return [
        (Decimal(cents + (i in raised)) / HUNDRED).quantize(CENT)
        for i, (cents, _) in enumerate(parts)
    ]
