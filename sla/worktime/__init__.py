"""Working time: how long until, how long between, when due, and why. Pure; imports no Django.

Rules and their sources: the day of receipt is not counted, N working days end on the N-th working
day after it (Civil Code, art. 201 and 203); make-up weekends are working days; an allowance in
hours ends at closing time. Instants are aware datetimes in, UTC out, in whole seconds.
"""

from __future__ import annotations

from sla.worktime.calendar import CUTOFFS, PAUSE_RULES, Calendar, Season
from sla.worktime.china import ChineseYear, chinese_calendar, chinese_years
from sla.worktime.errors import (
    CalendarError,
    HorizonError,
    InstantError,
    OpenPauseError,
    PromiseError,
    WorktimeError,
)
from sla.worktime.hours import Segment, segments
from sla.worktime.pauses import Pause, PauseLike
from sla.worktime.promise import UNITS, Day, Promise, due, explain, is_provisional, warn_at

__all__ = [
    "CUTOFFS",
    "PAUSE_RULES",
    "UNITS",
    "Calendar",
    "CalendarError",
    "ChineseYear",
    "Day",
    "HorizonError",
    "InstantError",
    "OpenPauseError",
    "Pause",
    "PauseLike",
    "Promise",
    "PromiseError",
    "Season",
    "Segment",
    "WorktimeError",
    "chinese_calendar",
    "chinese_years",
    "due",
    "explain",
    "is_provisional",
    "segments",
    "warn_at",
]
