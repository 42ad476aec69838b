"""What is counted, from what instant on, and on which day: the definitions as a table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sla.figures.measures import CaseLine, SurveyLine, as_of, is_silent_miss, measures
from tests.factories import china

IN = china(2026, 3, 2, 10)
DUE = china(2026, 3, 9, 23, 59) + timedelta(seconds=59)
SECOND = timedelta(seconds=1)
IN_TIME, LATE, LATER = china(2026, 3, 5), china(2026, 3, 12), china(2026, 4, 2)


def line(**facts: Any) -> CaseLine:
    return CaseLine(IN, 1, "consultation", "portal", **{"due_at": DUE} | facts)


MET = line(replied_at=IN_TIME, verdict="met", verdict_at=IN_TIME)
MISSED = line(verdict="missed", verdict_at=DUE)
ANSWERED_LATE = line(replied_at=LATE, verdict="missed", verdict_at=DUE)
PAUSED = line(due_at=None, paused_at=IN_TIME)

TABLE: dict[str, tuple[CaseLine, Any, dict[str, str]]] = {
    "just received": (line(), IN, {"received": "03-02"}),
    "open on the last second": (line(), DUE, {"received": "03-02"}),
    "open a second later": (line(), DUE + SECOND, {"received": "03-02", "missed": "03-09"}),
    "the sweep has come": (MISSED, LATE, {"received": "03-02", "missed": "03-09"}),
    "the sweep has not yet come then": (MISSED, IN_TIME, {"received": "03-02"}),
    "paused past the old date": (PAUSED, LATER, {"received": "03-02"}),
    "answered on time": (MET, LATE, {"received": "03-02", "replied": "03-05", "met": "03-05"}),
    "before it was answered": (MET, IN_TIME - SECOND, {"received": "03-02"}),
    "answered late": (
        ANSWERED_LATE,
        LATER,
        {"received": "03-02", "replied": "03-12", "missed": "03-09"},
    ),
    "late and not yet answered": (
        ANSWERED_LATE,
        LATE - SECOND,
        {"received": "03-02", "missed": "03-09"},
    ),
    "answered on the last second": (
        line(replied_at=DUE, verdict="met", verdict_at=DUE),
        DUE,
        {"received": "03-02", "replied": "03-09", "met": "03-09"},
    ),
    "withdrawn in time": (
        line(excluded_at=IN_TIME),
        LATER,
        {"received": "03-02", "excluded": "03-05"},
    ),
    "before it was withdrawn": (line(excluded_at=IN_TIME), IN, {"received": "03-02"}),
    "withdrawn after the miss": (
        line(excluded_at=LATE, verdict="missed", verdict_at=DUE),
        LATER,
        {"received": "03-02", "excluded": "03-12", "missed": "03-09"},
    ),
    "withdrawn in its second round": (
        line(replied_at=IN_TIME, verdict="met", verdict_at=IN_TIME, excluded_at=LATE),
        LATER,
        {"received": "03-02", "replied": "03-05", "met": "03-05"},
    ),
    "published": (
        line(replied_at=IN_TIME, verdict="met", verdict_at=IN_TIME, published_at=LATE),
        LATER,
        {"received": "03-02", "replied": "03-05", "met": "03-05", "published": "03-12"},
    ),
    "before publication": (
        line(replied_at=IN_TIME, verdict="met", verdict_at=IN_TIME, published_at=LATE),
        LATE - SECOND,
        {"received": "03-02", "replied": "03-05", "met": "03-05"},
    ),
    "asked and silent": (
        line(surveys=(SurveyLine(IN),)),
        IN,
        {"received": "03-02", "asked": "03-02"},
    ),
    "satisfied": (
        line(surveys=(SurveyLine(IN, 3, IN_TIME),)),
        DUE,
        {"received": "03-02", "asked": "03-02", "rated": "03-05", "satisfied": "03-05"},
    ),
    "dissatisfied": (
        line(surveys=(SurveyLine(IN, 2, IN_TIME),)),
        DUE,
        {"received": "03-02", "asked": "03-02", "rated": "03-05"},
    ),
    "before the rating": (
        line(surveys=(SurveyLine(IN, 5, IN_TIME),)),
        IN_TIME - SECOND,
        {"received": "03-02", "asked": "03-02"},
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_case_counts_as_the_table_says_on_both_bases(name: str) -> None:
    facts, instant, expected = TABLE[name]
    known = as_of(facts, instant)
    assert known is not None
    counted = measures(known)
    assert all(n == 1 for n in counted.values())
    by_event = {c.measure: f"{c.key.day:%m-%d}" for c in counted if c.key.basis == "event"}
    by_receipt = {c.measure: c.key.day for c in counted if c.key.basis == "receipt"}
    assert by_event == expected
    assert by_receipt == dict.fromkeys(expected, date(2026, 3, 2))


def test_a_case_that_has_not_come_in_counts_for_nothing() -> None:
    assert as_of(MET, IN - SECOND) is None


def test_two_rounds_are_asked_twice_but_received_replied_and_judged_once() -> None:
    twice = line(
        replied_at=IN_TIME,
        verdict="met",
        verdict_at=IN_TIME,
        surveys=(SurveyLine(IN_TIME, 1, IN_TIME), SurveyLine(LATE, 5, LATER)),
    )
    counts = {c.measure: n for c, n in measures(twice).items() if c.key.basis == "receipt"}
    assert counts == {"received": 1, "replied": 1, "met": 1, "asked": 2, "rated": 2, "satisfied": 1}


def test_days_are_civil_days_in_china() -> None:
    late_evening = china(2026, 12, 31, 23, 30)
    assert {c.key.day for c in measures(CaseLine(late_evening, 1, "x", "y"))} == {
        date(2026, 12, 31)
    }


@pytest.mark.parametrize(
    ("facts", "missed"),
    [
        ({}, True),
        ({"replied_at": IN_TIME}, False),
        ({"paused_at": IN_TIME}, False),
        ({"excluded_at": IN_TIME}, False),
        ({"verdict": "missed", "verdict_at": DUE}, False),
        ({"due_at": None}, False),
    ],
)
def test_an_unwritten_miss_is_an_open_running_case_past_due(
    facts: dict[str, Any], missed: bool
) -> None:
    assert is_silent_miss(line(**facts), LATER) is missed
