"""What can be wrong with a calendar, an instant or a promise. All are ValueErrors."""

from __future__ import annotations


class WorktimeError(ValueError):
    """Base of everything this package raises."""


class CalendarError(WorktimeError):
    """The hours do not make a calendar: overlap, zero length, beyond 24:00, never open."""


class HorizonError(WorktimeError):
    """The answer lies outside the years the engine looks at; raised instead of searching on."""


class InstantError(WorktimeError):
    """An instant without a zone, or a pause that ends before it begins."""


class PromiseError(WorktimeError):
    """An unknown unit or cut-off, or an amount below one."""


class OpenPauseError(WorktimeError):
    """The clock stands still in a pause that has no end yet, so no instant can be named."""
