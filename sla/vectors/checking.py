"""Putting cases to the engine, one by one: passed, failed, or skipped with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sla.vectors import lives, questions, reading
from sla.vectors.reading import Raw, Unreadable
from sla.worktime import WorktimeError

REJECTED = {
    "boundary:rollover": (
        "an allowance used up at closing time falls due then, not at the next opening"
        " (docs/decisions/0012)"
    ),
}
"""Boundary rules of other systems that the house has decided against, by their tag."""

HALF_A_SECOND = 1 / 120
"""In minutes: the engine counts whole seconds, files round what they write."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case. `index` counts from 1."""

    index: int
    name: str
    op: str
    verdict: str
    expected: Any = None
    got: Any = None
    reason: str = ""

    def as_data(self) -> dict[str, Any]:
        """For JSON; expected and got only where they were compared."""
        data = {"index": self.index, "id": self.name, "op": self.op, "verdict": self.verdict}
        if self.verdict != "skipped":
            data |= {"expected": plain(self.expected), "got": plain(self.got)}
        return data | ({"reason": self.reason} if self.reason else {})

    def __str__(self) -> str:
        head = f"{self.verdict.upper()} {self.name} ({self.op})"
        if self.verdict == "skipped" or (self.got is None and self.expected is None):
            return f"{head}: {self.reason}"
        tail = f" ({self.reason})" if self.reason else ""
        return f"{head}: expected {spelt(self.expected)}, got {spelt(self.got)}{tail}"


@dataclass(frozen=True, slots=True)
class Report:
    """All outcomes of a file."""

    outcomes: list[Outcome]

    def of(self, verdict: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.verdict == verdict]

    @property
    def summary(self) -> str:
        counts = [f"{len(self.of(verdict))} {verdict}" for verdict in VERDICTS]
        return ", ".join(counts)

    def as_data(self) -> dict[str, Any]:
        counts: dict[str, Any] = {verdict: len(self.of(verdict)) for verdict in VERDICTS}
        told = [one.as_data() for one in self.outcomes if one.verdict != "passed"]
        return counts | {"cases": told}


VERDICTS = ("passed", "failed", "skipped")


def check(cases: Iterable[Any]) -> Report:
    """Put every case to the engine. Raises nothing: a case one cannot read has failed."""
    return Report([_outcome(index, case) for index, case in enumerate(cases, 1)])


def _outcome(index: int, case: Any) -> Outcome:
    if not isinstance(case, dict):
        return Outcome(index, f"#{index}", "?", "failed", reason="an object is expected")
    name, op = str(case.get("id", f"#{index}")), str(case.get("op", ""))
    if not op and "received" in case:
        op = "deadline"
    try:
        if reason := _rejection(case):
            return Outcome(index, name, op, "skipped", reason=reason)
        expected, got, reason = _compared(op, case)
    except lives.Rejected as rejected:
        return Outcome(index, name, op, "skipped", reason=str(rejected))
    except Unreadable as fault:
        return Outcome(index, name, op or "?", "failed", reason=str(fault))
    verdict = "passed" if _agree(expected, got) else "failed"
    return Outcome(index, name, op, verdict, expected, got, "" if verdict == "passed" else reason)


def _rejection(case: Raw) -> str:
    tags = reading.listed(case, "tags")
    return next((REJECTED[tag] for tag in tags if isinstance(tag, str) and tag in REJECTED), "")


def _compared(op: str, case: Raw) -> tuple[Any, Any, str]:
    """What is expected, what the engine says, and why it says nothing if it does not."""
    if op == "scenario":
        got = lives.told(case)
        return lives.wanted(case), got, ""
    if op == "deadline":
        due, found = questions.expected_deadline(case), questions.deadline(case)
        return due, found, "the year is not settled by a notice" if found is None else ""
    if op not in questions.QUESTIONS:
        known = ", ".join((*questions.QUESTIONS, "scenario"))
        raise Unreadable(f"op: {op or 'missing'} is none of {known}")
    expected = questions.expected(case)
    try:
        return expected, questions.ask(op, case), ""
    except WorktimeError as error:
        return expected, None, str(error)
    except OverflowError:
        return expected, None, "beyond the years one can count in"


def _agree(expected: Any, got: Any) -> bool:
    if isinstance(expected, list) and isinstance(got, list):
        return expected == got
    if isinstance(expected, bool) or isinstance(got, bool) or expected is None or got is None:
        return expected is got
    if isinstance(expected, datetime) and isinstance(got, datetime):
        return expected.replace(microsecond=0) == got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return abs(expected - got) < HALF_A_SECOND
    return type(expected) is type(got) and bool(expected == got)


def plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def spelt(value: Any) -> str:
    """A value in a line of text."""
    return "no instant" if value is None else str(plain(value))
