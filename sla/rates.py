"""The rates, and the one place where a ratio becomes a percentage. Pure.

Definitions (design of the figures, version `DEFINITION`):

- reply rate 回复率: replied out of the valid cases received (received less excluded);
- on-time rate 限时办结率: verdicts met out of the verdicts reached (met and missed);
- satisfaction 群众满意率: ratings of 基本满意 or better out of the ratings given;
- participation 参评率: ratings given out of the citizens asked.

Nobody's silence counts as satisfaction, and nothing out of nothing is no rate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DEFINITION = "1"
"""Version of the definitions of all counts and rates; printed with every report."""

NONE = "—"
HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rate:
    """`n` out of `d`. Both are always shown beside the percentage."""

    n: int
    d: int

    @property
    def value(self) -> Decimal | None:
        """The percentage, half up to two decimals; None where there is nothing to divide by."""
        return percentage(self.n, self.d)

    @property
    def percent(self) -> str:
        """Such as "99.87%"; "—" where there is nothing to divide by."""
        return NONE if self.value is None else f"{self.value}%"

    def as_data(self) -> dict[str, int | str]:
        return {"n": self.n, "d": self.d, "percent": self.percent}


def percentage(n: int, d: int) -> Decimal | None:
    """100 n / d, half up to two decimals; None unless d is positive."""
    if d <= 0:
        return None
    return (HUNDRED * n / d).quantize(CENT, ROUND_HALF_UP)


RATES = ("reply_rate", "on_time_rate", "satisfaction", "participation")


def rates(counts: Mapping[str, int]) -> dict[str, Rate]:
    """The four rates of a set of counts, under the names in RATES."""
    return {
        "reply_rate": Rate(counts["replied"], counts["received"] - counts["excluded"]),
        "on_time_rate": Rate(counts["met"], counts["met"] + counts["missed"]),
        "satisfaction": Rate(counts["satisfied"], counts["rated"]),
        "participation": Rate(counts["rated"], counts["asked"]),
    }


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
