"""The engine agrees with the cases of other systems, and with Chinese deadlines."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.vectors import cases_in, check
from sla.worktime import chinese_calendar
from tests.worktime.vectors import shared

LEFT_OUT = {
    "x077": "a matter typed in by staff has the citizen's deadline all the same",
    "x079": "it names no events and instants that one could compute",
}
"""Cases of the shared files that the house decides otherwise, or that ask nothing."""

OFFICE = {"timezone": "Asia/Shanghai", "hours": {"mon": [["09:00", "12:00"], ["13:30", "24:00"]]}}
FRAPPE = {"first_response_minutes": 30, "resolution_minutes": 120, "pause_on": ["Replied"]}


def load(name: str) -> list[Any]:
    return cases_in(shared(name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "name", ["worktime_vectors.json", "worktime_vectors_extra.json", "cn_deadline_vectors.json"]
)
def test_the_shared_files_pass(name: str) -> None:
    report = check(load(name))
    assert [str(one) for one in report.of("failed")] == []
    assert len(report.of("passed")) > 15
    skipped = {one.name: one.reason for one in report.of("skipped")}
    assert skipped.items() <= LEFT_OUT.items()


def one(**case: Any) -> Any:
    """The outcome of a single case on the office's Mondays."""
    whole = {"op": "add", "calendar": OFFICE, "start": "2026-03-02T09:00:00+08:00"} | case
    (outcome,) = check(
        [{name: value for name, value in whole.items() if value != "leave out"}]
    ).outcomes
    return outcome


RIGHT = {"duration_minutes": 60, "expected": "2026-03-02T10:00:00+08:00"}


@pytest.mark.parametrize(
    "case",
    [
        RIGHT,
        RIGHT | {"id": 7, "tags": ["boundary:close", "of one's own"], "pauses": None},
        RIGHT | {"expected": "2026-03-02T02:00:00Z"},
        RIGHT | {"pauses": [["2026-03-02T10:00:00+08:00", None]]},
        RIGHT | {"pauses": [["2026-03-02T10:00:00+08:00"]]},
        RIGHT | {"pauses": [["2026-03-02T09:59:59+08:00", None]], "expected": None},
        {"duration_minutes": 0.5, "expected": "2026-03-02T09:00:30+08:00"},
        {"duration_minutes": 60 * 13.5, "expected": "2026-03-03T00:00:00+08:00"},
        {"duration_minutes": -30, "expected": "2026-02-23T23:30:00+08:00"},
        {"op": "between", "end": "2026-03-02T09:01:30+08:00", "expected": 1.5},
        {"op": "between", "end": "2026-03-02T09:00:20+08:00", "expected": 0.3333},
        {"op": "is_open", "expected": True},
        {"op": "is_open", "start": "2026-03-02T12:00:00+08:00", "expected": False},
        {"op": "is_working_day", "start": "2026-03-03", "expected": False},
        {"op": "is_working_day", "expected": True},
        {
            "op": "is_working_day",
            "calendar": {"country": "CN"},
            "start": "2026-02-14",
            "expected": True,
        },
        {
            "op": "is_working_day",
            "calendar": {"country": "CN", "hours": OFFICE["hours"], "holidays": ["2026-03-09"]},
            "start": "2026-03-09",
            "expected": False,
        },
        {
            "op": "is_working_day",
            "calendar": OFFICE | {"overrides": {"2026-03-03": [["09:00", "10:00"]]}},
            "start": "2026-03-03",
            "expected": True,
        },
        {
            "op": "add_days",
            "mode": "date_only",
            "start": "2026-03-02",
            "days": 2,
            "expected": "2026-03-16",
        },
        {
            "op": "add_days",
            "mode": "end_of_working_day",
            "days": 1,
            "expected": "2026-03-09T23:59:59+08:00",
        },
        {
            "op": "add_days",
            "mode": "same_clock",
            "days": 1,
            "expected": "2026-03-09T09:00:00+08:00",
        },
    ],
)
def test_what_a_case_may_leave_out_or_say_in_other_ways(case: dict[str, Any]) -> None:
    outcome = one(**case)
    assert (outcome.verdict, str(outcome)) == ("passed", str(outcome))


@pytest.mark.parametrize(
    ("case", "said"),
    [
        (RIGHT | {"op": "leave out"}, "op: missing is none of"),
        (RIGHT | {"op": "multiply"}, "op: multiply is none of add, sla"),
        (RIGHT | {"expected": "leave out"}, "expected: missing"),
        (RIGHT | {"start": "leave out"}, "start: missing"),
        (RIGHT | {"start": "2026-02-30T09:00:00Z"}, 'start: "2026-02-30T09:00:00Z" is no instant'),
        (RIGHT | {"start": "2026-03-02T09:00:00"}, "has no offset from UTC"),
        (RIGHT | {"start": 5}, "start: 5 is no instant"),
        (RIGHT | {"start": "0001-01-01T00:00:00+09:00"}, "lies outside all years"),
        (RIGHT | {"duration_minutes": "60"}, 'duration_minutes: "60" is no number'),
        (RIGHT | {"duration_minutes": float("nan")}, "duration_minutes: NaN is no number"),
        (RIGHT | {"duration_minutes": 1e12}, "duration_minutes: 1000000000000.0 is beyond"),
        (RIGHT | {"pauses": [[]]}, "pauses[0]: [from, to] is expected"),
        (RIGHT | {"pauses": {}}, "pauses: a list is expected"),
        (
            RIGHT | {"pauses": [["2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z"]]},
            "pauses[0]: it ends before it begins",
        ),
        (RIGHT | {"tags": "cn"}, "tags: a list is expected"),
        (RIGHT | {"calendar": "leave out"}, "calendar: missing"),
        (RIGHT | {"calendar": []}, "calendar: an object is expected"),
        (RIGHT | {"calendar": {"timezone": "UTC"}}, "calendar.hours: an object of hours"),
        (RIGHT | {"calendar": {"hours": OFFICE["hours"]}}, "calendar.timezone: null is no"),
        (RIGHT | {"calendar": OFFICE | {"timezone": "Mars/Base"}}, "'Mars/Base' is no time zone"),
        (RIGHT | {"calendar": OFFICE | {"hours": {}}}, "no working time at all"),
        (RIGHT | {"calendar": OFFICE | {"hours": {"monday": []}}}, "'monday' is none of mon, tue"),
        (
            RIGHT | {"calendar": OFFICE | {"hours": {"tue": [["12:00", "09:00"]]}}},
            "calendar.hours.tue: 12:00-09:00 ends before it starts",
        ),
        (
            RIGHT | {"calendar": OFFICE | {"hours": {"tue": [["9:00", "10:00"]]}}},
            "calendar.hours.tue: '9:00' is not a time of day",
        ),
        (RIGHT | {"calendar": OFFICE | {"hours": {"tue": [[9, 10]]}}}, "calendar.hours.tue: times"),
        (RIGHT | {"calendar": OFFICE | {"holidays": ["soon"]}}, "calendar.holidays: "),
        (RIGHT | {"calendar": OFFICE | {"overrides": []}}, "calendar.overrides: an object"),
        (RIGHT | {"calendar": OFFICE | {"overrides": {"2026-02-30": []}}}, "calendar.overrides: "),
        (
            RIGHT
            | {
                "calendar": {
                    "timezone": "UTC",
                    "hours": {"tue": [["09:00", "10:00"]]},
                    "extra_working_days": ["2026-03-01"],
                }
            },
            "2026-03-01 has no hours, nor has Monday",
        ),
        (RIGHT | {"calendar": {"country": "FR"}}, "calendar.country: only CN is bundled"),
        ({"op": "add_days", "days": 1.5, "mode": "same_clock", "expected": None}, "no whole"),
        ({"op": "add_days", "days": 1, "mode": "any", "expected": None}, 'mode: "any" is none'),
        ({"op": "scenario", "policy": []}, "policy: an object is expected"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_field(case: dict[str, Any], said: str) -> None:
    outcome = one(**case)
    assert outcome.verdict == "failed"
    assert said in str(outcome)


def test_a_wrong_answer_shows_both() -> None:
    outcome = one(**RIGHT | {"id": "b7", "expected": "2026-03-02T10:00:01+08:00"})
    assert str(outcome) == (
        "FAILED b7 (add): expected 2026-03-02T02:00:01+00:00, got 2026-03-02T02:00:00+00:00"
    )
    late = one(**RIGHT | {"start": "2099-12-30T00:00:00Z", "duration_minutes": 90_000})
    assert "got no instant (no answer before the end of 2099)" in str(late)
    nobody = one(**RIGHT | {"expected": True})
    assert nobody.verdict == "failed"


def test_a_boundary_rule_the_house_rejects_is_skipped_with_the_reason() -> None:
    outcome = one(**RIGHT | {"tags": ["boundary:rollover"], "expected": "2026-03-09T09:00:00Z"})
    assert outcome.verdict == "skipped"
    assert "falls due then" in str(outcome)


@pytest.mark.parametrize(
    ("received", "n", "due", "verdict"),
    [
        ("2026-02-13", 5, "2026-02-27", "passed"),
        ("2026-02-13", 5, "2026-02-26", "failed"),
        ("2026-12-31", 1, None, "passed"),
        ("2026-12-30", 1, None, "failed"),
        ("2026-12-31", 1, "2027-01-04", "failed"),
        ("2099-12-31", 1, None, "passed"),
        ("soon", 1, None, "failed"),
        ("2026-02-13", "5", "2026-02-27", "failed"),
    ],
)
def test_deadlines_in_years_without_a_notice_are_unknown(
    received: str, n: Any, due: str | None, verdict: str
) -> None:
    (outcome,) = check([{"received": received, "n": n, "due": due}]).outcomes
    assert (outcome.name, outcome.op, outcome.verdict) == ("#1", "deadline", verdict)


def life(*events: tuple[str, str], **policy: Any) -> dict[str, Any]:
    """A life on 2 March 2026 in UTC: (time, status) after (time, status)."""
    told = [{"at": f"2026-03-02T{at}:00Z", "set_status": status} for at, status in events]
    return {"op": "scenario", "policy": FRAPPE | policy, "events": told}


@pytest.mark.parametrize(
    ("events", "at", "expected"),
    [
        ([("10:00", "Open")], "10:30", {"agreement_status": "First Response Due"}),
        ([("10:00", "Open")], "10:31", {"agreement_status": "Failed"}),
        ([("10:00", "Open")], "10:00", {"first_response_due": "2026-03-02T10:30:00Z"}),
        ([("10:00", "Open"), ("10:40", "Replied")], "10:50", {"agreement_status": "Failed"}),
        ([("10:00", "Open"), ("10:10", "Replied")], "19:00", {"agreement_status": "Paused"}),
        ([("10:00", "Open"), ("10:10", "Replied")], "11:00", {"resolution_due": None}),
        (
            [("10:00", "Open"), ("10:10", "Replied"), ("11:00", "Open")],
            "11:00",
            {"resolution_due": "2026-03-02T12:50:00Z", "agreement_status": "Resolution Due"},
        ),
        (
            [("10:00", "Open"), ("10:10", "Replied"), ("11:00", "Open"), ("12:50", "Closed")],
            "18:00",
            {"agreement_status": "Fulfilled"},
        ),
    ],
)
def test_lives_are_judged_as_clocks_are(
    events: list[tuple[str, str]], at: str, expected: dict[str, Any]
) -> None:
    case = life(*events) | {"expected": [{"at": f"2026-03-02T{at}:00Z"} | expected]}
    (outcome,) = check([case]).outcomes
    assert (outcome.verdict, str(outcome)) == ("passed", str(outcome))


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (life(("10:00", "Open"), ("11:00", "Replied")), "already missed stays missed"),
        (life(("10:00", "Open"), ("10:05", "Closed"), ("11:00", "Open")), "begins a new round"),
        (life(("10:00", "Open"), ola_minutes=5), "policy speaks of ola_minutes"),
        (life(), "names no events"),
    ],
)
def test_lives_other_rules_would_judge_are_skipped(case: dict[str, Any], reason: str) -> None:
    asked = [{"at": "2026-03-02T11:30:00Z", "agreement_status": "Paused"}]
    (outcome,) = check([case | {"expected": asked}]).outcomes
    assert outcome.verdict == "skipped"
    assert reason in outcome.reason


def run(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    try:
        call_command("check_worktime", str(path), *options)
    except SystemExit as ended:
        return int(str(ended.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


def test_the_command_says_what_failed_and_exits_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = {"op": "add", "calendar": OFFICE, "start": "2026-03-02T09:00:00+08:00"} | RIGHT
    path = tmp_path / "own.json"
    path.write_text(json.dumps([whole]), encoding="utf-8-sig")
    assert run(path, capsys) == (0, "1 passed, 0 failed, 0 skipped\n")
    path.write_text(json.dumps({"vectors": [whole, {"op": "scenario", "policy": {}}, 7]}))
    code, said = run(path, capsys)
    assert code == 1
    assert said.endswith("1 passed, 1 failed, 1 skipped\n")
    assert "FAILED #3 (?): an object is expected" in said
    code, said = run(path, capsys, "--json")
    found = json.loads(said)
    assert (code, found["passed"], found["failed"], found["skipped"]) == (1, 1, 1, 1)
    assert [case["index"] for case in found["cases"]] == [2, 3]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "no JSON: Expecting property name"),
        (b"\xff\xfe", "not in UTF-8"),
        (b'{"2026": {}}', "a list of cases is expected"),
        (b'{"vectors": {}}', "a list of cases is expected"),
        (b"3", "a list of cases is expected"),
        (b"[" * 100_000, "no JSON one could read"),
        (None, "the file cannot be read: No such file"),
    ],
)
def test_a_file_that_is_no_file_of_cases_is_refused(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "own.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=said):
        call_command("check_worktime", str(path))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-03-02", "2026-03-02T09:00:00Z", "09:00", "mon", "CN", "scenario"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)  # fmt: skip
WHOLE: list[dict[str, Any]] = [
    {"op": "add", "calendar": OFFICE, "start": "2026-03-02T09:00:00Z", "pauses": []} | RIGHT,
    {"op": "add_days", "calendar": {"country": "CN"}, "mode": "date_only", "days": 2}
    | {"start": "2026-03-02", "expected": "2026-03-04"},
    {"received": "2026-02-13", "n": 5, "due": "2026-02-27"},
    life(("10:00", "Open"), ("10:10", "Replied"))
    | {"expected": [{"at": "2026-03-02T11:00:00Z", "agreement_status": "Paused"}]},
]


@settings(max_examples=300, deadline=None)
@given(case=st.sampled_from(WHOLE), data=st.data())
def test_no_case_however_strange_ends_in_anything_but_an_outcome(
    case: dict[str, Any], data: st.DataObject
) -> None:
    places: list[tuple[Any, Any]] = []

    def gather(value: Any) -> None:
        for key in value if isinstance(value, dict) else range(len(value)):
            places.append((value, key))
            if isinstance(value[key], dict | list):
                gather(value[key])

    strange = deepcopy(case)
    gather(strange)
    holder, key = data.draw(st.sampled_from(places))
    holder[key] = data.draw(anything)
    (outcome,) = check([strange]).outcomes
    assert outcome.verdict in ("passed", "failed", "skipped")
    assert str(outcome)
    assert json.loads(json.dumps(outcome.as_data(), default=str))
    assert check([data.draw(anything)]).outcomes


def test_chinese_deadlines_fall_on_the_lawful_day() -> None:
    cal = chinese_calendar()
    for case in load("cn_deadline_vectors.json"):
        received = date.fromisoformat(case["received"])
        for clock in ("00:00:00", "09:00:00", "23:59:59"):
            start = datetime.fromisoformat(f"{received}T{clock}+08:00")
            due = cal.add_working_days(start, case["n"])
            assert due == datetime.fromisoformat(f"{case['due']}T23:59:59+08:00"), case


def test_chinese_deadlines_count_back_to_the_day_of_receipt() -> None:
    cal = chinese_calendar()
    for case in load("cn_deadline_vectors.json"):
        received, last = date.fromisoformat(case["received"]), date.fromisoformat(case["due"])
        assert cal.working_days_between(received, last) == case["n"]
        assert cal.working_days_between(received, last - timedelta(days=1)) == case["n"] - 1
        noon = datetime(last.year, last.month, last.day, 4, tzinfo=UTC)
        counted_back = cal.local_date(cal.add_working_days(noon, -case["n"]))
        assert cal.working_days_between(counted_back, last) == case["n"]
