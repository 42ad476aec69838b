"""A report beside earlier periods: as far as both have come, in words that can be recomputed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sla.figures.definitions import chosen
from sla.reports import spans
from sla.reports.findings import STANDARD, Part
from sla.reports.gathering import gather, version_of
from sla.reports.prose import Facts, summary
from sla.reports.trend import trend
from sla.reports.words import both
from tests.factories import Cast, advance, china, make_inquiry
from tests.reports.played import DAY, YEAR_END, frozen, play, table, words

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


def part(name: str, **over: int) -> Part:
    return Part(name, both(f"{name}年", name), NINE | over)


@pytest.mark.parametrize(
    ("now", "then", "zh", "en"),
    [
        (
            part("2026", received=10),
            part("2025"),
            "与2025年相比，收件增加1条，回复率下降10.00个百分点，限时办结率持平，群众满意率持平。",
            (
                "Compared with 2025, 1 more case came in; the reply rate fell by 10.00 percentage "
                "points; the on-time rate stayed the same; satisfaction stayed the same."
            ),
        ),
        (
            part("2026", met=8, missed=1),
            part("2025", received=12, replied=12, met=6, missed=6, satisfied=6),
            (
                "与2025年相比，收件减少3条，回复率持平，限时办结率上升38.89个百分点，"
                "群众满意率上升33.33个百分点。"
            ),
            (
                "Compared with 2025, 3 fewer cases came in; the reply rate stayed the same; the"
                " on-time rate rose by 38.89 percentage points; satisfaction rose by 33.33"
                " percentage points."
            ),
        ),
        (
            part("2026", asked=0, rated=0, satisfied=0),
            part("2025"),
            "与2025年相比，收件数持平，回复率持平，限时办结率持平。",
            (
                "Compared with 2025, as many cases came in; the reply rate stayed the same; the"
                " on-time rate stayed the same."
            ),
        ),
    ],
)
def test_what_rose_and_fell_is_said(now: Part, then: Part, zh: str, en: str) -> None:
    assert trend(now, then, STANDARD) == both(zh, en)


@pytest.mark.django_db
def test_a_period_under_way_is_set_against_as_many_days(cast: Cast) -> None:
    for at in (china(2025, 2, 3), china(2025, 2, 20), china(2026, 1, 5), china(2026, 2, 4)):
        advance(make_inquiry(at), cast, "publish", at + DAY)
    as_of = china(2026, 2, 10, 12)
    found = gather("month", spans.span("month", 2026, 2), as_of=as_of, now=YEAR_END)
    assert [(one.key, one.name["zh"], one.counts["received"]) for one in found.earlier] == [
        ("year_before", "2025年2月（截至2月10日）", 1),
        ("before", "2026年1月（截至1月10日）", 1),
    ]


@pytest.mark.django_db
def test_the_half_year_is_set_against_the_half_year_before(cast: Cast) -> None:
    for day in (date(2025, 7, 1), date(2025, 12, 31), date(2026, 6, 30)):
        make_inquiry(china(day.year, day.month, day.day))
    found = gather("half", spans.span("half", 2026, 1), as_of=YEAR_END, now=YEAR_END)
    assert [(one.name["en"], one.counts["received"]) for one in found.earlier] == [
        ("the second half of 2025", 2)
    ]


@pytest.mark.django_db
def test_months_still_to_come_are_no_months_without_cases(cast: Cast) -> None:
    play(cast, [5, 5])
    made = frozen(cast, as_of=china(2026, 3, 2))
    assert list(table(made, "months")) == ["2026-01", "2026-02", "2026-03", "total"]
    assert "2026年（截至3月2日），共收到" in words(made)
    assert "In 2026 (to 2 March), 2 cases came in" in words(made, "en")


CHOSEN = {"reply_rate": "B", "on_time_rate": "F"}


@pytest.mark.django_db
def test_a_report_divides_by_the_definitions_chosen_and_says_so(cast: Cast, settings: Any) -> None:
    settings.RATE_DEFINITIONS = settings.RATE_DEFINITIONS | CHOSEN
    play(cast, [5] * 2)
    make_inquiry(china(2026, 3, 2))
    made = frozen(cast)
    assert made.definition == version_of(chosen(CHOSEN)) == "1, reply_rate B, on_time_rate F"
    assert table(made, "kinds")["total"]["reply_rate"] == {"n": 2, "d": 2, "percent": "100.00%"}
    assert table(made, "rates")["on_time_rate"]["receipt"]["d"] == 2
    text = words(made)
    assert "回复率（口径B）：已答复 ÷ 已转办（分派到部门）。" in text
    assert "限时办结率（口径F）：按时答复 ÷ 全部已答复" in text
    assert made.figures["definitions"]["reply_rate"]["code"] == "B"


@pytest.mark.parametrize("reply", ["standard", "B", "C", "D"])
@pytest.mark.parametrize("on_time", ["E", "F", "G"])
def test_no_definition_makes_a_hundred_of_a_case_left_unanswered(reply: str, on_time: str) -> None:
    """B, C, D and F leave out what was not dispatched, not due or not answered."""
    by = chosen({"reply_rate": reply, "on_time_rate": on_time})
    for over in ({"received": 10, "dispatched": 9}, {"received": 10, "missed": 1, "dispatched": 9}):
        facts = Facts(both("2026年", "2026"), NINE | over, by=by)
        text = "".join(one["zh"] for one in summary(facts))
        assert "均达到100%" not in text
        assert "尚有1条未答复" in text
    whole = Facts(both("2026年", "2026"), NINE | {"dispatched": 9}, by=by)
    assert "回复率、限时办结率、群众满意率均达到100%" in summary(whole)[0]["zh"]
