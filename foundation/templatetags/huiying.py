"""Dates and times as the readers of this site write them, and long selects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

SELECTED = SafeString(" selected")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def local_date(value: date | datetime | None) -> str:
    """2026年11月27日, in English 27 Nov 2026; the day it is in the bureau. "" for None."""
    if not isinstance(value, date):
        return ""
    day = _local(value)
    if (get_language() or "").startswith("en"):
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


@register.filter
def local_month(value: date) -> str:
    """2026年11月, in English Nov 2026."""
    if (get_language() or "").startswith("en"):
        return f"{MONTHS[value.month - 1]} {value.year}"
    return f"{value.year}年{value.month}月"


@register.filter
def local_datetime(value: datetime | None) -> str:
    """2026年11月27日 14:05, in English 27 Nov 2026, 14:05; the bureau's time. "" for None."""
    if not isinstance(value, datetime):
        return ""
    separator = ", " if (get_language() or "").startswith("en") else " "
    return f"{local_date(value)}{separator}{_local(value):%H:%M}"


@register.filter
def iso(value: date | datetime | None) -> str:
    """The value for a `datetime` attribute of <time>. "" for None."""
    return _local(value).isoformat() if isinstance(value, date) else ""


@register.filter
def instant(value: str) -> datetime | None:
    """The instant an ISO text names, as letters keep it; None for anything else."""
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None


@register.filter
def day(value: str) -> date | None:
    """The day an ISO text names, as letters keep it; None for anything else."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


@register.filter
def options(choices: Iterable[tuple[str, object]], chosen: str) -> SafeString:
    """The choices of a select, (code, word), as <option> elements. A template that looks at each
    of a hundred choices would take as long over them as over the rest of a page."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, SELECTED if code == chosen else "", word) for code, word in choices),
    )


def _local(value: date) -> date:
    """An instant as the bureau's clock shows it; a day stays that day."""
    return timezone.localtime(value) if isinstance(value, datetime) else value
