"""How a due date stands, in words."""

from __future__ import annotations

from django import template

from sla.standing import LABELS, Standing

register = template.Library()


@register.filter
def standing_label(value: str) -> str:
    """The word for a standing's code; "" for none or an unknown one."""
    try:
        return str(LABELS.get(Standing(value), ""))
    except ValueError:
        return ""
