"""The form of the public calculator. Sent by GET: nothing is stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from inquiries.calculator import FIRST, LAST, MOST, NINE, Question
from inquiries.labels import KINDS
from inquiries.states import Kind
from sla.models import Policy

OWN = "own"
CHOICES = [*KINDS.items(), (OWN, _("A number of my own"))]


class CalculatorForm(forms.Form):
    """From when, and how long."""

    day = forms.DateField(
        label=_("Received on"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"],
        widget=forms.DateInput(
            format="%Y-%m-%d",
            attrs={"type": "date", "min": FIRST.isoformat(), "max": LAST.isoformat()},
        ),
        error_messages={"invalid": _("Give a day that exists, such as 2026-02-13.")},
    )
    time = forms.TimeField(
        label=_("at"),
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        help_text=_("Only matters for working hours; 09:00 if you leave it empty."),
        error_messages={"invalid": _("Give a time such as 14:30.")},
    )
    kind = forms.ChoiceField(
        label=_("How long"),
        choices=CHOICES,
        initial=Kind.CONSULTATION,
        help_text=_("The promise now in force for a kind of matter, or a number of your own."),
    )
    n = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": _("Give a whole number."),
            "min_value": _("At least 1."),
            "max_value": _("At most 365."),
        },
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False, choices=Policy.Unit.choices)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        day = data.get("day")
        if day is not None and not FIRST <= day <= LAST:
            self.add_error("day", _("Give a day from the years 2000 to 2090."))
        if data.get("kind") == OWN and data.get("n") is None and "n" not in self.errors:
            self.add_error("n", _("Give a number from 1 to 365."))
        return data

    def question(self) -> Question:
        """What was asked, once the form is valid."""
        data = self.cleaned_data
        at = data["time"] or NINE
        if data["kind"] != OWN:
            return Question(data["day"], at, kind=data["kind"])
        unit = data["unit"] or Policy.Unit.WORKING_DAYS
        return Question(data["day"], at, n=data["n"], unit=unit)
