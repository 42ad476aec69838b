"""What each rate divides by what: our own definitions and those other bodies print. Pure.

Public bodies publish a "reply rate" that may be any of five fractions. Each is kept here under its
letter, so that a bureau can say which one it publishes, and a printed percentage can be checked
against the fraction it claims to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages of the house."""

    zh: str
    en: str

    def in_language(self, code: str) -> str:
        """`code` as Django writes languages; anything but Chinese reads English."""
        return self.zh if code.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Definition:
    """One rate's fraction: `numerator` and `denominator` are quantities, see `quantity`.

    `source` says who defines it so, or whose printed figures only this fraction reproduces.
    """

    code: str
    rate: str
    numerator: str
    denominator: str
    name: Text
    text: Text
    source: str

    def fraction(self, counts: Mapping[str, int]) -> tuple[int, int]:
        """Numerator and denominator of a set of counts. Raises KeyError for one not given."""
        return quantity(self.numerator, counts), quantity(self.denominator, counts)

    def as_data(self) -> dict[str, str]:
        return {
            "code": self.code,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "name_zh": self.name.zh,
            "name_en": self.name.en,
            "text_zh": self.text.zh,
            "text_en": self.text.en,
            "source": self.source,
        }


def quantity(name: str, counts: Mapping[str, int]) -> int:
    """A measure, or what follows from measures: valid (received less excluded), judged (met and
    missed). One given outright, as printed reports do, is taken as given."""
    if name in counts:
        return counts[name]
    match name:
        case "valid":
            return counts["received"] - counts.get("excluded", 0)
        case "judged":
            return counts["met"] + counts["missed"]
    raise KeyError(name)


REPLY = "reply_rate"
ON_TIME = "on_time_rate"
SATISFACTION = "satisfaction"
PARTICIPATION = "participation"

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "standard",
        REPLY,
        "replied",
        "valid",
        Text("回复率（标准）", "Reply rate (standard)"),
        Text(
            "已答复 ÷ 有效诉求；不予受理、转交、并案、撤回、逾期未补充和垃圾信息不计入有效",
            "replied ÷ valid cases; those rejected, referred, merged, withdrawn, lapsed or spam "
            "are not valid",
        ),
        "Huiying",
    ),
    Definition(
        "A",
        REPLY,
        "published",
        "valid",
        Text("公开答复率（A）", "Published reply rate (A)"),
        Text("答复并在网上发布 ÷ 有效诉求", "answers published online ÷ valid cases"),
        "领导信箱月度统计 2021-11：3055/3059 = 99.87%",
    ),
    Definition(
        "B",
        REPLY,
        "replied",
        "dispatched",
        Text("回复率（B，按转办）", "Reply rate (B, of dispatched)"),
        Text("已答复 ÷ 已转办（分派到部门）", "replied ÷ dispatched to a department"),
        "2026-01 留言办理通报：173/181 = 95.58%",
    ),
    Definition(
        "C",
        REPLY,
        "replied",
        "dispatched",
        Text("办结率（C）", "Completion rate (C)"),
        Text(
            "已办结 ÷ 已转办；办结以首次答复为准",
            "completed ÷ dispatched to a department; completed with the first reply",
        ),
        "淮北 1715/2274 = 75.42%；渭南 1121/1133 = 98.94%",
    ),
    Definition(
        "D",
        REPLY,
        "replied",
        "judged",
        Text("结案率（D）", "Closing rate (D)"),
        Text("已答复 ÷ 应办结（到期或已答复）", "replied ÷ cases due (due or answered by now)"),
        "连云港 12345 2017-04：23974/24932 = 96.16%",
    ),
    Definition(
        "E",
        ON_TIME,
        "met",
        "judged",
        Text("限时办结率（E，标准）", "On-time rate (E, standard)"),
        Text(
            "按时答复 ÷ 应办结（到期或已答复），未答复的逾期件计入分母",
            "answered on time ÷ cases due (due or answered by now), the unanswered included",
        ),
        "连云港 12345 2017-04：22345/24932 = 89.62%",
    ),
    Definition(
        "F",
        ON_TIME,
        "met",
        "replied",
        Text("按期办结率（F，按已答复）", "On-time rate (F, of the answered)"),
        Text(
            "按时答复 ÷ 全部已答复，未答复的逾期件不计入",
            "answered on time ÷ all answered; what is overdue and unanswered is left out",
        ),
        "凤县 792/(792+47) = 94.40%",
    ),
    Definition(
        "G",
        ON_TIME,
        "met",
        "received",
        Text("按期回复率（G，按收到）", "On-time rate (G, of the received)"),
        Text("按时答复 ÷ 收到", "answered on time ÷ received"),
        "铜川来信办理表",
    ),
    Definition(
        "standard",
        SATISFACTION,
        "satisfied",
        "rated",
        Text("群众满意率（有效参评）", "Satisfaction (of valid ratings)"),
        Text(
            "非常满意、满意和基本满意 ÷ 有效评价；未评价不计为满意",
            "fairly satisfied or better ÷ valid ratings; nobody's silence counts",
        ),
        "江苏 2024 有效参评满意率",
    ),
    Definition(
        "standard",
        PARTICIPATION,
        "rated",
        "asked",
        Text("参评率", "Participation"),
        Text("已评价 ÷ 已邀请评价", "rated ÷ asked to rate"),
        "Huiying",
    ),
)

STANDARD: Mapping[str, str] = {
    REPLY: "standard",
    ON_TIME: "E",
    SATISFACTION: "standard",
    PARTICIPATION: "standard",
}
"""The definitions a house publishes by unless it chooses others."""

_BY_CODE = {(one.rate, one.code): one for one in DEFINITIONS}


def definition(rate: str, code: str) -> Definition:
    """The definition of a rate under a code. Raises KeyError."""
    return _BY_CODE[rate, code]


def codes(rate: str) -> tuple[str, ...]:
    """The codes a rate can be defined by."""
    return tuple(one.code for one in DEFINITIONS if one.rate == rate)


def chosen(codes_by_rate: Mapping[str, str] = STANDARD) -> dict[str, Definition]:
    """The definition of every rate, where none is named the standard one. Raises KeyError."""
    return {rate: definition(rate, codes_by_rate.get(rate, STANDARD[rate])) for rate in STANDARD}
