"""The sentences of a report, chosen by rules. Pure.

Each group of rules is a table read from the top: the first rule that holds gives its words. A
sentence says what is true of the counts and nothing else: a rate "reaches 100 %" only where its
numerator equals its denominator, and satisfaction only where everybody asked has rated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sla.figures.rates import Rate, rates
from sla.reports.findings import STANDARD, Counts, Definitions, Part
from sla.reports.words import Both, both

NAMED_FIRST = ("consultation", "opinion", "suggestion", "complaint")
"""The order in which a sentence names kinds: as bureaus do, 咨询、意见、建议."""


@dataclass(frozen=True)
class Facts:
    """What the sentences are about: a period's name and its figures by receipt.

    `by` is what each rate divides.
    """

    period: Both
    counts: Counts
    kinds: Sequence[Part] = ()
    excluded: Sequence[Part] = ()
    by: Definitions = field(default_factory=lambda: STANDARD)

    @cached_property
    def rates(self) -> dict[str, Rate]:
        return rates(self.counts, self.by)

    @property
    def reply(self) -> Rate:
        return self.rates["reply_rate"]

    @property
    def on_time(self) -> Rate:
        return self.rates["on_time_rate"]

    @property
    def satisfied(self) -> Rate:
        return self.rates["satisfaction"]

    @property
    def taking_part(self) -> Rate:
        return self.rates["participation"]

    def n(self, measure: str) -> int:
        return self.counts[measure]

    @property
    def valid(self) -> int:
        return self.n("received") - self.n("excluded")

    @property
    def open(self) -> int:
        return self.valid - self.n("replied")

    @property
    def all_rated(self) -> bool:
        """Every answer was put to its citizen, and every citizen rated."""
        return whole(self.taking_part) and self.n("asked") >= self.n("replied")

    @property
    def all_in_time(self) -> bool:
        """Every valid case was answered and none late, whatever the rates divide."""
        return not self.open and not self.n("missed") and whole(self.reply) and whole(self.on_time)

    @property
    def all_hundred(self) -> bool:
        return self.all_in_time and whole(self.satisfied) and self.all_rated

    @property
    def all_equal(self) -> bool:
        """The three rates are one and the same, below a hundred."""
        return self.all_rated and len(set(self.three)) == 1 and not whole(self.reply)

    @property
    def three(self) -> tuple[Rate, Rate, Rate]:
        return self.reply, self.on_time, self.satisfied

    def values(self) -> dict[str, Both]:
        """What the words of a rule may name, in both languages."""
        counts = {**self.counts, "valid": self.valid, "open": self.open}
        found = {name: both(str(n), str(n)) for name, n in counts.items()}
        found |= {f"{name}_cases": both(str(n), cases(n)) for name, n in counts.items()}
        found |= {name: shown(rate) for name, rate in self.rates.items()}
        return found | {
            "period": self.period,
            "kinds": _kinds(self.kinds),
            "reasons": _listed(self.excluded, "excluded"),
        }


def whole(rate: Rate) -> bool:
    """All of something: what rounds up to 100.00 % is not yet all."""
    return rate.d > 0 and rate.n == rate.d


def shown(rate: Rate) -> Both:
    """A rate with its two numbers; 100 % without decimals where it is exact."""
    if rate.value is None:
        return both("—", "—")
    percent = "100%" if whole(rate) else rate.percent
    return both(f"{percent}（{rate.n}/{rate.d}）", f"{percent} ({rate.n}/{rate.d})")


def cases(n: int) -> str:
    return f"{n} case" if n == 1 else f"{n} cases"


def by_kind(kinds: Sequence[Part]) -> Both:
    """How many came in of each kind, the most first; empty where nothing did."""
    named = sorted(_present(kinds), key=lambda part: -part.counts["received"])
    if not named:
        return both("", "")
    counts = [(part.name, part.counts["received"]) for part in named]
    chinese = "、".join(f"{name['zh']}{n}条" for name, n in counts)
    english = ", ".join(f"{n} {_plural(name['en'], n)}" for name, n in counts)
    return both(f"按类别分，{chinese}。", f"By kind: {english}.")


def _plural(name: str, n: int) -> str:
    return name.lower() if n == 1 else f"{name.lower()}s"


def _present(kinds: Sequence[Part]) -> list[Part]:
    return [part for part in kinds if part.counts["received"]]


def _kinds(kinds: Sequence[Part]) -> Both:
    rank = {code: place for place, code in enumerate(NAMED_FIRST)}
    named = sorted(_present(kinds), key=lambda part: rank.get(part.key, len(rank)))
    english = [_plural(part.name["en"], 2) for part in named]
    return both(
        "、".join(part.name["zh"] for part in named) or "诉求",
        " and ".join(filter(None, [", ".join(english[:-1]), *english[-1:]])),
    )


def _listed(parts: Sequence[Part], measure: str) -> Both:
    return both(
        "、".join(f"{part.name['zh']}{part.counts[measure]}条" for part in parts),
        ", ".join(f"{part.counts[measure]} {part.name['en'].lower()}" for part in parts),
    )


@dataclass(frozen=True)
class Rule:
    """When a wording may be used, and the wording."""

    name: str
    holds: Callable[[Facts], bool]
    zh: str
    en: str

    def say(self, facts: Facts) -> Both:
        values = facts.values()
        return both(
            self.zh.format(**{name: text["zh"] for name, text in values.items()}),
            self.en.format(**{name: text["en"] for name, text in values.items()}),
        )


def _always(facts: Facts) -> bool:
    return True


RECEIVED = (
    Rule(
        "nothing",
        lambda f: not f.n("received"),
        "{period}，未收到市民诉求",
        "No case was received in {period}",
    ),
    Rule(
        "some",
        _always,
        "{period}，共收到市民{kinds}{received}条",
        "In {period}, {received_cases} came in ({kinds})",
    ),
)

ANSWERED = (
    Rule("none_valid", lambda f: not f.valid, "均不计入统计", "none of them counts"),
    Rule("unanswered", lambda f: not f.n("replied"), "尚未答复", "none has been answered yet"),
    Rule(
        "all_public",
        lambda f: f.n("published") == f.n("replied"),
        "公开回复{published}条",
        "{published} answered in public",
    ),
    Rule(
        "none_public",
        lambda f: not f.n("published"),
        "答复{replied}条，均未公开",
        "{replied} answered, none in public",
    ),
    Rule(
        "some_public",
        _always,
        "答复{replied}条，其中公开回复{published}条",
        "{replied} answered, {published} of them in public",
    ),
)

OPEN = (
    Rule("all_answered", lambda f: not f.open or not f.n("replied"), "", ""),
    Rule("some_open", _always, "尚有{open}条未答复", "{open} not yet answered"),
)

RATED = (
    Rule("none_valid", lambda f: not f.valid, "", ""),
    Rule(
        "all_hundred",
        lambda f: f.all_hundred,
        "回复率、限时办结率、群众满意率均达到100%",
        "the reply rate, the on-time rate and satisfaction all reached 100%",
    ),
    Rule(
        "all_equal",
        lambda f: f.all_equal,
        "回复率、限时办结率、群众满意率均为{reply_rate}",
        "the reply rate, the on-time rate and satisfaction were all {reply_rate}",
    ),
    Rule(
        "two_hundred",
        lambda f: f.all_in_time,
        "回复率、限时办结率均达到100%",
        "the reply rate and the on-time rate both reached 100%",
    ),
    Rule(
        "nothing_due",
        lambda f: not f.on_time.d,
        "回复率{reply_rate}，尚无到期或办结件，限时办结率不计算",
        "the reply rate was {reply_rate}; nothing was due or answered, so there is no on-time rate",
    ),
    Rule(
        "each",
        _always,
        "回复率{reply_rate}，限时办结率{on_time_rate}",
        "the reply rate was {reply_rate}, the on-time rate {on_time_rate}",
    ),
)

SATISFIED = (
    Rule("said_already", lambda f: not f.valid, "", ""),
    Rule(
        "said_with_the_others",
        lambda f: f.all_hundred or f.all_equal,
        "",
        "",
    ),
    Rule(
        "not_asked",
        lambda f: not f.n("asked"),
        "群众满意率：尚未邀请评价",
        "Nobody has been asked to rate yet, so there is no satisfaction.",
    ),
    Rule(
        "none_rated",
        lambda f: not f.n("rated"),
        "群众满意率：尚无评价（应评{asked}件，参评0件）",
        "Nobody of the {asked} asked has rated yet, so there is no satisfaction.",
    ),
    Rule(
        "all_rated",
        lambda f: f.all_rated,
        "群众满意率{satisfaction}，应评均已参评",
        "Satisfaction was {satisfaction}; everybody asked has rated.",
    ),
    Rule(
        "some_rated",
        _always,
        "群众满意率{satisfaction}，参评率{participation}，未评价的不计为满意",
        "Satisfaction was {satisfaction}, participation {participation}; silence does not count as "
        "satisfaction.",
    ),
)

EXCLUDED = (
    Rule("none", lambda f: not f.n("excluded"), "", ""),
    Rule(
        "some",
        _always,
        "收到的诉求中，{excluded}条不计入有效件：{reasons}",
        "Of those received, {excluded_cases} not counted as valid: {reasons}.",
    ),
)


def choose(rules: Sequence[Rule], facts: Facts) -> Rule:
    """The first rule that holds."""
    return next(rule for rule in rules if rule.holds(facts))


def summary(facts: Facts) -> list[Both]:
    """What became of what came in, in one paragraph's sentences."""
    nothing = not facts.n("received")
    groups = [RECEIVED] if nothing else [RECEIVED, ANSWERED, OPEN, RATED]
    first = [choose(group, facts).say(facts) for group in groups]
    sentences = [_joined(first)]
    if not nothing:
        sentences += [
            both(f"{said['zh']}。", said["en"])
            for group in (SATISFIED, EXCLUDED)
            if (said := choose(group, facts).say(facts))["zh"]
        ]
    return sentences


def _joined(said: list[Both]) -> Both:
    texts = [one for one in said if one["zh"]]
    return both(
        "，".join(one["zh"] for one in texts) + "。", "; ".join(one["en"] for one in texts) + "."
    )
