"""The engine agrees with the cases of other systems, and with Chinese deadlines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sla.worktime import chinese_calendar
from tests.worktime.vectors import OPERATIONS, answer, expectation, load

ROLLOVER = "boundary:rollover"
"""An allowance used up at closing time falls due then, not at the next opening."""

NOT_WORKING_TIME = {
    "x067": "a life of a ticket; its due instant is checked below, its states belong to clocks",
    "x069": "states of a ticket, no instant to compute",
    "x071": "states of a ticket, no instant to compute",
    "x073": "which warning fired; the sweep's matter",
    "x075": "which replies start a clock; the case's matter",
    "x077": "which replies start a clock; the case's matter",
    "x079": "locks of another system's mail",
}


@pytest.mark.parametrize("name", ["worktime_vectors.json", "worktime_vectors_extra.json"])
def test_cases_of_other_systems(name: str) -> None:
    cases = load(name)
    wrong: dict[str, tuple[Any, Any]] = {}
    left_out = set()
    for case in cases:
        if ROLLOVER in case.get("tags", ()) or case["op"] not in OPERATIONS:
            left_out.add(case["id"])
            continue
        got, expected = answer(case), expectation(case)
        if got != (pytest.approx(expected) if isinstance(expected, float) else expected):
            wrong[case["id"]] = (expected, got)
    assert wrong == {}
    assert left_out <= set(NOT_WORKING_TIME), "every case left out has its reason"


def test_the_due_instants_of_the_scenario_that_has_some() -> None:
    (case,) = [c for c in load("worktime_vectors_extra.json") if c["id"] == "x067"]
    policy, events = case["policy"], case["events"]
    pause = [events[1]["at"], events[2]["at"]]
    as_case = {
        "op": "sla",
        "calendar": policy["calendar"],
        "start": events[0]["at"],
        "duration_minutes": policy["resolution_minutes"],
        "pauses": [pause],
        "expected": case["expected"][0]["resolution_due"],
    }
    assert answer(as_case) == expectation(as_case)


def test_chinese_deadlines_fall_on_the_lawful_day() -> None:
    cal = chinese_calendar()
    for case in load("cn_deadline_vectors.json")["vectors"]:
        received = date.fromisoformat(case["received"])
        for clock in ("00:00:00", "09:00:00", "23:59:59"):
            start = datetime.fromisoformat(f"{received}T{clock}+08:00")
            due = cal.add_working_days(start, case["n"])
            assert due == datetime.fromisoformat(f"{case['due']}T23:59:59+08:00"), case


def test_chinese_deadlines_count_back_to_the_day_of_receipt() -> None:
    cal = chinese_calendar()
    for case in load("cn_deadline_vectors.json")["vectors"]:
        received, last = date.fromisoformat(case["received"]), date.fromisoformat(case["due"])
        assert cal.working_days_between(received, last) == case["n"]
        assert cal.working_days_between(received, last - timedelta(days=1)) == case["n"] - 1
        noon = datetime(last.year, last.month, last.day, 4, tzinfo=UTC)
        counted_back = cal.local_date(cal.add_working_days(noon, -case["n"]))
        assert cal.working_days_between(counted_back, last) == case["n"]
