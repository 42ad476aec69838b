"""How far a share of few answers can be trusted. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

FEW = 30
"""Below this many ratings their share is shown with its interval, unless set otherwise."""

Z = Decimal("1.959964")
"""The normal deviate of 95 % confidence."""

CENT = Decimal("0.01")


def wilson(n: int, d: int) -> tuple[Decimal, Decimal]:
    """The 95 % interval of n out of d, in per cent, half up to two decimals.

    Wilson's score interval (E. B. Wilson, JASA 22, 1927), which unlike the usual one stays within
    0 and 100 and is not empty at 0/d and d/d. Raises ValueError unless 0 <= n <= d and d > 0.
    """
    if not 0 <= n <= d or d == 0:
        raise ValueError(f"{n} out of {d} is no share")
    square = Z * Z
    middle = n + square / 2
    spread = Z * (Decimal(n) * (d - n) / d + square / 4).sqrt()
    low, high = (100 * (middle + sign * spread) / (d + square) for sign in (-1, 1))
    return _cents(max(low, Decimal(0))), _cents(min(high, Decimal(100)))


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
