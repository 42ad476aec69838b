"""How a case or clock stands against its due date, in one word that pages colour.

Due soon means: due by the end of the next working day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sla.calendars import compiled
from sla.models import Case, Clock
from sla.policies import book_of
from sla.targets import WINDOWS, ClockState, Target
from sla.worktime import Calendar

SOON = 1
"""Working days: what falls due by the end of this many is due soon."""


class Standing(StrEnum):
    ON_TIME = "on_time"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    NONE = ""


LABELS = {
    Standing.ON_TIME: _("In time"),
    Standing.DUE_SOON: _("Due soon"),
    Standing.OVERDUE: _("Overdue"),
    Standing.PAUSED: _("Clock paused"),
    Standing.MET: _("Done in time"),
    Standing.MISSED: _("Done late"),
    Standing.CANCELLED: _("Clock stopped"),
}


@dataclass(frozen=True, slots=True)
class Horizon:
    """An instant to look from, and the instant up to which things are due soon."""

    at: datetime
    soon_until: datetime
    calendar: Calendar | None = None

    def days_left(self, due: datetime) -> int:
        """Working days after today up to the due day; 0 when it is today or over."""
        return self.calendar.working_days_between(self.at, due) if self.calendar else 0

    def days_late(self, due: datetime) -> int:
        """Working days after the due day up to today."""
        return self.calendar.working_days_between(due, self.at) if self.calendar else 0


def horizon(at: datetime, stream: str = "inquiry") -> Horizon:
    """Look from `at`, on the calendar of the stream's reply promise. One query."""
    policy = book_of(stream).newest(Target.REPLY, at)
    if policy is None:
        return Horizon(at, at)
    calendar = compiled(policy.calendar)
    return Horizon(at, calendar.add_working_days(at, SOON), calendar)


def standing_of(case: Case, seen_from: Horizon) -> Standing:
    """Where a case line stands: by its due date while it is open, by its verdict after."""
    if case.ended_at is not None:
        return Standing.NONE if case.excluded_at else Standing(case.verdict)
    if case.paused_at is not None or case.due_at is None:
        return Standing.PAUSED
    return _running(case.due_at, seen_from)


def standing_of_clock(clock: Clock, seen_from: Horizon) -> Standing:
    """Where one clock stands. A missed clock is overdue until what it promised is done."""
    match clock.state:
        case ClockState.MET | ClockState.CANCELLED:
            return Standing(clock.state)
        case ClockState.PAUSED:
            return Standing.PAUSED
        case ClockState.MISSED:
            return Standing.MISSED if clock.finished_at else Standing.OVERDUE
    if clock.due_at is None:
        return Standing.PAUSED
    if clock.target in WINDOWS:
        return Standing.ON_TIME
    return _running(clock.due_at, seen_from)


def _running(due: datetime, seen_from: Horizon) -> Standing:
    if due < seen_from.at:
        return Standing.OVERDUE
    return Standing.DUE_SOON if due <= seen_from.soon_until else Standing.ON_TIME


def time_left(case: Case, standing: Standing, seen_from: Horizon) -> str:
    """How much time a case has left, or how late it is, in working days."""
    return left_until(case.due_at, standing, seen_from)


def left_until(due: datetime | None, standing: Standing, seen_from: Horizon) -> str:
    """How much time is left until a due instant, or how late it is, in working days."""
    if due is None:
        return ""
    if standing in (Standing.ON_TIME, Standing.DUE_SOON):
        days = seen_from.days_left(due)
        if days == 0:
            return gettext("today")
        return ngettext("%(days)s working day left", "%(days)s working days left", days) % {
            "days": days
        }
    if standing == Standing.OVERDUE and (days := seen_from.days_late(due)):
        return ngettext("%(days)s working day late", "%(days)s working days late", days) % {
            "days": days
        }
    return ""
