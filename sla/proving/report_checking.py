"""Whether what a report prints can be true: its sums, and its percentages under their names. Pure.

A statement is either an equation of printed numbers ("72=48+12+12", "1715/2274=75.42%"), or a
percentage with the counts it was made of and the definition it claims, one of
`sla.figures.definitions`. Statements that do not hold are told why, where the usual slips explain
it: cut off instead of rounded, another denominator, silence counted as satisfaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sla.figures.definitions import DEFINITIONS, SATISFACTION, Definition
from sla.figures.rates import HUNDRED


class StatementError(ValueError):
    """A statement that cannot be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one statement; `fits` are the definitions that do give the percentage."""

    statement: str
    holds: bool
    reason: str = ""
    fits: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        return {
            "statement": self.statement,
            "holds": self.holds,
            "reason": self.reason,
            "fits": list(self.fits),
        }


NUMBER = r"\d+(?:\.\d+)?"
TERM = re.compile(rf"([+-]?)({NUMBER})")
PERCENT = re.compile(rf"({NUMBER})%")
RATIO = re.compile(r"(\d+)/(\d+)")


def check_equation(text: str) -> Finding:
    """Whether an equation of sums, or of a ratio and its percentage, holds.

    Raises StatementError for anything else.
    """
    tidy = text.replace(" ", "").replace("％", "%").replace(",", "")
    left, sign, right = tidy.partition("=")
    if not sign:
        raise StatementError(f"{text!r} is no equation such as 72=48+12+12 or 9/9=100%")
    if PERCENT.fullmatch(left):
        left, right = right, left
    if ratio := RATIO.fullmatch(left):
        n, d = int(ratio[1]), int(ratio[2])
        return Finding(text, *_explain(n, d, right))
    one, other = _sum(left, text), _sum(right, text)
    if one == other:
        return Finding(text, True)
    parts, printed = (one, other) if "+" in left or "-" in left else (other, one)
    return Finding(text, False, f"the parts give {parts}, printed is {printed}")


def _sum(side: str, text: str) -> Decimal:
    if not re.fullmatch(rf"{NUMBER}(?:[+-]{NUMBER})*", side):
        raise StatementError(f"{side!r} in {text!r} is no number and no sum")
    return sum((Decimal(sign + value) for sign, value in TERM.findall(side)), Decimal(0))


def _explain(n: int, d: int, printed: str) -> tuple[bool, str]:
    """Whether n/d is the printed percentage at as many decimals as are printed; if not, why."""
    value = _printed(printed)
    if d <= 0:
        return False, f"{n}/{d} is no rate: there is nothing to divide by"
    exact, unit = HUNDRED * n / d, Decimal(1).scaleb(_exponent(value))
    right = exact.quantize(unit, ROUND_HALF_UP)
    if right == value:
        return True, ""
    if exact.quantize(unit, ROUND_DOWN) == value:
        return False, f"cut off instead of rounded: {n}/{d} is {right}%"
    return False, f"{n}/{d} is {right}%"


def _printed(text: str) -> Decimal:
    found = PERCENT.fullmatch(text.strip().replace("％", "%"))
    if found is None:
        raise StatementError(f"{text!r} is no percentage such as 99.87%")
    return Decimal(found[1])


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent


@dataclass(frozen=True, slots=True)
class Claim:
    """A printed percentage, the counts printed with it, and the definition it goes by."""

    name: str
    rate: str
    code: str
    printed: str
    counts: Mapping[str, int]


def check_claim(claim: Claim) -> Finding:
    """Whether a percentage is what its definition makes of the counts.

    Raises StatementError if there is no such definition, or it needs a count not given.
    """
    found = next((d for d in DEFINITIONS if (d.rate, d.code) == (claim.rate, claim.code)), None)
    if found is None:
        raise StatementError(f"there is no definition {claim.code!r} of {claim.rate!r}")
    try:
        n, d = found.fraction(claim.counts)
    except KeyError as missing:
        raise StatementError(f"{claim.name}: the count {missing} is not given") from None
    holds, reason = _explain(n, d, claim.printed)
    text = f"{claim.name} {claim.printed}"
    if holds:
        return Finding(text, True, fits=(_label(found),))
    if claim.rate == SATISFACTION and _silence_counted(claim):
        reason += "; those who did not rate were counted as satisfied"
    return Finding(text, False, reason, fits=tuple(_fitting(claim)))


def _label(one: Definition) -> str:
    return f"{one.rate} {one.code}"


def _fitting(claim: Claim) -> Iterator[str]:
    """The definitions under which the counts do give what is printed."""
    for one in DEFINITIONS:
        try:
            n, d = one.fraction(claim.counts)
        except KeyError:
            continue
        if _explain(n, d, claim.printed)[0]:
            yield _label(one)


def _silence_counted(claim: Claim) -> bool:
    counts = claim.counts
    if not {"replied", "rated", "satisfied"} <= set(counts):
        return False
    dissatisfied = counts["rated"] - counts["satisfied"]
    return _explain(counts["replied"] - dissatisfied, counts["replied"], claim.printed)[0]


TABLE_THREE_TOTAL = "3.7"


def check_table_three(rows: Mapping[str, Sequence[int]]) -> Iterator[Finding]:
    """The balances of 表三 of a disclosure report (国办公开办函〔2021〕30号): every row's columns
    add up to its total, the outcomes to 总计, and new and carried in to done and carried out."""
    for code, (*parts, total) in rows.items():
        yield _sums_to(f"row {code}", parts, total)
    outcomes = [
        cells for code, cells in rows.items() if code.startswith("3.") and code != TABLE_THREE_TOTAL
    ]
    for place, done in enumerate(rows[TABLE_THREE_TOTAL]):
        yield _sums_to(f"column {place + 1}, outcomes", [row[place] for row in outcomes], done)
        came = rows["1"][place] + rows["2"][place]
        yield _sums_to(f"column {place + 1}, 1+2=3+4", [done, rows["4"][place]], came)


def _sums_to(name: str, parts: Sequence[int], total: int) -> Finding:
    if sum(parts) == total:
        return Finding(name, True)
    return Finding(name, False, f"the parts give {sum(parts)}, printed is {total}")


def check_report(report: Mapping[str, Any]) -> Iterator[Finding]:
    """All findings of one report: its `statements` and its `table3`, where it has them.

    A statement is a text (an equation) or an object with `name`, `rate`, `definition`, `printed`
    and `counts`. Raises StatementError.
    """
    for given in report.get("statements", ()):
        if isinstance(given, str):
            yield check_equation(given)
        else:
            yield check_claim(_claim(given))
    if "table3" in report:
        try:
            yield from check_table_three(report["table3"])
        except (KeyError, TypeError, ValueError) as error:
            raise StatementError(f"table3 cannot be read: {error!r}") from None


def _claim(given: Any) -> Claim:
    try:
        counts = {str(name): int(n) for name, n in given["counts"].items()}
        return Claim(
            str(given["name"]),
            str(given["rate"]),
            str(given["definition"]),
            str(given["printed"]),
            counts,
        )
    except (AttributeError, KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise StatementError(f"a statement cannot be read: {error!r} in {given!r}") from None
