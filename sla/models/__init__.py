from __future__ import annotations

from sla.models.calendar import CalendarDay, CalendarSeason, CalendarYear, WorkCalendar
from sla.models.case import Case, Survey
from sla.models.clock import Clock, ClockEvent, ClockPause
from sla.models.export import ListExport
from sla.models.figures import DayTotal, Delta, MonthTotal, PartRollup, Rollup
from sla.models.heartbeat import Heartbeat, Standstill
from sla.models.incident import Incident
from sla.models.policy import Policy
from sla.models.policy_change import PolicyChange
from sla.models.recalculation import Recalculation, RecalculationLine
from sla.models.report import PeriodReport, ReportSignature, ReportVersion

__all__ = [
    "CalendarDay",
    "CalendarSeason",
    "CalendarYear",
    "Case",
    "Clock",
    "ClockEvent",
    "ClockPause",
    "DayTotal",
    "Delta",
    "Heartbeat",
    "Incident",
    "ListExport",
    "MonthTotal",
    "PartRollup",
    "PeriodReport",
    "Policy",
    "PolicyChange",
    "Recalculation",
    "RecalculationLine",
    "ReportSignature",
    "ReportVersion",
    "Rollup",
    "Standstill",
    "Survey",
    "WorkCalendar",
]
