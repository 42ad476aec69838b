"""The figures as a table to read and as data to keep."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figure import Figure

HEADINGS = ("", "n", "p50 ms", "p95 ms", "cpu ms", "per s", "floor ms", "× floor", "× 10 k")


def table(figures: Sequence[Figure], smallest: Sequence[Figure] = ()) -> str:
    """The figures in columns; `smallest` are those of the smallest size, for flatness."""
    before = {figure.name: figure.p50 for figure in smallest}
    rows = [HEADINGS, *(_row(figure, before.get(figure.name)) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    faults = [f"{figure.title}: {figure.fault}" for figure in figures if figure.fault]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *faults])


def _row(figure: Figure, before: float | None) -> tuple[str, ...]:
    if figure.fault:
        return (figure.title, *["-"] * (len(HEADINGS) - 1))
    return (
        figure.title,
        str(figure.n),
        _shown(figure.p50),
        _shown(figure.p95),
        _shown(figure.cpu),
        _shown(figure.per_second),
        _shown(figure.floor_p50, 2),
        _shown(figure.ratio),
        _shown(figure.p50 / before if before else None, 2),
    )


def _shown(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
