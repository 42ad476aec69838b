"""Which rows of a list were in it at an earlier instant, by the code that counts the number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sla.figures.measures import CaseLine
from sla.figures.recording import survey_line
from sla.figures.recounting import counts_of, lines
from sla.lists.selection import SILENT, Key
from sla.models import Case, Survey

COUNTED_AS = {"judged": {"met", "missed"}, "valid": {"received"}, SILENT: {"asked"}}
"""The measures of lists that are of no single one."""
BUT_NOT = {"valid": "excluded", SILENT: "rated"}
"""What takes a row out of such a list."""


def members(key: Key) -> Callable[[list[Any]], list[Any]]:
    """Picks from rows (cases, or surveys with their case) those the number of `key.at` counted."""

    def keep(rows: list[Any]) -> list[Any]:
        cases = {row.case_id if isinstance(row, Survey) else row.pk for row in rows}
        then = dict(lines(Case.objects.filter(pk__in=cases), key.at))
        return [row for row in rows if _counted(key, _own(row, then))]

    return keep


def _own(row: Case | Survey, then: dict[int, CaseLine]) -> CaseLine:
    """The line of a case; of a survey, its case's line with this survey alone."""
    if isinstance(row, Survey):
        return replace(then[row.case_id], surveys=(survey_line(row),))
    return then[row.pk]


def _counted(key: Key, line: CaseLine) -> bool:
    cells = counts_of(line, key.at, basis=key.basis, period=key.period)
    counted = {cell.measure for cell in cells if key.scope.counts(cell)}
    if BUT_NOT.get(key.measure) in counted:
        return False
    return bool(counted & COUNTED_AS.get(key.measure, {key.measure}))
