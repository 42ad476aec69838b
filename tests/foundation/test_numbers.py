"""A number typed from paper is understood, and a wrong digit is told from an unknown number."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.numbers import (
    CODE_ALPHABET,
    SERIALS,
    NumberError,
    check_digit,
    make_number,
    new_query_code,
    normalise_code,
    parse_number,
)

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
serials = st.integers(0, SERIALS - 1)


def test_the_check_digit_is_the_one_of_iso_7064():
    assert check_digit("0794") == 5  # the standard's own example


def test_a_number_shows_day_serial_and_check_digit():
    assert make_number(date(2026, 11, 22), 42) == "20261122-000042-8"


@pytest.mark.parametrize("serial", [-1, SERIALS])
def test_a_serial_out_of_range_is_refused(serial):
    with pytest.raises(ValueError, match="serial"):
        make_number(date(2026, 11, 22), serial)


@given(days, serials)
def test_every_number_made_is_read_back(day, serial):
    number = make_number(day, serial)
    assert re.fullmatch(r"\d{8}-\d{6}-\d", number)
    assert parse_number(number) == number


@pytest.mark.parametrize(
    "typed",
    [
        "20261122-000042-8",
        "202611220000428",
        " 20261122 000042 8 ",
        "２０２６１１２２－００００４２ ８",
        "20261122—000042—8",
        "20261122–000042‑8",
        "2026 1122 0000 428",
    ],
)
def test_a_number_is_read_however_it_was_typed(typed):
    assert parse_number(typed) == "20261122-000042-8"


@pytest.mark.parametrize(
    "typed",
    [
        *("", "-", "2026", "20261122-000042", "20261322-000042-8", "20260230-000042-8"),
        *("20261122-00004x-9", "9" * 15, "9" * 5000, "²0261122-000042-8x", "編號", "\x00" * 15),
    ],
)
def test_what_is_no_number_is_said_to_have_the_wrong_form(typed):
    with pytest.raises(NumberError) as refused:
        parse_number(typed)
    assert refused.value.reason == "format"


@given(days, serials, st.integers(8, 14), st.integers(1, 9))
def test_every_wrong_digit_is_noticed(day, serial, place, shift):
    digits = make_number(day, serial).replace("-", "")
    wrong = f"{digits[:place]}{(int(digits[place]) + shift) % 10}{digits[place + 1 :]}"
    with pytest.raises(NumberError) as refused:
        parse_number(wrong)
    assert refused.value.reason == "check"


def test_nearly_every_swap_of_neighbours_is_noticed():
    swaps = missed = 0
    for serial in range(0, SERIALS, 997):
        digits = make_number(date(2026, 11, 22), serial).replace("-", "")
        for place in range(8, 14):
            if digits[place] != digits[place + 1]:
                pair = digits[place + 1] + digits[place]
                swapped = digits[:place] + pair + digits[place + 2 :]
                swaps += 1
                missed += check_digit(swapped[:14]) == int(swapped[14])
    assert missed / swaps < 0.025


def test_query_codes_use_only_characters_that_read_unambiguously():
    codes = {new_query_code() for _ in range(500)}
    assert len(codes) == 500
    for code in codes:
        assert re.fullmatch(rf"[{CODE_ALPHABET}]{{4}}-[{CODE_ALPHABET}]{{4}}", code)
    assert not set("01ILO") & set(CODE_ALPHABET)


@pytest.mark.parametrize(
    "typed", ["K7PM-2XQA", "k7pm2xqa", " k7pm 2xqa", "Ｋ７ＰＭ－２ＸＱＡ", "K7PM—2XQA"]
)
def test_a_query_code_is_read_however_it_was_typed(typed):
    assert normalise_code(typed) == "K7PM-2XQA"


@given(st.text())
def test_no_text_makes_reading_a_code_fail(text):
    assert isinstance(normalise_code(text), str)


@given(st.text())
def test_no_text_makes_reading_a_number_fail_but_with_its_own_error(text):
    with pytest.raises(NumberError):
        parse_number(text + "x")
