"""The forms by which administrators propose changes of a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from sla.almanac.files import LARGEST
from sla.almanac.hours import HoursError, read_hours, week_lines, write_hours
from sla.almanac.picture import weekdays
from sla.calendars import Pattern
from sla.models import CalendarDay, CalendarYear, WorkCalendar
from sla.recalculating.proposals import Value

MOST_SEASONS = 4


class HoursField(forms.CharField):
    """Hours of a day, as text in and as JSON keeps them out."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, max_length=120, **more)

    def clean(self, value: Any) -> Any:
        try:
            return read_hours(super().clean(value))
        except HoursError as error:
            raise ValidationError(str(error)) from None


class NoticeForm(forms.Form):
    """By which notice a year is settled."""

    notice = forms.CharField(label=_("Notice"), max_length=120, required=False)
    link = forms.CharField(
        label=_("Link to the notice"),
        max_length=300,
        required=False,
        validators=[URLValidator(["http", "https"])],
    )
    confirmed = forms.BooleanField(
        label=_("Confirmed"),
        required=False,
        help_text=_("Dates that reach into a year that is not confirmed are provisional."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("confirmed") and not data.get("notice"):
            self.add_error("notice", _("Please name the notice that settles the year."))
        return data

    def year(self) -> Value:
        return {name: self.cleaned_data[name] for name in ("confirmed", "notice", "link")}

    @classmethod
    def initial_of(cls, row: CalendarYear | None) -> Value:
        if row is None:
            return {}
        return {"notice": row.notice, "link": row.link, "confirmed": row.confirmed}


class FileForm(NoticeForm):
    """A year's days from a file, with the notice they follow."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with the columns date,kind,name,hours (kind: holiday or makeup), or an iCalendar "
            "file with 休 and 班. It takes the place of all days off and make-up days of the year."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.ics,text/csv,text/calendar"}),
    )
    field_order = ["file", "notice", "link", "confirmed"]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST:
            raise ValidationError(_("The file is larger than a year of a calendar can be."))
        return file


class DayForm(forms.Form):
    """One day: as the week has it, off, or worked."""

    day = forms.DateField(
        label=_("Date"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("As the week has it")), *CalendarDay.Kind.choices],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    hours = HoursField(
        label=_("Own hours"),
        help_text=_("Of a make-up day, such as 09:00-12:00 13:30-17:30; else those of a Monday."),
    )

    def __init__(self, *args: Any, year: int, **more: Any) -> None:
        super().__init__(*args, **more)
        self.year = year

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year != self.year:
            raise ValidationError(_("Please choose a day of %(year)s.") % {"year": self.year})
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("hours") and data.get("kind") != CalendarDay.Kind.MAKEUP:
            self.add_error("hours", _("Only a make-up day has own hours."))
        return data

    def days(self) -> dict[date, Value | None]:
        data = self.cleaned_data
        value = {"kind": data["kind"], "name": data["name"], "segments": data["hours"] or None}
        return {data["day"]: value if data["kind"] else None}

    @classmethod
    def initial_of(cls, day: date, row: CalendarDay | None) -> dict[str, Any]:
        if row is None:
            return {"day": day}
        return {
            "day": day,
            "kind": row.kind,
            "name": row.name,
            "hours": write_hours(row.segments),
        }


class PatternForm(forms.Form):
    """The hours of the seven weekdays, and of seasons with hours of their own."""

    def __init__(self, data: Any = None, *, pattern: Pattern, own: bool = False) -> None:
        super().__init__(data)
        self.pattern, self.own = pattern, own
        self.seasons = min(MOST_SEASONS, len(pattern.seasons) + 1)
        if own:
            self.fields["department"] = forms.ModelChoiceField(
                label=_("Department"),
                queryset=_without_own_hours(),
            )
        self._add_week("usual", _now("Usual"), week_lines(pattern.week))
        for n in range(self.seasons):
            held: Any = pattern.seasons[n] if n < len(pattern.seasons) else {}
            self._add_season(f"season{n}", held)

    def _add_week(self, prefix: str, label: str, lines: Sequence[str]) -> None:
        for day, name in enumerate(weekdays()):
            field = HoursField(label=f"{label} · {name}")
            field.initial = lines[day]
            field.widget.attrs["aria-label"] = field.label
            self.fields[f"{prefix}_{day}"] = field

    def _add_season(self, prefix: str, held: Any) -> None:
        labels = {
            "name": _("Name of the season"),
            "first": _("First day (MM-DD)"),
            "last": _("Last day (MM-DD)"),
        }
        for part, label in labels.items():
            most = 40 if part == "name" else 5
            field = forms.CharField(label=label, max_length=most, required=False)
            field.initial = held.get(part, "")
            field.widget.attrs["aria-label"] = label
            self.fields[f"{prefix}_{part}"] = field
        name = held.get("name") or _now("New season")
        self._add_week(prefix, name, week_lines(held.get("week", {})))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(self.seasons):
            self._clean_season(f"season{n}", data)
        if not self.errors and not self.week():
            self.add_error("usual_0", _("At least one day of the week needs hours."))
        return data

    def _clean_season(self, prefix: str, data: dict[str, Any]) -> None:
        dates = {part: data.get(f"{prefix}_{part}", "") for part in ("first", "last")}
        named = data.get(f"{prefix}_name", "")
        if not named and not any(dates.values()) and not self._week(prefix):
            return
        if not named:
            self.add_error(f"{prefix}_name", _("Please name the season, or empty all its fields."))
        for part, text in dates.items():
            try:
                date.fromisoformat(f"2024-{text}")
            except ValueError:
                self.add_error(f"{prefix}_{part}", _("Please write month and day such as 05-01."))

    def _week(self, prefix: str) -> dict[str, Any]:
        hours = ((str(day), self.cleaned_data.get(f"{prefix}_{day}")) for day in range(7))
        return {day: written for day, written in hours if written}

    def week(self) -> dict[str, Any]:
        """The usual week as calendars keep it."""
        return self._week("usual")

    def found_seasons(self) -> list[Value]:
        """The seasons that were filled in, in the order of their first days."""
        found = [
            {
                "name": self.cleaned_data[f"season{n}_name"],
                "first": self.cleaned_data[f"season{n}_first"],
                "last": self.cleaned_data[f"season{n}_last"],
                "week": self._week(f"season{n}"),
            }
            for n in range(self.seasons)
            if self.cleaned_data[f"season{n}_name"]
        ]
        return sorted(found, key=lambda season: season["first"])

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields as a table: a row for each weekday, a column for each week."""
        columns = ["usual", *(f"season{n}" for n in range(self.seasons))]
        return [
            (name, [self[f"{column}_{day}"] for column in columns])
            for day, name in enumerate(weekdays())
        ]

    def heads(self) -> list[list[forms.BoundField]]:
        """Name, first and last day of each season."""
        return [
            [self[f"season{n}_{part}"] for part in ("name", "first", "last")]
            for n in range(self.seasons)
        ]


def _without_own_hours() -> QuerySet[Department]:
    own = WorkCalendar.objects.filter(department=OuterRef("pk"))
    return Department.objects.filter(~Exists(own), is_active=True)


class ReasonForm(forms.Form):
    """Why a change is made; citizens whose date moves read it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It goes into the record, and to the citizens whose date moves."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
