"""Words for searching Chinese text. Pure.

No dictionary: a run of Chinese characters becomes overlapping pairs (环境污染 → 环境 境污 污染), so
that a word of two characters is one index entry and a longer one is a phrase of them. Databases
then need nothing but splitting at blanks.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_WORD = 64
"""Longer Latin or digit runs are cut, in texts and queries alike; PostgreSQL refuses 2 kB words."""

LONGEST_QUERY = 100
"""Characters of a query that are looked at."""

HAN = (
    "\u3005\u3007"  # 々 〇
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af"
    "\u3041-\u30ff\uac00-\ud7af"  # kana and hangul are written without blanks, too
)
RUN = re.compile(rf"(?P<han>[{HAN}]+)|[^\W_{HAN}]+")


def normalise(text: str) -> str:
    """Text as it is compared: full-width forms made narrow, letters folded."""
    return unicodedata.normalize("NFKC", text).casefold()


def bigrams(text: str) -> list[str]:
    """The words of a text in order: Chinese runs as overlapping pairs, other words whole.

    A Chinese character that stands alone is a word of its own.
    """
    words: list[str] = []
    for match in RUN.finditer(normalise(text)):
        run = match.group()
        if match.group("han") is None:
            words.append(run[:LONGEST_WORD])
        elif len(run) == 1:
            words.append(run)
        else:
            words.extend(run[i : i + 2] for i in range(len(run) - 1))
    return words


def index_terms(text: str) -> str:
    """What to put into a full-text index, separated by blanks.

    The pairs come first and in order, so that phrases can be matched; every single Chinese
    character follows once, for queries of one character.
    """
    pairs = bigrams(text)
    singles = dict.fromkeys(
        character
        for match in RUN.finditer(normalise(text))
        if match.group("han") is not None
        for character in match.group()
    )
    return " ".join([*pairs, *singles])


def query_terms(query: str) -> list[str]:
    """The words that a text must have, all of them, to be found; each once, in order.

    Empty when the query has no letter or digit.
    """
    return list(dict.fromkeys(bigrams(query[:LONGEST_QUERY])))
