"""Charts drawn on the server: every number finite, inside the frame and true to scale."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.supervision.charts import bars, lines, nice_ticks

NUMBER = re.compile(r"-?\d+(\.\d{1,2})?")


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        (0, (0, 1)),
        (-3, (0, 1)),
        (5e-324, (0, 1)),
        (1, (0, 1)),
        (3, (0, 1, 2, 3)),
        (9, (0, 5, 10)),
        (17, (0, 5, 10, 15, 20)),
        (100, (0, 25, 50, 75, 100)),
        (1408, (0, 500, 1000, 1500)),
        (0.5, (0, 0.2, 0.4, 0.6)),
        (99.5, (0, 25, 50, 75, 100)),
    ],
)
def test_axes_end_on_round_numbers(highest: float, ticks: tuple[float, ...]) -> None:
    assert nice_ticks(highest) == ticks


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1e9) | st.integers(0, 10**9))
def test_axes_cover_the_highest_value_in_few_even_steps(highest: float) -> None:
    ticks = nice_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest * 0.999999 - 1e-6
    assert 2 <= len(ticks) <= 6
    steps = [b - a for a, b in pairwise(ticks)]
    assert steps == pytest.approx([steps[0]] * len(steps))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.text(max_size=5), st.integers(-5, 10**6)), max_size=40),
    st.integers(120, 2000),
    st.integers(80, 900),
)
def test_bars_stay_in_the_frame_and_are_true_to_scale(
    series: list[tuple[str, float]], width: int, height: int
) -> None:
    chart = bars(series, width, height)
    frame = chart.frame
    assert [(bar.label, bar.value) for bar in chart.bars] == series
    top, room = chart.frame.ticks[-1].value, float(frame.bottom) - float(frame.top)
    for bar in chart.bars:
        edges = (bar.x, bar.y, bar.width, bar.height, bar.middle)
        assert all(NUMBER.fullmatch(edge) for edge in edges)
        assert float(frame.left) <= float(bar.x)
        assert float(bar.x) + float(bar.width) <= float(frame.right) + 0.01
        assert float(frame.top) <= float(bar.y) + 0.01
        assert float(bar.height) == pytest.approx(room * max(bar.value, 0) / top, abs=0.02)
    for left, right in pairwise(chart.bars):
        assert float(left.x) < float(right.x)


def test_a_chart_of_nothing_is_an_empty_frame() -> None:
    assert bars([]).bars == ()
    assert bars([("a", 0)]).bars[0].height == "0"
    assert lines([], []).lines == ()
    assert [tick.label for tick in bars([]).frame.ticks] == ["0", "1"]


def test_an_undefined_rate_leaves_a_gap_in_the_line() -> None:
    chart = lines(["1", "2", "3", "4"], [("rate", [100, None, 50, 0])], 452, 236, top=100)
    (line,) = chart.lines
    assert line.path == "M94 12 M294 112 L394 212"
    assert [point.value for point in line.points] == [100, 50, 0]
    assert [tick.label for tick in chart.frame.ticks] == ["0", "25", "50", "75", "100"]


def test_lines_share_one_axis_and_are_numbered_for_their_colours() -> None:
    chart = lines(["1", "2"], [("received", [1000, 1200]), ("replied", [5, 10])])
    assert [(line.name, line.number) for line in chart.lines] == [("received", 1), ("replied", 2)]
    assert [tick.label for tick in chart.frame.ticks] == ["0", "500", "1,000", "1,500"]


def test_crowded_labels_are_thinned_out() -> None:
    chart = bars([(str(n), n) for n in range(60)])
    shown = [mark.label for mark in chart.frame.marks if mark.shown]
    assert 8 <= len(shown) <= 20
    assert shown[0] == "0"
    assert all(mark.shown for mark in bars([(str(n), n) for n in range(12)]).frame.marks)


def test_labels_pass_through_for_the_template_to_escape() -> None:
    assert bars([("<b>&", 1)]).bars[0].label == "<b>&"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_cannot_be_drawn_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        bars([("a", value)])
    with pytest.raises(ValueError, match="cannot be drawn"):
        lines(["a"], [("s", [value])])


def test_a_series_must_have_a_value_for_every_label() -> None:
    with pytest.raises(ValueError, match="received: 1 values for 2 labels"):
        lines(["1", "2"], [("received", [1])])
