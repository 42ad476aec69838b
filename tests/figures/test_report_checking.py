"""Printed percentages reproduce under their named definitions; those that do not are flagged."""

from __future__ import annotations

import json
import os
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sla.figures import definitions
from sla.proving.report_checking import (
    Claim,
    StatementError,
    check_claim,
    check_equation,
    check_report,
)

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("HUIYING_SHARED", ROOT.parent / "shared"))
REAL = SHARED / "data" / "real_reports.json"
SEED = SHARED / "seed"

REPRODUCED: dict[str, tuple[str, str, str, dict[str, int]]] = {
    "mailbox 2021-11": ("reply_rate", "A", "99.87%", {"published": 3055, "valid": 3059}),
    "2026-01 dispatched": ("reply_rate", "B", "95.58%", {"replied": 173, "dispatched": 181}),
    "the same to one decimal": ("reply_rate", "B", "95.6%", {"replied": 173, "dispatched": 181}),
    "Huaibei": ("reply_rate", "C", "75.42%", {"replied": 1715, "dispatched": 2274}),
    "a county": ("reply_rate", "C", "91.32%", {"replied": 221, "dispatched": 242}),
    "Weinan": (
        "reply_rate",
        "C",
        "98.94%",
        {"replied": 1121, "dispatched": 1133, "received": 1563},
    ),
    "Lianyungang closed": ("reply_rate", "D", "96.16%", {"replied": 23974, "judged": 24932}),
    "Lianyungang in time": ("on_time_rate", "E", "89.62%", {"met": 22345, "judged": 24932}),
    "Feng county": ("on_time_rate", "F", "94.40%", {"met": 792, "replied": 792 + 47}),
    "the customer": ("reply_rate", "A", "100%", {"published": 9, "received": 9}),
}

NOT_REPRODUCED: dict[str, tuple[str, str, str, dict[str, int], str]] = {
    "another denominator": (
        "reply_rate",
        "standard",
        "95.58%",
        {"replied": 173, "dispatched": 181, "received": 188},
        "173/188 is 92.02%",
    ),
    "cut off, Shanghai": (
        "reply_rate",
        "standard",
        "4.34%",
        {"replied": 35, "received": 805},
        "cut off instead of rounded: 35/805 is 4.35%",
    ),
    "cut off, Weinan": (
        "reply_rate",
        "standard",
        "52.84%",
        {"replied": 826, "received": 1563},
        "cut off instead of rounded",
    ),
    "nothing answers to it, Tongchuan": (
        "on_time_rate",
        "G",
        "30.2%",
        {"met": 43, "received": 139},
        "43/139 is 30.9%",
    ),
    "silence counted as satisfied": (
        "satisfaction",
        "standard",
        "98.00%",
        {"replied": 100, "rated": 8, "satisfied": 6},
        "those who did not rate were counted as satisfied",
    ),
    "nobody rated": (
        "satisfaction",
        "standard",
        "100%",
        {"rated": 0, "satisfied": 0},
        "there is nothing to divide by",
    ),
}


@pytest.mark.parametrize("name", REPRODUCED)
def test_what_reproduces_does_so_under_its_named_definition(name: str) -> None:
    rate, code, printed, counts = REPRODUCED[name]
    found = check_claim(Claim(name, rate, code, printed, counts))
    assert (found.holds, found.reason) == (True, "")


@pytest.mark.parametrize("name", NOT_REPRODUCED)
def test_what_does_not_reproduce_is_flagged_with_its_reason(name: str) -> None:
    rate, code, printed, counts, reason = NOT_REPRODUCED[name]
    found = check_claim(Claim(name, rate, code, printed, counts))
    assert not found.holds
    assert reason in found.reason


def test_the_definition_that_does_fit_is_named() -> None:
    counts = {"replied": 173, "dispatched": 181, "received": 188}
    found = check_claim(Claim("x", "reply_rate", "standard", "95.58%", counts))
    assert found.fits == ("reply_rate B", "reply_rate C")


@pytest.mark.parametrize(
    ("text", "holds", "reason"),
    [
        ("72=48+12+12", True, ""),
        ("44-2=42", True, ""),
        ("443=121+4+63+28+68+169", False, "the parts give 453, printed is 443"),
        ("121+4+63+28+68+169=443", False, "the parts give 453, printed is 443"),
        ("9/9=100%", True, ""),
        ("100％ = 9/9", True, ""),
        ("6673/8947=74.58%", True, ""),
        ("17/42=38.6%", False, "17/42 is 40.5%"),
        ("17/44=38.6%", True, ""),
        ("10/276=3.63%", False, "10/276 is 3.62%"),
        ("1,000=999+1", True, ""),
    ],
)
def test_equations(text: str, holds: bool, reason: str) -> None:
    found = check_equation(text)
    assert (found.holds, found.reason) == (holds, reason)


@pytest.mark.parametrize("text", ["", "9 of 9", "a=b", "1=1%", "1/2=half", "=", "1+=1", "9/9=9"])
def test_what_is_no_equation_is_refused(text: str) -> None:
    with pytest.raises(StatementError):
        check_equation(text)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"name": "x", "rate": "reply_rate", "definition": "Z", "printed": "1%", "counts": {}},
        {"name": "x", "rate": "reply_rate", "definition": "B", "printed": "1%", "counts": {}},
        {
            "name": "x",
            "rate": "reply_rate",
            "definition": "B",
            "printed": "much",
            "counts": {"replied": 1, "dispatched": 1},
        },
        7,
    ],
)
def test_a_statement_that_cannot_be_read_is_refused(given: Any) -> None:
    with pytest.raises(StatementError):
        list(check_report({"statements": [given]}))


def test_every_letter_of_the_reference_is_a_definition() -> None:
    found = {one.code for one in definitions.DEFINITIONS}
    assert found == {"standard", "A", "B", "C", "D", "E", "F", "G"}
    for rate, code in definitions.STANDARD.items():
        assert definitions.definition(rate, code).rate == rate


@pytest.fixture(scope="module")
def real() -> list[dict[str, Any]]:
    if not REAL.exists():
        pytest.skip(f"the real reports are not in {SHARED} (HUIYING_SHARED may name the folder)")
    return json.loads(REAL.read_text(encoding="utf-8"))["reports"]


CHINA = SHARED / "reference" / "china.md"
PRINTED = re.compile(r"(\d+)/(\d+) = (\d+\.\d+%)")
OUTSIDE = {(6673, 8947)}
"""直办率, of what a hotline answers at once: no rate of ours."""


def test_every_percentage_of_the_reference_reproduces_under_a_letter() -> None:
    """All of china.md's section 5.1: those printed with their counts stand in REPRODUCED."""
    if not CHINA.exists():
        pytest.skip(f"the reference is not in {SHARED} (HUIYING_SHARED may name the folder)")
    text = CHINA.read_text(encoding="utf-8")
    table = text[text.index("### 5.1") : text.index("### 5.2")]
    printed = {(int(n), int(d)): percent for n, d, percent in PRINTED.findall(table)}
    assert len(printed) >= 7
    known = {fraction_of(*held): held for held in REPRODUCED.values()}
    for pair, percent in printed.items():
        assert check_equation(f"{pair[0]}/{pair[1]}={percent}").holds, pair
        if pair not in OUTSIDE:
            rate, code, _, counts = known[pair]
            assert check_claim(Claim("x", rate, code, percent, counts)).holds, pair


def fraction_of(rate: str, code: str, _: str, counts: dict[str, int]) -> tuple[int, int]:
    return definitions.definition(rate, code).fraction(counts)


def test_each_letter_has_a_percentage_of_its_own() -> None:
    """A to G each reproduce a figure, or as with G flag one that nothing reproduces."""
    checked = [*REPRODUCED.values(), *(held[:4] for held in NOT_REPRODUCED.values())]
    assert {code for _, code, _, _ in checked} == {"standard", *"ABCDEFG"}


EQUATION = re.compile(r"[\d+\-/=.%]+")


def test_the_real_reports_hold_where_they_are_known_to(real: list[dict[str, Any]]) -> None:
    checked = [
        text for report in real for text in report["checked"] or () if EQUATION.fullmatch(text)
    ]
    assert len(checked) >= 14
    for text in checked:
        assert check_equation(text).holds, text


def test_the_real_tables_balance_and_a_slip_of_one_is_found(real: list[dict[str, Any]]) -> None:
    tables = [report for report in real if "table3" in report]
    assert len(tables) == 2
    for report in tables:
        found = list(check_report(report))
        assert len(found) == 25 + 2 * 7
        assert [one.statement for one in found if not one.holds] == []
        report["table3"]["3.1"][0] += 1
        slips = [one.statement for one in check_report(report) if not one.holds]
        assert slips == ["row 3.1", "column 1, outcomes"]
        report["table3"]["3.1"][0] -= 1


def test_the_sums_of_the_seed_are_checked_from_its_own_words() -> None:
    texts = sorted(SEED.glob("*.txt"))
    if not texts:
        pytest.skip(f"the seed is not in {SHARED} (HUIYING_SHARED may name the folder)")
    text = texts[0].read_text(encoding="utf-8")
    found = {}
    for total, parts in re.findall(r"信息\s*(\d+)\s*条（([^）]*)）", text):
        summed = "+".join(re.findall(r"(\d+)\s*条", parts))
        found[total] = check_equation(f"{total}={summed}")
    assert {total: one.holds for total, one in found.items()} == {
        "72": True,
        "443": False,
        "74": True,
    }
    assert found["443"].reason == "the parts give 453, printed is 443"


def test_the_command_fails_and_says_what_does_not_hold(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    statements = ["72=48+12+12", "443=121+4+63+28+68+169"]
    file.write_text(json.dumps({"id": "bureau", "statements": statements}), encoding="utf-8")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_report", str(file), stdout=out)
    assert ended.value.code == 1
    assert out.getvalue().splitlines() == [
        "bureau: 443=121+4+63+28+68+169: the parts give 453, printed is 443",
        "1 of 2 statements do not hold",
    ]
    file.write_text(json.dumps({"reports": [{"statements": statements[:1]}]}), encoding="utf-8")
    out = StringIO()
    call_command("check_report", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["wrong"] == 0


@pytest.mark.parametrize("content", ["", "[1]", '"x"', '{"statements": ["x"]}'])
def test_the_command_refuses_what_is_no_report(tmp_path: Path, content: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("check_report", str(file))
    with pytest.raises(CommandError):
        call_command("check_report", str(tmp_path / "missing.json"))
