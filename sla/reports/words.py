"""Words in both languages at once: a report is kept in Chinese and English. Pure.

The texts stand here and not in the translation catalogue, because a frozen report must read the
same for ever, whatever later becomes of the catalogue.
"""

from __future__ import annotations

from typing import Any, TypeAlias

Both: TypeAlias = dict[str, str]
"""A text as {"zh": …, "en": …}."""

LANGUAGES = ("zh", "en")

NUMERALS = "一二三四五六七八九十"


def both(zh: str, en: str) -> Both:
    return {"zh": zh, "en": en}


def same(text: str) -> Both:
    """A text that needs no translation, such as 2026-03."""
    return both(text, text)


def in_language(document: Any, language: str) -> Any:
    """A document with every text in one language."""
    if isinstance(document, dict):
        if document.keys() == {"zh", "en"}:
            return document[language]
        return {key: in_language(value, language) for key, value in document.items()}
    if isinstance(document, list):
        return [in_language(value, language) for value in document]
    return document


LATIN_END = 0x2E7F
"""The last character before those that are as wide as two."""


def breadth(text: str) -> int:
    """How many half-width letters wide the longest line of a text is."""
    lines = text.split("\n")
    return max(sum(2 if ord(letter) > LATIN_END else 1 for letter in line) for line in lines)


COUNTS: dict[str, Both] = {
    "received": both("收到", "Received"),
    "excluded": both("不计入", "Not counted"),
    "valid": both("有效件", "Valid"),
    "replied": both("已答复", "Replied"),
    "published": both("公开答复", "Answered in public"),
    "met": both("按时", "On time"),
    "missed": both("逾期", "Late"),
    "open": both("未答复", "Not yet answered"),
    "asked": both("应评", "Asked to rate"),
    "rated": both("参评", "Rated"),
    "satisfied": both("满意", "Satisfied"),
}

RATES: dict[str, Both] = {
    "reply_rate": both("回复率", "Reply rate"),
    "on_time_rate": both("限时办结率", "On-time rate"),
    "satisfaction": both("群众满意率", "Satisfaction"),
    "participation": both("参评率", "Participation"),
}
