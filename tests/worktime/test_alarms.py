"""When to warn and when to escalate, as a policy writes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from sla.alarms import AlarmError, Step, Warn, name_of, read_name, steps_of, warnings_of
from sla.targets import Happening
from sla.worktime import Promise, chinese_calendar, due
from tests.factories import china

CHINA = chinese_calendar()
SEVEN = Promise("working_days", 7)
HOURS = Promise("working_hours", 14)
RECEIVED = china(2026, 2, 13, 9)
"""The Friday before the Spring Festival: 14 and 28 February are worked, 16 to 23 are not."""


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ([], ()),
        ([{"share": 0.8}], (Warn(share=0.8),)),
        ([{"before_hours": 4}], (Warn(before_hours=4),)),
        ([{"before_days": 60}, {"share": 0.5}], (Warn(before_days=60), Warn(share=0.5))),
    ],
)
def test_warnings_are_read(raw: Any, found: tuple[Warn, ...]) -> None:
    assert warnings_of(raw) == found


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "a list of objects"),
        ({"share": 0.8}, "a list of objects"),
        ([0.8], "a list of objects"),
        ([{}], "has one of"),
        ([{"share": 0.8, "before_days": 1}], "has one of"),
        ([{"share": 0}], "between 0 and 1"),
        ([{"share": 1}], "between 0 and 1"),
        ([{"share": True}], "between 0 and 1"),
        ([{"share": "0.8"}], "between 0 and 1"),
        ([{"share": float("nan")}], "between 0 and 1"),
        ([{"before_days": 0}], "before_days is a whole number from 1 to 60"),
        ([{"before_hours": 61}], "before_hours is a whole number from 1 to 60"),
        ([{"before_hours": 1.5}], "before_hours is a whole number"),
        ([{"before_hours": True}], "before_hours is a whole number"),
        ([{"minutes": 3}], "unknown warning 'minutes'"),
        ([{"share": 0.8}] * 6, "at most 5"),
    ],
)
def test_warnings_that_say_nothing_are_refused(raw: Any, said: str) -> None:
    with pytest.raises(AlarmError, match=said):
        warnings_of(raw)


def test_steps_are_read() -> None:
    raw = [{"after": 1, "to": ["supervisor"]}, {"after": 3, "to": ["supervisor", "auditor"]}]
    assert steps_of(raw) == (Step(1, ("supervisor",)), Step(3, ("supervisor", "auditor")))
    assert steps_of([]) == ()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({}, "a list of objects"),
        ([{"after": 1}], "has `after` and `to`"),
        ([{"after": 1, "to": ["supervisor"], "cc": 1}], "has `after` and `to`"),
        ([{"after": 1, "to": []}], "a list of roles"),
        ([{"after": 1, "to": "supervisor"}], "a list of roles"),
        ([{"after": 1, "to": [1]}], "a list of roles"),
        ([{"after": 0, "to": ["x"]}], "after is a whole number from 1 to 60"),
        ([{"after": 61, "to": ["x"]}], "after is a whole number from 1 to 60"),
        ([{"after": 3, "to": ["x"]}, {"after": 1, "to": ["x"]}], "in the order of their days"),
        ([{"after": 1, "to": ["x"]}, {"after": 1, "to": ["y"]}], "two steps fall on one day"),
    ],
)
def test_steps_that_cannot_be_taken_are_refused(raw: Any, said: str) -> None:
    with pytest.raises(AlarmError, match=said):
        steps_of(raw)


@pytest.mark.parametrize(
    ("warning", "promise", "expected"),
    [
        # Due 2 March, 23:59:59; the working day before it is Saturday, 28 February.
        (Warn(before_days=1), SEVEN, china(2026, 2, 28, 9)),
        (Warn(before_days=2), SEVEN, china(2026, 2, 27, 9)),
        (Warn(before_days=6), SEVEN, china(2026, 2, 14, 9)),
        # 4 hours before the close of 2 March, whose afternoon has 4 hours.
        (Warn(before_hours=4), SEVEN, china(2026, 3, 2, 13, 30)),
        (Warn(before_hours=7), SEVEN, china(2026, 3, 2, 9)),
        (Warn(before_hours=8), SEVEN, china(2026, 2, 28, 16, 30)),
        # 8 days of 7 hours lie between, the day of receipt among them.
        (Warn(share=0.5), SEVEN, china(2026, 2, 25, 17, 30)),
        (Warn(share=0.5), HOURS, china(2026, 2, 13, 17, 30)),
        (Warn(before_hours=1), HOURS, china(2026, 2, 14, 16, 30)),
    ],
)
def test_when_a_warning_comes(warning: Warn, promise: Promise, expected: datetime) -> None:
    end = due(CHINA, promise, RECEIVED)
    assert end is not None
    assert warning.at(CHINA, promise, RECEIVED, end) == expected


def test_a_pause_moves_a_share_and_not_the_days_before() -> None:
    pauses = [(china(2026, 2, 24, 0), china(2026, 2, 26, 0))]
    end = due(CHINA, SEVEN, RECEIVED, pauses)
    assert end == china(2026, 3, 4, 23, 59).replace(second=59)
    assert Warn(before_days=1).at(CHINA, SEVEN, RECEIVED, end, pauses) == china(2026, 3, 3, 9)
    assert Warn(share=0.5).at(CHINA, SEVEN, RECEIVED, end, pauses) == china(2026, 2, 27, 17, 30)


@pytest.mark.parametrize("happening", list(Happening))
@pytest.mark.parametrize("index", [0, 1, 4])
def test_names_are_read_as_they_were_written(happening: Happening, index: int) -> None:
    assert read_name(name_of(happening, index)) == (happening, index)
    assert name_of(happening, 0) == happening
