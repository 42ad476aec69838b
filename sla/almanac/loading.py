"""From a file to the change it means."""

from __future__ import annotations

from sla.almanac.files import read
from sla.calendars import Sheet, assemble, pattern_of
from sla.models import WorkCalendar
from sla.recalculating import CalendarChange
from sla.recalculating.proposals import Value


def change_from_file(
    row: WorkCalendar, year: int, name: str, content: bytes, settled: Value | None
) -> CalendarChange:
    """All exceptions of a year as a file has them; those it does not name are taken away.

    `settled` says by which notice the year is settled; None leaves that as it is.

    Raises FileRefused.
    """
    week = assemble(pattern_of(row), Sheet({}, frozenset()))
    found = read(name, content, year, week.is_working_day)
    held = row.days.filter(date__year=year).values_list("date", flat=True)
    return CalendarChange(
        days=dict.fromkeys(held) | found, years={year: settled} if settled else {}
    )
