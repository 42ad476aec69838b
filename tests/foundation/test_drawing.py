"""Pieces of pages that are drawn once for the same values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from foundation.templatetags.drawing import _drawn, drawn

TILE = "components/tile.html"


def test_it_looks_as_if_it_were_included() -> None:
    values = {"label": "<Open>", "value": 3, "url": "/?a=1&b=2", "tone": "warn"}
    names = " ".join(f"{name}={name}" for name in values)
    context = Context({**values, "note": "not handed on"})
    included = Template(f'{{% include "{TILE}" with {names} only %}}').render(context)
    tag = Template(f'{{% load drawing %}}{{% drawn "{TILE}" {names} %}}').render(context)
    assert tag == included
    assert "&lt;Open&gt;" in tag
    assert "not handed on" not in tag


def test_the_same_values_are_drawn_once_and_others_anew() -> None:
    _drawn.cache_clear()
    rows = [{"label": "A", "value": 1, "share": 50.0}]
    again = [{"label": "A", "value": 1, "share": 50.0}]
    other = [{"label": "A", "value": 2, "share": 50.0}]
    first = drawn("components/chart_rows.html", rows=rows)
    assert drawn("components/chart_rows.html", rows=again) is first
    assert _drawn.cache_info().misses == 1
    assert "<span>2</span>" in drawn("components/chart_rows.html", rows=other)
    rows[0]["value"] = 7
    assert "<span>7</span>" in drawn("components/chart_rows.html", rows=rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), ("<b>", mark_safe("<b>")), (0, False), ("1", 1)],
)
def test_equal_values_that_are_not_shown_alike_are_told_apart(one: Any, other: Any) -> None:
    found = [drawn(TILE, label="x", value=value) for value in (one, other)]
    shown = [Template("{{ value }}").render(Context({"value": value})) for value in (one, other)]
    for html, text in zip(found, shown, strict=True):
        assert f'<span class="tile-value">{text}</span>' in html


def test_words_are_those_of_the_reader() -> None:
    pages = []
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            pages.append(drawn("supervision/open_groups.html", ages=[], stages=[]))
    assert pages[0] == pages[2] != pages[1]


@dataclass
class Changing:
    label: str
    values: list[int] = field(default_factory=list)


def test_what_can_change_under_the_same_name_is_refused() -> None:
    with pytest.raises(TypeError):
        drawn(TILE, label=Changing("x"), value=1)
