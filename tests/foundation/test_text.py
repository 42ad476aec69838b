"""Two-character Chinese words, and any other part of a text, are found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.text import LONGEST_WORD, bigrams, index_terms, query_terms

han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("环境污染", ["环境", "境污", "污染"]),
        ("水", ["水"]),
        ("水、电", ["水", "电"]),
        ("PM2.5污染", ["pm2", "5", "污染"]),
        ("ＷＩＦＩ信号", ["wifi", "信号"]),
        ("Straße", ["strasse"]),
        ("第３中学", ["第", "3", "中学"]),
        ("snake_case a-b", ["snake", "case", "a", "b"]),
        ("", []),
        ("，。！？—…", []),
        ("𠮷野家", ["𠮷野", "野家"]),
        ("环境\n污染", ["环境", "污染"]),
    ],
)
def test_words_of_a_text(text, words):
    assert bigrams(text) == words


def test_the_index_also_holds_every_single_character_once():
    assert index_terms("污染污水a").split() == ["污染", "染污", "污水", "a", "污", "染", "水"]


def test_a_query_has_each_word_once():
    assert query_terms("污水 污水 水") == ["污水", "水"]


@given(han, st.data())
def test_every_part_of_a_chinese_text_finds_it(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert set(query_terms(text[start:end])) <= set(index_terms(f"前缀，{text}。").split())


@given(st.text(max_size=80))
def test_every_text_finds_itself(text):
    terms = index_terms(text).split()
    assert set(query_terms(text)) <= set(terms)
    assert all(len(term) <= LONGEST_WORD for term in terms)


def test_full_width_and_case_do_not_matter():
    assert set(query_terms("ｗｉｆｉ")) <= set(index_terms("WiFi 信号").split())


def test_a_huge_query_is_cut():
    assert len(query_terms("污染" * 10_000)) <= 100


@pytest.mark.parametrize("piece", ["污", "a", "a污", " "])
def test_a_huge_text_is_indexed(piece):
    assert index_terms(piece * 100_000 + "，结尾").split()[-1] == "尾"
