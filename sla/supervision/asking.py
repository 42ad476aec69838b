"""What a supervisor asks: a period, a basis, a cut-off and a part of the house, from the address.

The same question stands behind a number and behind the list of its cases, so that a link is the
number's own key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from sla import streams
from sla.figures.measures import BASES, ZONE
from sla.figures.periods import (
    YEARS,
    InstantError,
    Period,
    instant_of,
    month_of,
    quarter_of,
    year_of,
)
from sla.figures.report import COLUMNS, UNASSIGNED
from sla.figures.scope import EVERYTHING, Scope
from sla.supervision import wording

LEFT_OUT = "without"
"""The choice that leaves cases typed in by staff out of satisfaction and participation."""

MOST_YEARS = 12
"""Longest period a page shows; months are its rows."""


def cut_off(text: str, now: datetime) -> datetime | None:
    """The instant a form's data cut-off stands for, None where it is empty. Raises
    ValidationError."""
    if not (day := text.strip()):
        return None
    try:
        return instant_of(day, now)
    except InstantError:
        raise forms.ValidationError(
            _("Please give a day that is not in the future, such as 2026-11-22.")
        ) from None


class QuestionForm(forms.Form):
    """Period, basis and cut-off; an empty field means this year, by receipt, now."""

    basis = forms.ChoiceField(label=_("Basis"), choices=list(wording.BASES.items()), required=False)
    as_of = forms.CharField(
        label=_("As known at the end of"),
        required=False,
        max_length=40,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    typed_in = forms.ChoiceField(
        label=_("Satisfaction"),
        choices=[("", _("of all cases")), (LEFT_OUT, _("without cases typed in by staff"))],
        required=False,
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        for name, label in (("to", _("To")), ("from", _("From"))):
            widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            self.fields[name] = forms.DateField(
                label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"]
            )
        self.order_fields(["from", "to", "basis", "as_of", "typed_in"])

    def clean_as_of(self) -> datetime | None:
        return cut_off(self.cleaned_data["as_of"], self.now)

    def clean(self) -> dict[str, Any]:
        super().clean()
        found = self.cleaned_data
        year = year_of(self.now.astimezone(ZONE).date())
        start, end = found.get("from"), found.get("to")
        if self.errors:
            return found
        start = start or (date(end.year, 1, 1) if end else year.start)
        end = end or date(start.year, 12, 31)
        if end < start:
            self.add_error("to", _("The period ends before it begins."))
        elif start.year not in YEARS or end.year not in YEARS:
            self.add_error("from", _("Please choose years between 1990 and 2199."))
        elif end.year - start.year > MOST_YEARS:
            self.add_error("to", _("The period is too long; please choose at most twelve years."))
        else:
            found["period"] = Period(start, end)
        return found


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of lists that differ in their measure only."""

    base: str

    def to(self, measure: str) -> str:
        return f"{self.base}&measure={measure}"

    def of(self, name: str, value: str) -> Links:
        """The same for one part of what was asked for."""
        return Links(f"{self.base}&{_parameter(name, value)}")


@lru_cache(maxsize=1024)
def _parameter(name: str, value: str) -> str:
    """A parameter as an address writes it; a board has the same departments at each look."""
    return urlencode({name: value})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. `as_of` None: as known now."""

    period: Period
    now: datetime
    basis: str = "receipt"
    as_of: datetime | None = None
    department: str = ""
    kind: str = ""
    channel: str = ""
    typed_in: str = ""
    topic: str = ""
    district: str = ""
    handler: str = ""
    scope: Scope = EVERYTHING

    @property
    def at(self) -> datetime:
        return self.as_of or self.now

    @property
    def of_the_past(self) -> bool:
        """Whether figures are asked for as they were at an instant before now."""
        return self.as_of is not None and self.as_of != self.now

    def params(self) -> dict[str, str]:
        """The question as an address holds it."""
        held = {
            "from": self.period.start.isoformat(),
            "to": self.period.end.isoformat(),
            "basis": self.basis,
            "as_of": self.as_of.astimezone(ZONE).isoformat() if self.as_of else "",
            "department": self.department,
            "kind": self.kind,
            "channel": self.channel,
            "typed_in": self.typed_in,
            "topic": self.topic,
            "district": self.district,
            "handler": self.handler,
        }
        return {name: value for name, value in held.items() if value}

    def links(self, **over: str) -> Links:
        """To the lists of the cases behind measures; `over` replaces parts of the question."""
        return Links(f"{_lists()}?{urlencode(self._with(over))}")

    def _with(self, over: dict[str, str]) -> dict[str, str]:
        """The question's parameters with some replaced, or left out where replaced by nothing."""
        merged = {**self.params(), **over}
        return {name: value for name, value in merged.items() if value}

    def shortcuts(self, **over: str) -> list[tuple[str, str, bool]]:
        """The usual periods: their names, the page asked for them, and whether it is this one."""
        today = self.now.astimezone(ZONE).date()
        usual = [
            (_("This year"), year_of(today)),
            (_("This quarter"), quarter_of(today)),
            (_("This month"), month_of(today)),
            (_("Last year"), year_of(date(today.year - 1, 1, 1))),
        ]
        return [
            (
                str(name),
                self.page(**{"from": span.start.isoformat(), "to": span.end.isoformat()}, **over),
                span == self.period,
            )
            for name, span in usual
        ]

    def page(self, **over: str) -> str:
        """The query string of a page that asks the same."""
        return f"?{urlencode(self.params() | over)}"


@cache
def _lists() -> str:
    """The page of lists, which a board has a hundred ways to."""
    return reverse("supervision:cases")


def read(
    data: Mapping[str, Any], now: datetime, departments: Sequence[Department]
) -> tuple[QuestionForm, Question | None]:
    """The form as it was filled in, and the question; None when it cannot be understood."""
    form = QuestionForm(data, now=now)
    if not form.is_valid():
        return form, None
    given = {name: data.get(name, "") for name in PARTS_OF_HOUSE}
    known = _known(given, departments)
    for name in (name for name, value in given.items() if value and value not in known[name]):
        form.add_error(None, _("There is no such choice: %(value)s.") % {"value": given[name]})
    if form.errors:
        return form, None
    found = {name: known[name][value] for name, value in given.items() if value}
    return form, Question(
        period=form.cleaned_data["period"],
        now=now,
        basis=form.cleaned_data["basis"] or BASES[0],
        as_of=form.cleaned_data["as_of"],
        typed_in=form.cleaned_data["typed_in"],
        **given,
        scope=Scope(
            **{COLUMNS[name]: value for name, value in found.items()},
            unsurveyed=streams.by_hand() if form.cleaned_data["typed_in"] else frozenset(),
        ),
    )


PARTS_OF_HOUSE = ("department", "kind", "channel", "topic", "district", "handler")
"""What a question may be narrowed to, by the names an address has for them."""


def _known(
    given: Mapping[str, str], departments: Sequence[Department]
) -> dict[str, dict[str, Any]]:
    """The choices there are, each with its value in a scope; looked up where one is asked for."""
    known: dict[str, dict[str, Any]] = {
        "department": {one.code: one.pk for one in departments} | {UNASSIGNED: 0},
        "handler": {UNASSIGNED: ""},
    }
    for name in ("kind", "channel", "topic", "district"):
        codes = streams.words(f"{name}s") if given[name] else {}
        known[name] = {code: code for code in codes} | {UNASSIGNED: ""}
    for name in ("kind", "channel"):
        del known[name][UNASSIGNED]
    if given["handler"]:
        rows = User.objects.filter(username=given["handler"]).values_list("username", "pk")
        known["handler"] |= {username: str(pk) for username, pk in rows}
    return known
