"""From figures to a report: which blocks, in which order. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sla.figures.definitions import STANDARD, Definition
from sla.figures.measures import ZONE, civil_day
from sla.reports.blocks import (
    Block,
    Cell,
    bars,
    heading,
    lines,
    paragraph,
    part_table,
    table,
    total_of,
)
from sla.reports.findings import Days, Findings, Part
from sla.reports.prose import Facts, by_kind, cases, summary
from sla.reports.spans import MONTHS, name, reached
from sla.reports.trend import trend
from sla.reports.words import COUNTS, NUMERALS, RATES, Both, both

RECEIPT = both("按收件口径", "By receipt")
EVENT = both("按办理口径", "By event")

Section = tuple[Both, list[Block]]


def compose(found: Findings) -> dict[str, Any]:
    """The report as a document: title, bureau and blocks, all in both languages."""
    period = name(found.kind, found.period)
    blocks: list[Block] = []
    sections = [(title, made) for title, made in _sections(found) if made]
    for place, (title, made) in enumerate(sections):
        numbered = both(f"{NUMERALS[place]}、{title['zh']}", f"{place + 1}. {title['en']}")
        blocks += [heading(numbered), *made]
    return {
        "title": both(
            f"{period['zh']}公众参与办理情况报告",
            f"Report on public inquiries, {period['en'].removeprefix('the ')}",
        ),
        "bureau": found.bureau,
        "period": period,
        "blocks": blocks,
    }


def _sections(found: Findings) -> Iterator[Section]:
    yield both("总体情况", "In short"), _in_short(found)
    yield both("主要指标", "The rates"), _rates(found)
    yield both("收办平衡", "Where the cases went"), _balance(found)
    yield both("分类情况", "Breakdowns"), _parts(found)
    yield both("答复用时", "How long answers took"), _times(found)
    yield both("不计入情况", "Not counted"), _excluded(found)
    if found.kind == "year":
        yield (
            both("政府网站工作年度报表（互动交流）", "The website's yearly statement: interaction"),
            _interaction(found),
        )
    yield both("口径说明", "Definitions"), _definitions(found)


def _in_short(found: Findings) -> list[Block]:
    facts = Facts(_so_far(found), found.total, found.kinds, found.excluded, by=found.definitions)
    said = summary(facts)
    whole = both("".join(s["zh"] for s in said), " ".join(s["en"] for s in said))
    own = _own(found)
    trends = [paragraph(trend(own, then, found.definitions)) for then in found.earlier]
    return [paragraph(whole), *trends, paragraph(_cut_off(found))]


def _so_far(found: Findings) -> Both:
    return reached(found.kind, found.period, civil_day(found.as_of))


def _own(found: Findings) -> Part:
    return Part("this", _so_far(found), found.total)


def _cut_off(found: Findings) -> Both:
    at = found.as_of.astimezone(ZONE)
    start, end = found.period.start, found.period.end
    return both(
        f"统计期为{_day(start)}至{_day(end)}，数据截至{_day(at.date())}{at:%H:%M}。除另有注明外，"
        "按收件口径统计，即统计期内所收诉求的办理结果；各项指标的口径见文末，"
        f"口径版本{found.definition}。",
        f"The period is {start} to {end}; figures are as known at {at:%Y-%m-%d %H:%M} and, unless "
        "said otherwise, by receipt: what became of the cases received in the period. What the "
        f"rates divide stands at the end; definitions, version {found.definition}.",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _rates(found: Findings) -> list[Block]:
    receipt, event = found.rates(found.total), found.rates(found.event)
    rows: list[tuple[str, Both, list[Cell]]] = [
        (key, word, [receipt[key].as_data(), event[key].as_data()]) for key, word in RATES.items()
    ]
    columns = [("name", both("指标", "Rate")), ("receipt", RECEIPT), ("event", EVENT)]
    made = [table("rates", both("两种口径的各项指标", "The rates on both bases"), columns, rows)]
    if found.earlier:
        title = both("与以往比较", "Compared with earlier periods")
        first = both("统计期", "Period")
        made.append(part_table("earlier", title, first, found.earlier, _own(found), found.rates))
    return made


def _balance(found: Findings) -> list[Block]:
    held = found.balance
    columns = [
        ("name", both("项目", "Item")),
        ("n", both("件数", "Cases")),
    ]
    rows = [
        ("carried_in", both("期初未办结", "Open when the period began"), [held.carried_in]),
        ("received", both("本期收到", "Received"), [held.received]),
        ("replied", both("本期答复", "Answered"), [held.replied]),
        ("excluded", both("本期转为不计入", "No longer counted"), [held.excluded]),
        ("open", both("期末未办结", "Open at the end"), [held.open]),
    ]
    rule = both(
        "勾稽关系：期初未办结＋本期收到＝本期答复＋本期转为不计入＋期末未办结"
        f"（{held.carried_in}＋{held.received}＝{held.replied}＋{held.excluded}＋{held.open}）。",
        "Must balance: open before + received = answered + no longer counted + open at the end "
        f"({held.carried_in} + {held.received} = {held.replied} + {held.excluded} + {held.open}).",
    )
    title = both("收办平衡（按办理口径）", "Balance (by event)")
    return [table("balance", title, columns, rows), paragraph(rule), paragraph(_checked(found))]


def _checked(found: Findings) -> Both:
    """Whether all that must balance does."""
    if faults := found.faults():
        told = "; ".join(faults)
        return both(
            f"核对不符，本报告数据在查明之前不宜使用：{told}。",
            f"These figures do not balance and should not be used before it is known why: {told}.",
        )
    return both(
        "经核对，勾稽相符，各分类表分项之和等于合计。",
        "Checked: this balances, and the rows of each table add up to its total.",
    )


def _parts(found: Findings) -> list[Block]:
    """Nothing where nothing came in: there is nothing to break down."""
    made: list[Block] = []
    if not found.total["received"]:
        return made
    whole, by = total_of(found.total), found.rates
    if MONTHS[found.kind] > 1:
        if len(found.months) > 1:
            title = both("每月收到和答复件数", "Received and replied by month")
            made.append(lines(title, found.months, ("received", "replied")))
        by_month = both("按月", "By month")
        made.append(part_table("months", by_month, both("月份", "Month"), found.months, whole, by))
    groups = (
        ("kinds", found.kinds, both("按类别", "By kind"), both("类别", "Kind")),
        (
            "departments",
            found.departments,
            both("按承办科室", "By department"),
            both("科室", "Department"),
        ),
        ("channels", found.channels, both("按渠道", "By channel"), both("渠道", "Channel")),
    )
    for key, parts, title, first in groups:
        if parts:
            if key == "kinds" and len(parts) > 1:
                made.append(paragraph(by_kind(parts)))
                made.append(bars(both("各类别收到件数", "Received by kind"), parts, "received"))
            made.append(part_table(key, title, first, parts, whole, by))
    return made


def _times(found: Findings) -> list[Block]:
    if not (found.days.answers or found.event_days.answers):
        return [paragraph(both("本期没有首次答复。", "There was no first answer in the period."))]
    columns = [("name", both("指标", "Measure")), ("receipt", RECEIPT), ("event", EVENT)]
    names = {
        "answers": both("首次答复件数", "First answers"),
        "median": both("中位用时（工作日）", "Half within (working days)"),
        "p90": both("九成用时（工作日）", "Nine tenths within (working days)"),
        "mean_working": both("平均用时（工作日）", "Average (working days)"),
        "mean_natural": both("平均用时（自然日）", "Average (calendar days)"),
    }
    rows = [
        (key, word, [_time(found.days, key), _time(found.event_days, key)])
        for key, word in names.items()
    ]
    return [table("days", both("首次答复用时", "Time to the first answer"), columns, rows)]


def _time(days: Days, key: str) -> int | str | None:
    value = getattr(days, key)
    return f"{value:g}" if isinstance(value, float) else value


def _excluded(found: Findings) -> list[Block]:
    if not found.excluded:
        none = both(
            "本期没有不计入的诉求。", "None of the cases received in the period is left out."
        )
        return [paragraph(none)]
    columns = [("name", both("原因", "Reason")), ("excluded", COUNTS["excluded"])]
    rows = [(part.key, part.name, [part.counts["excluded"]]) for part in found.excluded]
    rows.append(("total", both("合计", "Total"), [found.total["excluded"]]))
    return [table("excluded", both("不计入的诉求", "Cases not counted"), columns, rows)]


def _interaction(found: Findings) -> list[Block]:
    block = found.interaction()
    names = {
        "received": both("收到留言数量", "Messages received"),
        "answered": both("办结留言数量", "Messages answered"),
        "public_answers": both("公开答复数量", "Answers made public"),
        "average_days": both("平均办理时间（天）", "Average time to answer (days)"),
        "average_working_days": both("平均办理时间（工作日）", "Average time (working days)"),
    }
    columns = [("name", both("项目", "Item")), ("n", both("数量", "Number"))]
    rows = [(key, word, [block[key]]) for key, word in names.items()]
    note = both(
        "本表按办理口径：本年内收到、办结、公开的数量；平均办理时间从收到之日起至首次答复。",
        "By event: received, answered and made public within the year; the average runs from"
        f" receipt to the first answer, over {cases(found.event_days.answers)}.",
    )
    title = both("互动交流", "Interaction")
    return [table("interaction", title, columns, rows), paragraph(note)]


def _definitions(found: Findings) -> list[Block]:
    rest = both(
        "分母为零时以“—”表示，既不记为0%，也不记为100%；百分比四舍五入，保留两位小数。",
        "Nothing out of nothing is a dash, neither 0% nor 100%; percentages are rounded half up to"
        " two decimals.",
    )
    defined = [_defined(RATES[rate], one) for rate, one in found.definitions.items()]
    return [*map(paragraph, [*defined, *_few(found), rest])]


def _few(found: Findings) -> Iterator[Both]:
    """What the brackets under a satisfaction mean, if there are any."""
    if found.some_few:
        yield both(
            f"有效评价不足{found.few}份的，群众满意率下方括号内为95%置信区间（威尔逊法）。",
            f"Where fewer than {found.few} have rated, the range in brackets under the satisfaction"
            " is its 95 % confidence interval (Wilson).",
        )


def _defined(rate: Both, by: Definition) -> Both:
    """What a rate divides, with its letter where it is not the standard definition."""
    chosen = by.code != STANDARD[by.rate]
    return both(
        f"{rate['zh']}{f'（口径{by.code}）' if chosen else ''}：{by.text.zh}。",
        f"{rate['en']}{f' (definition {by.code})' if chosen else ''}: {by.text.en}.",
    )
