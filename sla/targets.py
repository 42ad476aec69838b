"""What a clock can be for, and what can happen to it. Pure."""

from __future__ import annotations

from enum import StrEnum


class Target(StrEnum):
    """A promise to the citizen, or an allowance inside the house."""

    ACCEPTANCE = "acceptance"
    REPLY = "reply"
    DISPATCH = "dispatch"
    SIGN_FOR = "sign_for"
    DEPARTMENT = "department"
    REVIEW = "review"
    SUPPLEMENT = "supplement"
    SURVEY = "survey"
    RETURN = "return"
    FOLLOW_UP = "follow_up"


class ClockState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"


class Happening(StrEnum):
    """An instant in the life of a clock that the sweep writes down, each once a revision."""

    WARNING = "warning"
    DUE = "due"
    ESCALATION = "escalation"


PROMISES = frozenset({Target.ACCEPTANCE, Target.REPLY})
"""Told to the citizen; shown on the receipt and the follow page."""

PAUSED_WITH_CITIZEN = frozenset(
    {Target.ACCEPTANCE, Target.REPLY, Target.DISPATCH, Target.SIGN_FOR, Target.DEPARTMENT}
)
"""Clocks that stand still while the citizen is asked to supplement."""

IN_DEPARTMENT = frozenset({Target.SIGN_FOR, Target.DEPARTMENT, Target.REVIEW, Target.RETURN})
"""The house's own allowances for one department, which may have rules of its own for them."""

REMINDED_AT = {Target.SURVEY: 0.5}
"""Windows whose citizen is reminded once, after this share of the time, in working time."""

WINDOWS = frozenset({Target.SUPPLEMENT, Target.SURVEY})
"""Time the citizen has; running out of it is no miss of the house's."""

SILENT = WINDOWS | {Target.RETURN}
"""What nobody is warned of: the citizen's own time, and a right that simply ends."""
