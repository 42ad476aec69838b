"""Hiding personal data in text that is to be published. Pure.

What is hidden follows 国务院办公厅《2018年政务公开工作要点》 (personal matters are published only
after 去标识化) and the practice of municipal portals: 138****1234, identity numbers without the
date of birth, addresses down to 乡镇 or 街道, names as 张*. Patterns find what has a shape. They
rather hide too much than too little; a person looks at the result before it is published.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from foundation.addresses import find_addresses

Kind = Literal[
    "email",
    "id_card",
    "bank_card",
    "mobile",
    "landline",
    "account",
    "plate",
    "address",
    "name",
]
"""What can be found; "account" is a WeChat or QQ name."""

KINDS: tuple[Kind, ...] = get_args(Kind)


IN_ANSWERS: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "landline")
"""For what offices write: the landlines they give are their own, for citizens to call."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data at text[start:end], and what to write in its place."""

    kind: Kind
    start: int
    end: int
    masked: str


# -- Shapes ---------------------------------------------------------------------------------
# All are searched in text made narrow character by character, so that positions stay true.

SEP = r"[ \t\-‐‑‒–—―−_·]{0,3}"
PROVINCE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"

EMAIL = re.compile(
    r"(?<![\w.+%-])[A-Za-z0-9][\w.+%-]{0,63}\s?@\s?(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}",
    re.ASCII,
)
ID_CARD = re.compile(
    # 18 characters: region, date of birth, order, check character
    rf"(?<!\d){PROVINCE}(?:{SEP}\d){{4}}{SEP}(?:1{SEP}[89]|2{SEP}0)(?:{SEP}\d){{2}}"
    rf"{SEP}[01](?:{SEP}\d){{6}}{SEP}[\dXx](?!\d)"
    # 15 digits, as issued until 1999
    rf"|(?<!\d){PROVINCE}(?:{SEP}\d){{4}}(?:{SEP}\d){{2}}{SEP}[01]{SEP}\d{SEP}[0-3]{SEP}\d"
    rf"(?:{SEP}\d){{3}}(?!{SEP}\d)"
    # the same mistyped; nothing else people write looks like it
    r"|(?<!\d)\d{17}[Xx](?![A-Za-z\d])"
    r"|(?<!\d)[1-9]\d{5}[12]\d{3}[01]\d[0-3]\d{5}(?!\d)",
    re.ASCII,
)
BANK_CARD = re.compile(
    r"(?<!\d)\d{15,}(?!\d)"
    rf"|(?<![\d-])\d{{4}}(?:[ \-]{{1,2}}\d{{4}}){{3}}(?:{SEP}\d{{1,4}})?(?!\d)",
    re.ASCII,
)
MOBILE = re.compile(
    rf"(?<!\d)(?:\(?(?:\+|00)?86\)?{SEP})?0?(?P<number>1(?:{SEP}[3-9])(?:{SEP}\d){{9}})(?!\d)"
    r"|(?<!\d)(?P<dotted>1[3-9]\d\.\d{4}\.\d{4})(?!\d)",
    re.ASCII,
)
LANDLINE = re.compile(
    r"(?<!\d)\(?(?P<area>0(?:10|2\d|[3-9]\d{2}))\)?[ \t\-‐‑‒–—―−_]{0,3}"
    r"(?P<local>[2-9]\d{2,3}[ \-]?\d{4})(?:(?:-|转|ext\.?)\d{1,5})?(?!\d)",
    re.ASCII,
)
KEYED_LANDLINE = re.compile(
    r"(?:电话|座机|固话|手机|号码|联系方式|致电|拨打|Tel)[号码是为:\s]{0,4}"
    r"(?P<local>[2-8]\d{2,3}[ \-]?\d{4})(?!\d)",
    re.IGNORECASE,
)
ONE_MORE_LANDLINE = re.compile(r"[、,/或和 ]{1,2}(?P<local>[2-8]\d{2,3}[ \-]?\d{4})(?!\d)")
ACCOUNT = re.compile(
    r"(?:微信|薇信|威信|加[vV]|v信|vx|wx|wechat|weixin|QQ|扣扣)(?:号码?|id|群)?\s{0,3}[:是为]?\s{0,3}"
    r"(?P<account>[A-Za-z][\w-]{5,19}|[1-9]\d{4,11})(?![\w-])",
    re.IGNORECASE | re.ASCII,
)
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使]\s?[A-HJ-NP-Za-hj-np-z]"
    r"[\s·•.\-]{0,2}(?P<tail>[A-HJ-NP-Za-hj-np-z0-9]{4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳])"
    r"(?![A-Za-z0-9])"
)
PLATE_DIGITS = 3
KEYED_NAME = re.compile(
    r"(?:(?:姓名|联系人|投诉人|反映人|申请人|举报人|留言人)\s{0,3}[:是为]\s{0,3}|我叫\s?)"
    r"(?P<name>[\u4e00-\u9fff]{2,3}|[\u4e00-\u9fff]{1,12}·[\u4e00-\u9fff·]{1,12})"
    r"(?=[\s,。;;、.(/]|$)"
)

FORM_OF_ADDRESS = re.compile(
    r"..?(?:女士|先生|小姐|同志|师傅|老师|大爷|大妈|某{1,2}|主任|[局处科所站队]长|经理|书记|医生)"
)
"""A surname with a title, which may be shown."""

COMPOUND_SURNAMES = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|"
    "濮阳|公冶|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|"
    "公西|颛孙|壤驷|公良|漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|"
    "微生|梁丘|左丘|东门|西门|南荣|第五"
)

NARROW = {ord("。"): "。", ord("、"): "、", 0x3000: " ", 0xA0: " "} | {
    code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)
}
GONE = "\x00"
"""Stands where something has been found, so that nothing else is found in its parts."""


def mask(
    text: str,
    names: Iterable[str] = (),
    keep: Iterable[str] = (),
    kinds: Collection[Kind] = KINDS,
) -> str:
    """The text with everything `find` finds replaced."""
    parts: list[str] = []
    end = 0
    for finding in find(text, names, keep, kinds):
        parts += [text[end : finding.start], finding.masked]
        end = finding.end
    return "".join([*parts, text[end:]])


def find(
    text: str,
    names: Iterable[str] = (),
    keep: Iterable[str] = (),
    kinds: Collection[Kind] = KINDS,
) -> list[Finding]:
    """Personal data in a text, in order and without overlaps.

    `names` are people known to belong to the matter; they are found wherever they stand. `keep`
    are public telephone numbers and addresses, such as the bureau's own, to be left alone.
    """
    rest = text.translate(NARROW)
    kept = {_plain(item) for item in keep}
    findings: list[Finding] = []
    for kind in KINDS:
        if kind not in kinds:
            continue
        found = find_names(rest, names) if kind == "name" else FINDERS[kind](rest)
        for start, end, masked in list(found):
            if _plain(rest[start:end]) not in kept:
                findings.append(Finding(kind, start, end, masked))
            rest = rest[:start] + GONE * (end - start) + rest[end:]
    return sorted(findings, key=lambda finding: finding.start)


def mask_name(name: str) -> str:
    """A person's name as it may be shown: 张*, 欧阳**, J*** S***; 王女士 stays as it is."""
    name = " ".join(unicodedata.normalize("NFKC", name).split())
    if not name or "*" in name or FORM_OF_ADDRESS.fullmatch(name):
        return name
    if name.isascii():
        return " ".join(f"{word[0]}***" for word in name.split())
    shown = 2 if len(name) > 2 and COMPOUND_SURNAMES.match(name) else 1
    hidden = "".join(mark if mark in "· " else "*" for mark in name[shown:])
    return name[:shown] + (hidden or "*")


# -- Finders: each yields (start, end, masked) ----------------------------------------------

Found = Iterator[tuple[int, int, str]]


def find_emails(text: str) -> Found:
    for match in EMAIL.finditer(text):
        domain = match.group().split("@")[1].strip()
        yield *match.span(), f"{match.group()[0]}***@{domain}"


def find_id_cards(text: str) -> Found:
    for match in ID_CARD.finditer(text):
        length = len(_plain(match.group()))
        yield *match.span(), match.group()[:2] + "*" * (length - 2)


def find_bank_cards(text: str) -> Found:
    for match in BANK_CARD.finditer(text):
        digits = _plain(match.group())
        yield *match.span(), "*" * (len(digits) - 4) + digits[-4:]


def find_mobiles(text: str) -> Found:
    for match in MOBILE.finditer(text):
        written = match.group("number") or match.group("dotted")
        if _is_range(written):
            continue
        digits = _plain(written)
        yield *match.span(), f"{digits[:3]}****{digits[-4:]}"


def find_landlines(text: str) -> Found:
    for match in LANDLINE.finditer(text):
        yield *match.span(), f"{match.group('area')}-{_hidden_local(match.group('local'))}"
        yield from _further_landlines(text, match.end())
    rest = LANDLINE.sub(lambda match: GONE * len(match.group()), text)
    for match in KEYED_LANDLINE.finditer(rest):
        yield *match.span("local"), _hidden_local(match.group("local"))
        yield from _further_landlines(rest, match.end())


def _further_landlines(text: str, position: int) -> Found:
    """Numbers listed after a number, without their area code."""
    while match := ONE_MORE_LANDLINE.match(text, position):
        yield *match.span("local"), _hidden_local(match.group("local"))
        position = match.end()


def find_accounts(text: str) -> Found:
    for match in ACCOUNT.finditer(text):
        yield *match.span("account"), match.group("account")[0] + "***"


def find_plates(text: str) -> Found:
    for match in PLATE.finditer(text):
        tail = match.group("tail")
        if sum(mark.isdigit() for mark in tail) >= PLATE_DIGITS:
            yield *match.span(), match.group()[:1] + match.group()[1:].strip()[0] + "*" * len(tail)


def find_names(text: str, names: Iterable[str]) -> Found:
    known = {" ".join(unicodedata.normalize("NFKC", name).split()) for name in names}
    spans: dict[tuple[int, int], str] = {}
    for name in sorted(known, key=len, reverse=True):
        if len(name) < 2 or mask_name(name) == name:
            continue
        for match in _name_pattern(name).finditer(text):
            spans.setdefault(match.span(), mask_name(name))
    for match in KEYED_NAME.finditer(text):
        masked = mask_name(match.group("name"))
        if masked != match.group("name"):
            spans.setdefault(match.span("name"), masked)
    end = 0
    for (start, stop), masked in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        if start >= end:
            yield start, stop, masked
            end = stop


FINDERS = {
    "email": find_emails,
    "id_card": find_id_cards,
    "bank_card": find_bank_cards,
    "mobile": find_mobiles,
    "landline": find_landlines,
    "account": find_accounts,
    "plate": find_plates,
    "address": find_addresses,
}


def _name_pattern(name: str) -> re.Pattern[str]:
    if name.isascii():
        words = r"\s+".join(re.escape(word) for word in name.split())
        return re.compile(rf"(?<![A-Za-z]){words}(?![A-Za-z])", re.IGNORECASE)
    return re.compile(r"\s{0,2}".join(re.escape(mark) for mark in name if mark != " "))


def _is_range(written: str) -> bool:
    """Whether eleven digits with one hyphen are two amounts, as in 15000-180000."""
    groups = re.split(r"[\-‐‑‒–—―−]", written)
    return len(groups) == 2 and written.isascii() and len(groups[0].strip()) not in {3, 7}


def _hidden_local(local: str) -> str:
    digits = _plain(local)
    return "*" * (len(digits) - 2) + digits[-2:]


def _plain(text: str) -> str:
    """Only the letters and digits, for comparing and counting."""
    return re.sub(r"[\W_]", "", text.translate(NARROW)).casefold()
