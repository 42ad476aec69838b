"""The sentences of a report: said when true, and only then."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.reports.findings import Part
from sla.reports.prose import ANSWERED, OPEN, RATED, SATISFIED, Facts, choose, summary
from sla.reports.spans import SpanError, name, reached, span
from sla.reports.words import both

NINE = {
    "received": 9,
    "excluded": 0,
    "replied": 9,
    "published": 9,
    "met": 9,
    "missed": 0,
    "asked": 9,
    "rated": 9,
    "satisfied": 9,
}
NOTHING = dict.fromkeys(NINE, 0)
SEED = "收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率、群众满意率均达到100%"


def part(key: str, zh: str, en: str, **counts: int) -> Part:
    return Part(key, both(zh, en), NOTHING | counts)


KINDS = (
    part("consultation", "咨询", "Consultation", received=4),
    part("suggestion", "建议", "Suggestion", received=3),
    part("opinion", "意见", "Opinion", received=2),
    part("complaint", "投诉", "Complaint"),
)
SPAM = part("spam", "垃圾信息", "Spam", excluded=1)


def said(language: str = "zh", /, **over: int) -> str:
    facts = Facts(name("year", span("year", 2026)), NINE | over, KINDS)
    return "".join(one[language] for one in summary(facts))


@pytest.mark.parametrize(
    ("over", "text"),
    [
        ({}, f"2026年，共{SEED}。"),
        (
            {"rated": 8, "satisfied": 8},
            (
                "2026年，共收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率均达到100%。"
                "群众满意率100%（8/8），参评率88.89%（8/9），未评价的不计为满意。"
            ),
        ),
        (
            {"rated": 0, "satisfied": 0},
            (
                "2026年，共收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率均达到100%。"
                "群众满意率：尚无评价（应评9件，参评0件）。"
            ),
        ),
        (
            {"asked": 0, "rated": 0, "satisfied": 0},
            (
                "2026年，共收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率均达到100%。"
                "群众满意率：尚未邀请评价。"
            ),
        ),
        (
            {"satisfied": 8},
            (
                "2026年，共收到市民咨询、意见、建议9条，公开回复9条，回复率、限时办结率均达到100%。"
                "群众满意率88.89%（8/9），应评均已参评。"
            ),
        ),
        (
            {"replied": 8, "published": 8, "met": 8, "asked": 8, "rated": 8, "satisfied": 8},
            (
                "2026年，共收到市民咨询、意见、建议9条，公开回复8条，尚有1条未答复，"
                "回复率88.89%（8/9），限时办结率100%（8/8）。群众满意率100%（8/8），应评均已参评。"
            ),
        ),
        (
            {"published": 2, "met": 8, "missed": 1},
            (
                "2026年，共收到市民咨询、意见、建议9条，答复9条，其中公开回复2条，"
                "回复率100%（9/9），限时办结率88.89%（8/9）。群众满意率100%（9/9），应评均已参评。"
            ),
        ),
        (
            {"published": 0},
            (
                "2026年，共收到市民咨询、意见、建议9条，答复9条，均未公开，"
                "回复率、限时办结率、群众满意率均达到100%。"
            ),
        ),
        (NOTHING, "2026年，未收到市民诉求。"),
        (
            NOTHING | {"received": 9},
            (
                "2026年，共收到市民咨询、意见、建议9条，尚未答复，"
                "回复率0.00%（0/9），尚无到期或办结件，限时办结率不计算。群众满意率：尚未邀请评价。"
            ),
        ),
    ],
)
def test_what_is_said(over: dict[str, int], text: str) -> None:
    assert said(**over) == text


def test_equal_rates_below_a_hundred_are_said_once() -> None:
    text = said(received=10, met=9, missed=1, asked=10, rated=10, satisfied=9, replied=9)
    assert "回复率、限时办结率、群众满意率均为90.00%（9/10）" in text
    assert "均达到100%" not in text


def test_what_does_not_count_is_listed_beside_the_sentence() -> None:
    text = _with_spam("zh")
    assert text.endswith("收到的诉求中，1条不计入有效件：垃圾信息1条。")
    assert "回复率、限时办结率、群众满意率均达到100%" in text
    assert "1 case not counted as valid: 1 spam." in _with_spam("en")


def _with_spam(language: str) -> str:
    counts = NINE | {"received": 10, "excluded": 1}
    made = Facts(both("2026年", "2026"), counts, KINDS, (SPAM,))
    return "".join(one[language] for one in summary(made))


def test_the_english_says_the_same() -> None:
    assert said("en") == (
        "In 2026, 9 cases came in (consultations, opinions and suggestions); 9 answered in public;"
        " the reply rate, the on-time rate and satisfaction all reached 100%."
    )
    assert "silence does not count as satisfaction" in said("en", rated=8, satisfied=8)
    assert "Nobody of the 9 asked has rated yet" in said("en", rated=0, satisfied=0)
    assert said("en", **NOTHING) == "No case was received in 2026."


def test_what_rounds_up_to_a_hundred_is_not_a_hundred() -> None:
    huge = 100_000
    text = said(**dict.fromkeys(NINE, huge) | {"excluded": 0, "missed": 0, "replied": huge - 1})
    assert "均达到100%" not in text
    assert f"回复率100.00%（{huge - 1}/{huge}）" in text


@st.composite
def counts(draw: Any) -> dict[str, int]:
    def upto(n: int) -> int:
        return int(draw(st.integers(0, n)))

    received = upto(30)
    excluded = upto(received)
    replied = upto(received - excluded)
    met = upto(replied)
    missed = replied - met + upto(received - excluded - replied)
    asked = upto(replied + 2)
    rated = upto(asked)
    return {
        "received": received,
        "excluded": excluded,
        "replied": replied,
        "published": upto(replied),
        "met": met,
        "missed": missed,
        "asked": asked,
        "rated": rated,
        "satisfied": upto(rated),
    }


@given(counts())
def test_a_hundred_is_said_exactly_when_it_is_true_and_everybody_rated(n: dict[str, int]) -> None:
    made = Facts(both("2026年", "2026"), n, KINDS, (SPAM,))
    text = "".join(one["zh"] for one in summary(made))
    true = (
        n["received"] - n["excluded"] == n["replied"] > 0
        and n["missed"] == 0
        and n["met"] > 0
        and n["satisfied"] == n["rated"] == n["asked"]
        and n["asked"] >= n["replied"]
    )
    assert ("群众满意率均达到100%" in text) == true
    assert "{" not in text
    for rules in (ANSWERED, OPEN, RATED, SATISFIED):
        assert choose(rules, made).holds(made)


@pytest.mark.parametrize(
    ("kind", "number", "zh", "en", "start", "end"),
    [
        ("month", 2, "2024年2月", "February 2024", "2024-02-01", "2024-02-29"),
        (
            "quarter",
            1,
            "2024年第一季度",
            "the first quarter of 2024",
            "2024-01-01",
            "2024-03-31",
        ),
        ("half", 2, "2024年下半年", "the second half of 2024", "2024-07-01", "2024-12-31"),
        ("year", 1, "2024年", "2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_periods_have_their_names(
    kind: str, number: int, zh: str, en: str, start: str, end: str
) -> None:
    period = span(kind, 2024, number)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)
    assert name(kind, period) == both(zh, en)


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (
            date(2024, 2, 9),
            "2024年第一季度（截至2月9日）",
            "the first quarter of 2024 (to 9 February)",
        ),
        (date(2024, 3, 31), "2024年第一季度", "the first quarter of 2024"),
        (date(2025, 1, 1), "2024年第一季度", "the first quarter of 2024"),
    ],
)
def test_a_period_under_way_is_named_as_far_as_it_has_come(day: date, zh: str, en: str) -> None:
    assert reached("quarter", span("quarter", 2024, 1), day) == both(zh, en)


@pytest.mark.parametrize(("kind", "number"), [("quarter", 5), ("year", 2), ("week", 1)])
def test_there_is_no_such_period(kind: str, number: int) -> None:
    with pytest.raises(SpanError):
        span(kind, 2024, number)
