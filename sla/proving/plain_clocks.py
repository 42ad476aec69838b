"""Letting the database go through the clocks that are plain, which nearly all are.

A case's clocks are plain if each has ended, was the only one of its target, never stood still, and
its state and instants go together: that is one condition, which the database applies to a whole
slice. When such a clock was due depends on little: clocks of one rule, begun in the same hour and
due at the same instant, are one row here and are reckoned once. Cases with any other clock are
read row by row (`sla.proving.clock_rows`).

In all conditions an unknown value counts as not fitting.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import DateTimeField

from foundation.stamps import hour_of
from sla.models import Case, ClockPause
from sla.proving.dues import Dues
from sla.proving.slicing import Slice
from sla.targets import WINDOWS, ClockState, Target

ENDED = f"""finished_at IS NOT NULL AND round = 1 AND next_event_at IS NULL AND CASE state
 WHEN '{ClockState.MET}' THEN missed_at IS NULL AND (due_at IS NULL OR finished_at <= due_at
  OR target IN ({", ".join(f"'{target}'" for target in sorted(WINDOWS))}))
 WHEN '{ClockState.MISSED}' THEN missed_at = due_at AND finished_at > due_at
 WHEN '{ClockState.CANCELLED}' THEN missed_at IS NULL END"""
"""Of a clock: that it has ended, and that its state and instants go together."""

NOT_PLAIN = f"""SELECT case_id FROM sla_clock WHERE case_id BETWEEN %s AND %s
 GROUP BY case_id, target
 HAVING COUNT(*) > 1 OR MAX(CASE WHEN {ENDED} THEN 0 ELSE 1 END) = 1"""  # noqa: S608

DUES = """SELECT policy_id, calendar_id, calendar_version, extra, CAST(begun AS text),
 CAST(due_at AS text), provisional
 FROM (SELECT policy_id, calendar_id, calendar_version, extra, {begun} AS begun, due_at,
  provisional FROM sla_clock WHERE case_id BETWEEN %s AND %s{but}) AS own
 GROUP BY policy_id, calendar_id, calendar_version, extra, begun, due_at, provisional"""

BY_RULES = "SELECT DISTINCT case_id FROM sla_clock WHERE case_id BETWEEN %s AND %s AND policy_id"

REPLY = f"r.case_id = c.id AND r.target = '{Target.REPLY}' AND r.round = 1"
"""Joins a case line `c` and its reply clock `r`."""

LINE_FITS = f"""c.round = 1
 AND c.verdict = CASE r.state WHEN '{ClockState.MET}' THEN 'met'
  WHEN '{ClockState.MISSED}' THEN 'missed' ELSE '' END
 AND CASE r.state WHEN '{ClockState.MET}' THEN c.verdict_at = r.finished_at
  WHEN '{ClockState.MISSED}' THEN c.verdict_at = r.missed_at ELSE c.verdict_at IS NULL END
 AND c.received_at = r.started_at
 AND (c.due_at = r.due_at OR (c.due_at IS NULL AND r.due_at IS NULL))
 AND c.due_provisional = r.provisional
 AND c.paused_at IS NULL
 AND (c.excluded_at IS NULL) = (c.exclusion = '')
 AND (c.replied_at IS NULL) = (c.answer_days IS NULL)
 AND CASE WHEN c.replied_at IS NULL THEN r.state <> '{ClockState.MET}'
  ELSE c.replied_at = r.finished_at END"""
"""Whether a case line says what its plain reply clock says; unknown if there is none. The days an
answer took are not in it."""

CASE = tuple(field.attname for field in Case._meta.concrete_fields)
"""The columns of a case line, in the order in which they are read."""

DATED = {f.attname for f in Case._meta.concrete_fields if isinstance(f, DateTimeField)}
COLUMNS = ", ".join(f"CAST(c.{name} AS text)" if name in DATED else f"c.{name}" for name in CASE)
LINES = f"""SELECT {COLUMNS}, CASE WHEN {LINE_FITS} THEN 1 ELSE 0 END,
 r.calendar_id, r.calendar_version FROM sla_case c
 LEFT JOIN sla_clock r ON {REPLY} AND r.case_id BETWEEN %s AND %s
 WHERE c.id BETWEEN %s AND %s"""  # noqa: S608


def lines(part: Slice) -> list[tuple[Any, ...]]:
    """The case lines of a slice, instants as texts; after its columns each has whether it says
    what its plain reply clock says, and the calendar of that clock with its version."""
    return rows_of(LINES, *part, *part)


class PlainClocks:
    """Finds out whose clocks are plain and due as their rules say."""

    def __init__(self, dues: Dues) -> None:
        self._dues = dues
        stood = ClockPause.objects.order_by("clock__case_id")
        self._stood = list(stood.values_list("clock__case_id", flat=True).distinct())

    def others(self, part: Slice) -> set[int]:
        """The cases of a slice whose clocks must be read row by row."""
        begin, end = bisect_left(self._stood, part.first), bisect_right(self._stood, part.last)
        stood = self._stood[begin:end]
        found = {pk for (pk,) in rows_of(NOT_PLAIN, *part)}
        if odd := _odd_rules(part, stood, self._dues):
            sql = f"{BY_RULES} IN ({_marks(odd)})"
            found |= {pk for (pk,) in rows_of(sql, *part, *sorted(odd))}
        return found.union(stood)


def _odd_rules(part: Slice, stood: Sequence[int], dues: Dues) -> set[int]:
    """The rules by which some clock of a slice is not due when it says, cases apart of which a
    clock stood still."""
    begun = "started_at"
    if dues.by_day:
        hour = hour_of(begun)
        begun = f"CASE WHEN policy_id IN ({_marks(dues.by_day)}) THEN {hour} ELSE {begun} END"
    but = f" AND case_id NOT IN ({_marks(stood)})" if stood else ""
    rows = rows_of(DUES.format(begun=begun, but=but), *dues.by_day, *part, *stood)
    odd = set()
    for policy, calendar, version, extra, started, due, provisional in rows:
        if not dues.is_current(calendar, version):
            continue
        if policy in dues.by_day and dues.local_day(calendar, started) is None:
            # Not enough is known of when these began.
            odd.add(policy)
            continue
        must = dues.plain(policy, calendar, extra, started, known=due is not None)
        if must[0] != due or (due is not None and must[1] != bool(provisional)):
            odd.add(policy)
    return odd


def _marks(values: Collection[int]) -> str:
    return ", ".join(["%s"] * len(values))


def rows_of(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a statement, as the database gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()
