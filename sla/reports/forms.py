"""The forms of the reports' pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sla.figures.periods import YEARS
from sla.models import PeriodReport
from sla.reports.spans import SpanError, span
from sla.supervision.asking import cut_off


class CutOffForm(forms.Form):
    """A data cut-off: a day, meaning its end; empty means now."""

    as_of = forms.CharField(
        label=_("Data cut-off"),
        help_text=_("Facts known at the end of this day. Leave it empty for now."),
        required=False,
        max_length=40,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_as_of(self) -> datetime:
        return cut_off(self.cleaned_data["as_of"], self.now) or self.now


class NewReportForm(CutOffForm):
    """Which period to report on."""

    kind = forms.ChoiceField(label=_("Kind of period"), choices=PeriodReport.Kind.choices)
    year = forms.IntegerField(label=_("Year"), min_value=YEARS[1], max_value=YEARS[-1])
    number = forms.IntegerField(
        label=_("Which one in the year"),
        help_text=_("Month 1 to 12, quarter 1 to 4, half-year 1 or 2; 1 for a whole year."),
        min_value=1,
        max_value=12,
        initial=1,
    )

    field_order = ["kind", "year", "number", "as_of"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if {"kind", "year", "number"} <= data.keys():
            try:
                data["period"] = span(data["kind"], data["year"], data["number"])
            except SpanError:
                self.add_error("number", _("A year has no such period of this kind."))
        return data


class CorrectionForm(CutOffForm):
    """Why a new version is needed; `seen` is the newest version that was looked at."""

    reason = forms.CharField(
        label=_("Why a new version is needed"), max_length=500, widget=forms.Textarea({"rows": 3})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=32_767)

    field_order = ["reason", "as_of", "seen"]
