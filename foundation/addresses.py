"""Finding home addresses in Chinese text. Pure.

Published texts keep an address down to 乡镇 or 街道 and lose what is below it. A road or an estate
by itself is what a matter is about, so it stays; with a house number it becomes an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

HIDDEN = "***"

LOOK_BACK = 40
"""How many characters before a house number may belong to its address."""

COUNT = r"(?:[0-9A-Za-z]{1,5}(?:[\-—之/][0-9]{1,4}){0,3}|[一二三四五六七八九十百零〇甲乙丙丁]{1,4})"
NOT_A_HOUSE = (
    r"(?![线召文令码]|公告|通知|以[前后]|[之早晚前后起]"  # a line, a document,
    r"|[上下]午|开始|[到至]\s?[0-9])"  # or the day of a month
)
UNIT = rf"(?:(?:号|#|＃)[楼院门房]|[栋幢座]楼?|单元|弄|#|号{NOT_A_HOUSE})"
LESSER = r"(?:[楼层](?![上下道盘])|室|户(?!籍|外)|门(?![口前外])|排|区)"
PLACE = (
    r"(?:[路街道巷弄里庄寨屯湾营苑园院城府庭居郡湖寓坊厂村镇乡]|胡同|小区|社区|花城|家属楼|别墅|广场"
    r"|大厦|国际|世家|学校|办事处)"
)
HOUSE = re.compile(
    # a place and a house in it
    rf"{PLACE}(?P<house>[东西南北中]?[段区院]?\s?(?:{COUNT}\s?{LESSER}\s?)?"
    rf"(?:{COUNT}\s?{UNIT}\s?)(?:{COUNT}\s?(?:{UNIT}|{LESSER})\s?){{0,5}}"
    r"(?:[内附])?(?:[0-9]{1,4}(?![0-9年月日元米天人个次%.:]))?)"
    # the short way of writing building, staircase and flat
    rf"|{PLACE}(?P<short>\s?[0-9]{{1,3}}[\-—][0-9]{{1,2}}[\-—][0-9]{{2,4}}(?![0-9\-—]))"
    # a group or team of a village
    rf"|(?:[村庄寨屯湾营]|社区)(?P<group>\s?第?{COUNT}\s?(?:村民小?组|小?组|队)(?:\s?{COUNT}\s?[号户])?)"
    # a flat in a building that is not named
    rf"|(?P<flat>{COUNT}\s?(?:(?:号|#|＃)[楼院]|[栋幢]楼?)\s?(?:{COUNT}\s?单元"
    rf"(?:\s?{COUNT}\s?(?:号|{LESSER}))*(?:\s?[0-9]{{2,4}}(?![0-9年月日元]))?"
    rf"|[0-9]{{3,4}}\s?[室号房]))"
)
TOWNSHIP = r"街道办事处|街道|办事处|[镇乡县]|(?<![小社])区|市(?![场民政委])"
BEGINNING = re.compile(rf"{TOWNSHIP}|家住在?|住在|[住地]址[:是为]?")
"""After the last of these a home address has left what may be shown."""

SAID = re.compile(r"的|反映|居民|业主|位于|坐落|要求|解决|人员|对|了")
"""Words between a township and a house that belong to the sentence, not to the address."""

LABELLED = re.compile(
    r"(?:住址|(?:家庭|联系|通讯|通信|居住|身份证|户籍|户口|邮寄)地址)\s{0,2}[:是为]\s{0,2}"
    r"(?P<address>[^\s,。;;!?\x00]{4,60})"
)


def find_addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what to show instead) of each part of an address below township level.

    The text must have been made narrow: ASCII digits and punctuation.
    """
    end = 0
    for start, stop in sorted([*_labelled(text), *_houses(text)]):
        if stop > end:
            yield max(start, end), stop, HIDDEN
            end = stop


def _labelled(text: str) -> Iterator[tuple[int, int]]:
    for match in LABELLED.finditer(text):
        start, stop = match.span("address")
        townships = list(re.finditer(TOWNSHIP, match.group("address")))
        if townships:
            start += townships[-1].end()
        if start < stop:
            yield start, stop


def _houses(text: str) -> Iterator[tuple[int, int]]:
    for match in HOUSE.finditer(text):
        part = match.lastgroup
        assert part is not None
        start, stop = match.span(part)
        stop = start + len(text[start:stop].rstrip())
        yield _beginning(text, start), stop


def _beginning(text: str, house: int) -> int:
    """Where the part to hide begins: after the township if one is named, else at the house."""
    before = re.search(r"[\w:]*$", text[max(0, house - LOOK_BACK) : house])
    assert before is not None
    offset = house - len(before.group())
    townships = list(BEGINNING.finditer(before.group()))
    if not townships:
        return house
    start = townships[-1].end()
    said = list(SAID.finditer(before.group(), start))
    return offset + (said[-1].end() if said else start)
