"""Hours of a day as people write them: 09:00-12:00 13:30-17:30."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from sla.worktime import CalendarError, segments

Written = list[list[str]]
"""Hours as JSON keeps them."""

SPAN = re.compile(r"(\d{1,2}):(\d\d)\s*[-–—~至]\s*(\d{1,2}):(\d\d)")
BETWEEN = re.compile(r"[\s,，、;；]*")


class HoursError(ValueError):
    """This is no list of hours; the message says how one is written."""


def read_hours(text: str) -> Written:
    """The hours in order; none for an empty text. Raises HoursError."""
    text = text.strip().replace("：", ":")
    if BETWEEN.fullmatch(SPAN.sub("", text)) is None:
        raise HoursError(_("Please write hours such as 09:00-12:00 13:30-17:30."))
    found = [[f"{int(a):02}:{b}", f"{int(c):02}:{d}"] for a, b, c, d in SPAN.findall(text)]
    try:
        segments([(begin, end) for begin, end in found])
    except CalendarError:
        raise HoursError(
            _("Please write hours such as 09:00-12:00 13:30-17:30, in order, without overlap.")
        ) from None
    return sorted(found)


def write_hours(hours: Sequence[Sequence[str]] | None) -> str:
    """The hours as people write them; nothing for a day without."""
    return " ".join(f"{begin}-{end}" for begin, end in hours or ())


def week_lines(week: Mapping[str, Sequence[Sequence[str]]]) -> list[str]:
    """The hours of Monday to Sunday."""
    return [write_hours(week.get(str(day))) for day in range(7)]
