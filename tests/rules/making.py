"""Rules for tests, in a line."""

from __future__ import annotations

from typing import Any

from accounts.actors import Actor
from sla.models import Policy, WorkCalendar
from sla.rules.ruling import make
from sla.targets import Target
from tests.factories import MONDAY, Cast, china

NOW = china(2026, 4, 10, 12)
"""A Friday, when the rules are decided on."""


def a_rule(**over: Any) -> Policy:
    """A rule for consultations of three working days, not yet made."""
    values: dict[str, Any] = {
        "stream": "inquiry",
        "target": Target.REPLY,
        "kind": "consultation",
        "calendar": WorkCalendar.objects.get(code="cn"),
        "amount": 3,
        "cap": 10,
        "active_from": NOW,
        "basis": "新规定",
    }
    return Policy(**values | over)


def made(cast: Cast, at: Any = NOW, **over: Any) -> Policy:
    by: Actor = cast.by("administrator")
    return make(a_rule(**{"active_from": at} | over), by=by, reason="提速", at=at)


def filled(**over: Any) -> dict[str, Any]:
    """The form as an administrator would send it."""
    return {
        "stream": "inquiry",
        "target": "reply",
        "kind": "consultation",
        "category": "",
        "department": "",
        "amount": "3",
        "unit": "working_days",
        "cutoff": "end_of_day",
        "cap": "10",
        "calendar": "cn",
        "starts": "",
        "warning_1_n": "80",
        "warning_1_by": "share",
        "step_1_after": "1",
        "step_1_to": ["supervisor"],
        "basis": "新规定",
        "basis_en": "New rules",
        "reason": "市民反映太慢",
    } | over


__all__ = ["MONDAY", "NOW", "a_rule", "filled", "made"]
