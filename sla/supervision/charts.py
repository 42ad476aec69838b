"""Geometry of server-drawn SVG charts: numbers in, coordinates out. Pure.

Coordinates are strings with a decimal point, so that no locale can spoil an SVG attribute. Labels
are handed through untouched: whoever draws escapes them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from itertools import pairwise
from math import ceil, floor, isfinite, log10
from typing import NamedTuple

TICKS = 4
HEAT = 4
"""Shades of a heat calendar."""
SQUARE, HEAT_TOP, HEAT_WEEKS = 14, 18, 27
"""A day's square, the room above for the months, the fewest weeks the width is made for."""
TINY = 1e-6
"""Less than this is drawn as nothing."""
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 12, 24
"""Room around the plot, in the chart's units, for the axis labels."""
LABEL_ROOM = 36
"""What a label under the axis needs; where there is less, only every n-th is shown."""
FILL = 0.64
"""The part of its slot that a bar takes."""


class Markup(str):
    """Text that is markup already, with all that was handed in escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(frozen=True)
class Tick:
    """A line of the value axis: its height, and what to write beside it."""

    value: float
    label: str
    y: str


@dataclass(frozen=True)
class Mark:
    """A place on the label axis; `shown` is false where labels would run into each other."""

    label: str
    x: str
    shown: bool


@dataclass(frozen=True)
class Frame:
    """The drawing area: outer size, plot edges, both axes."""

    width: str
    height: str
    left: str
    right: str
    top: str
    bottom: str
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Bar:
    """A bar and the point above its middle where its value is written."""

    label: str
    value: float
    x: str
    y: str
    width: str
    height: str
    middle: str


@dataclass(frozen=True)
class BarChart:
    frame: Frame
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Point:
    label: str
    value: float
    x: str
    y: str


@dataclass(frozen=True)
class Line:
    """A series as an SVG path; a missing value breaks it. `number` picks its colour, from 1."""

    name: str
    number: int
    path: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class LineChart:
    frame: Frame
    lines: tuple[Line, ...]

    @property
    def inside(self) -> Markup:
        """What stands inside the SVG element: axes, labels, lines, and points that tell their
        value. Written here: a year of five lines has a thousand small parts."""
        frame = self.frame
        parts = [
            f'<line class="{"grid-line" if place else "axis"}" x1="{frame.left}"'
            f' x2="{frame.right}" y1="{tick.y}" y2="{tick.y}"/>'
            f'<text class="tick" x="{frame.left}" dx="-8" y="{tick.y}" dy="4">{tick.label}</text>'
            for place, tick in enumerate(frame.ticks)
        ]
        parts += [
            f'<text class="mark" x="{mark.x}" y="{frame.bottom}" dy="17">'
            f"{escape(mark.label)}</text>"
            for mark in frame.marks
            if mark.shown
        ]
        for line in self.lines:
            name = escape(line.name)
            parts.append(f'<path class="line s{line.number}" d="{line.path}"/>')
            parts += [
                f'<circle class="dot s{line.number}" cx="{point.x}" cy="{point.y}" r="3.5">'
                f"<title>{name} {escape(point.label)} {point.value:g}</title></circle>"
                for point in line.points
            ]
        return Markup("\n".join(parts))


def bars(
    series: Sequence[tuple[str, float]],
    width: int = 640,
    height: int = 240,
    *,
    top: float | None = None,
) -> BarChart:
    """A bar for each (label, value); values below zero are drawn as zero.

    `top` is the least value the axis reaches up to, such as 100 for per cent.
    """
    values = [_sound(value) for _, value in series]
    ticks = nice_ticks(max([*values, top or 0]))
    frame = _frame([label for label, _ in series], ticks, width, height)
    slot = _slot(len(series), width)
    scale = _scale(ticks, height)
    drawn = []
    for i, (label, value) in enumerate(series):
        y = scale(values[i])
        x = LEFT + slot * (i + (1 - FILL) / 2)
        drawn.append(
            Bar(
                label,
                value,
                _at(x),
                _at(y),
                _at(slot * FILL),
                _at(height - BOTTOM - y),
                _at(LEFT + slot * (i + 0.5)),
            )
        )
    return BarChart(frame, tuple(drawn))


def lines(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    width: int = 640,
    height: int = 240,
    *,
    top: float | None = None,
) -> LineChart:
    """A line for each (name, values over the labels). None, as for 0/0, leaves a gap.

    Raises ValueError when a series is not as long as the labels.
    """
    for name, values in series:
        if len(values) != len(labels):
            raise ValueError(f"{name}: {len(values)} values for {len(labels)} labels")
    known = [_sound(v) for _, values in series for v in values if v is not None]
    ticks = nice_ticks(max([*known, top or 0]))
    slot, scale = _slot(len(labels), width), _scale(ticks, height)
    drawn = []
    for number, (name, values) in enumerate(series, start=1):
        points = [
            None
            if value is None
            else Point(label, value, _at(LEFT + slot * (i + 0.5)), _at(scale(_sound(value))))
            for i, (label, value) in enumerate(zip(labels, values, strict=True))
        ]
        found = tuple(point for point in points if point)
        drawn.append(Line(name, number, _path(points), found))
    return LineChart(_frame(labels, ticks, width, height), tuple(drawn))


class DaySquare(NamedTuple):
    """A day of a heat calendar. `level` 0 is nothing, 1 to HEAT the quarters of the most."""

    day: date
    value: int
    level: int
    x: str
    y: str


@dataclass(frozen=True)
class HeatChart:
    """Weeks from left to right, Monday on top; a mark over the week in which a month begins."""

    width: str
    height: str
    side: str
    squares: tuple[DaySquare, ...]
    marks: tuple[tuple[date, str], ...]


def heat(values: Mapping[date, int], start: date, end: date) -> HeatChart:
    """A square for every day from `start` to `end`, the darker the more."""
    most = max(values.values(), default=0)
    width, places, marks = _grid(start, end)
    squares = []
    for day, x, y in places:
        value = values.get(day, 0)
        level = ceil(HEAT * value / most) if value > 0 else 0
        squares.append(DaySquare(day, value, level, x, y))
    height = HEAT_TOP + 7 * SQUARE
    return HeatChart(width, _at(height), _at(SQUARE - 2), tuple(squares), marks)


Grid = tuple[str, tuple[tuple[date, str, str], ...], tuple[tuple[date, str], ...]]


@lru_cache(maxsize=64)
def _grid(start: date, end: date) -> Grid:
    """The width of a heat calendar, where each day stands in it, and where months begin."""
    first = start - timedelta(days=start.weekday())
    places = []
    for n in range((end - start).days + 1):
        day = start + timedelta(days=n)
        x = _at((day - first).days // 7 * SQUARE)
        places.append((day, x, _at(HEAT_TOP + day.weekday() * SQUARE)))
    weeks = (end - first).days // 7 + 1
    marks = tuple((day, x) for day, x, _y in places if day.day == 1)
    return _at(max(weeks, HEAT_WEEKS) * SQUARE), tuple(places), marks


def nice_ticks(highest: float, count: int = TICKS) -> tuple[float, ...]:
    """Round numbers from 0 up to `highest` or just above it, in about `count` equal steps.

    Steps are 1, 2 or 5 times a power of ten, or 25, 250 and so on, and never below 1 for whole
    numbers, so that counts of cases get no half-cases.
    """
    highest = max(_sound(highest), 0)
    if highest < TINY:
        return (0, 1)
    rough = highest / count
    power = 10 ** floor(log10(rough))
    factors = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    step = next(factor * power for factor in factors if factor * power >= rough * 0.999999)
    if highest == int(highest):
        step = max(step, 1)
    steps = ceil(round(highest / step, 6))
    digits = max(0, -floor(log10(step)))
    return tuple(round(step * n, digits) for n in range(steps + 1))


def _sound(value: float) -> float:
    """A number that can be drawn. Raises ValueError for infinity and not-a-number."""
    if not isfinite(value):
        raise ValueError(f"{value} cannot be drawn")
    return max(value, 0)


def _frame(labels: Sequence[str], ticks: Sequence[float], width: int, height: int) -> Frame:
    slot, scale = _slot(len(labels), width), _scale(ticks, height)
    every = max(1, ceil(LABEL_ROOM / slot))
    return Frame(
        _at(width),
        _at(height),
        _at(LEFT),
        _at(width - RIGHT),
        _at(TOP),
        _at(height - BOTTOM),
        tuple(Tick(value, _short(value), _at(scale(value))) for value in ticks),
        tuple(
            Mark(label, _at(LEFT + slot * (i + 0.5)), i % every == 0)
            for i, label in enumerate(labels)
        ),
    )


def _slot(count: int, width: int) -> float:
    return (width - LEFT - RIGHT) / max(count, 1)


def _scale(ticks: Sequence[float], height: int) -> Callable[[float], float]:
    bottom, room = height - BOTTOM, height - BOTTOM - TOP
    return lambda value: bottom - room * value / ticks[-1]


def _path(points: Sequence[Point | None]) -> str:
    """Move to the first point of each unbroken run, then line to the next ones."""
    steps = [
        f"{'L' if before else 'M'}{point.x} {point.y}"
        for before, point in pairwise([None, *points])
        if point
    ]
    return " ".join(steps)


def _short(value: float) -> str:
    """A tick's number: 1200 as 1,200, 0.5 as 0.5, 20.0 as 20."""
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"


def _at(value: float) -> str:
    """A coordinate with at most two decimals."""
    if isinstance(value, int):
        return str(value)
    return f"{value:.2f}".rstrip("0").rstrip(".")
