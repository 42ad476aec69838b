"""The palette keeps the contrast WCAG 2.2 AA asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css" / "huiying.css"
TOKENS = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{3,6});", CSS.read_text(encoding="utf-8")))

TEXT, GRAPHICS = 4.5, 3.0


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ["paper", "surface", "sunken", "accent-soft"])
@pytest.mark.parametrize("words", ["ink", "ink-soft", "ink-faint", "accent", "accent-deep"])
def test_words_can_be_read_on_every_ground(words: str, ground: str) -> None:
    assert contrast(words, ground) >= TEXT


@pytest.mark.parametrize("tone", ["danger", "warn", "good", "plum"])
def test_tones_can_be_read_on_their_own_ground_and_on_paper(tone: str) -> None:
    assert contrast(tone, f"{tone}-soft") >= TEXT
    assert contrast(tone, "paper") >= TEXT


@pytest.mark.parametrize("ground", ["accent", "accent-deep", "danger"])
def test_white_can_be_read_on_the_strong_colours(ground: str) -> None:
    assert contrast("surface", ground) >= TEXT


@pytest.mark.parametrize("ground", ["paper", "surface"])
def test_the_edge_of_a_field_can_be_seen(ground: str) -> None:
    assert contrast("line-strong", ground) >= GRAPHICS
