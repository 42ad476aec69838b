"""The columns of an exported list, and cells no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sla import streams
from sla.figures.measures import ZONE, survey_as_of
from sla.figures.recording import survey_line
from sla.models import Case, Survey

Value = str | int
VERDICTS: dict[str, Promise | str] = {"met": _("On time"), "missed": _("Late"), "": ""}

FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r")


def neutral(value: Value) -> Value:
    """The value with an apostrophe before what a spreadsheet would run (OWASP, CSV injection).

    Numbers are left alone; they are ours. White space at the front hides no mark.
    """
    if isinstance(value, str) and (
        value.startswith(FORMULA_MARKS) or value.lstrip().startswith(FORMULA_MARKS)
    ):
        return f"'{value}"
    return value


def _instant(at: datetime | None) -> str:
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" if at else ""


def _number(value: int | None) -> Value:
    return "" if value is None else value


COLUMNS: tuple[tuple[str | Promise, Callable[[Case], Value]], ...] = (
    (_("Number"), lambda case: case.number),
    (_("Title"), lambda case: case.title),
    (_("Kind"), lambda case: streams.word("kinds", case.kind)),
    (_("Channel"), lambda case: streams.word("channels", case.channel)),
    (_("Department"), lambda case: case.department.label if case.department else ""),
    (_("State"), lambda case: streams.word("stages", case.stage)),
    (_("Received"), lambda case: _instant(case.received_at)),
    (_("Due"), lambda case: _instant(case.due_at)),
    (_("Provisional"), lambda case: gettext("provisional") if case.due_provisional else ""),
    (_("Replied"), lambda case: _instant(case.replied_at)),
    (_("Verdict"), lambda case: str(VERDICTS[case.verdict])),
    (_("Working days to the answer"), lambda case: _number(case.answer_days)),
    (_("Published"), lambda case: _instant(case.published_at)),
    (
        _("Not counted"),
        lambda case: streams.word("exclusions", case.exclusion) if case.exclusion else "",
    ),
)
RATING = _("Rating")
OWN = _("An answer of your own")


def head() -> list[str]:
    return [*(str(name) for name, _read in COLUMNS), str(RATING)]


def lines(items: Sequence[Any], reader: int, at: datetime) -> list[list[Value]]:
    """A line for each case, or for each survey with its case, in the active language.

    Ratings are those known `at` an instant. `reader` is the key of who reads the file: nobody is
    told how citizens rated their own answers, so those are left out, and a line that is there
    for a rating does not name its case.
    """
    keys = [item.case_id if isinstance(item, Survey) else item.pk for item in items]
    answered = Survey.objects.filter(handler_id=reader, case_id__in=keys)
    own = set(answered.values_list("case_id", flat=True))
    return [_line(item, key in own, at) for item, key in zip(items, keys, strict=True)]


def _line(item: Any, own: bool, at: datetime) -> list[Value]:
    if not isinstance(item, Survey):
        return [*(read(item) for _name, read in COLUMNS), "" if own else _rating(item.rating)]
    if own:
        return [str(OWN), *("" for _column in COLUMNS)]
    rating = survey_as_of(survey_line(item), at).rating
    return [*(read(item.case) for _name, read in COLUMNS), _rating(rating)]


def _rating(rating: int | None) -> str:
    return streams.word("ratings", rating) if rating is not None else ""
