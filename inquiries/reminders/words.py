"""A digest as its letter keeps it: words and dates in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from inquiries.reminders.composing import Composed, Line, Section

SECTIONS = {
    Section.OVERDUE: _("Overdue"),
    Section.TODAY: _("Due today"),
    Section.SOON: _("Due soon"),
    Section.ASSIGNED: _("Newly assigned, to be signed for"),
    Section.REVIEW: _("Waiting for your review"),
    Section.WAITING: _("Waiting for the citizen"),
}


def department_name(names: Mapping[int, str], department_id: int | None) -> str:
    return names.get(department_id or 0) or gettext("No department yet")


def digest_context(composed: Composed, names: Mapping[int, str]) -> dict[str, Any]:
    """What templates/notices/digest.txt is given; `names` are the departments'."""
    return {
        "cases": composed.cases,
        "parts": [
            {
                "label": str(SECTIONS[part.section]),
                "n": part.n,
                "more": part.n - len(part.lines),
                "lines": [line_context(line) for line in part.lines],
            }
            for part in composed.parts
        ],
        "departments": [
            {
                "label": department_name(names, one.department_id),
                "n": one.n,
                "new": one.new,
                "escalated": one.escalated,
                "more": one.n - len(one.lines),
                "lines": [line_context(line) for line in one.lines],
            }
            for one in composed.departments
        ],
    }


def line_context(line: Line) -> dict[str, str]:
    due = line.due_at.isoformat() if line.due_at else ""
    return {"number": line.number, "title": line.title, "due": due}
