"""The form for a rule: a new version of one there is, or a narrower one beside it.

Warnings and escalation steps are a few rows of fields each; an empty row says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.actors import Role
from accounts.models import Department
from accounts.models.user import ROLE_LABELS
from sla import streams
from sla.alarms import LONGEST
from sla.figures.measures import civil_day
from sla.figures.periods import midnight
from sla.models import Policy, WorkCalendar
from sla.models.policy import TARGET_LABELS
from sla.rules.ruling import MOST, countable, faults
from sla.targets import SILENT

ROWS = 3
YEARS_AHEAD = 5
SHARE, HOURS, DAYS = "share", "before_hours", "before_days"
WARNINGS: list[tuple[str, str | Promise]] = [
    (SHARE, _("% of the time used up")),
    (HOURS, _("working hours before due")),
    (DAYS, _("working days before due")),
]
TOLD = [(role.value, ROLE_LABELS[role]) for role in Role if role != Role.AUDITOR]
"""Whom a step can tell. Auditors look at what was done and take no part in it."""

SCOPE = ("stream", "target", "kind", "category", "department")
VALUES = ("amount", "unit", "cutoff", "cap", "calendar", "basis", "basis_en")
ROW_OF = {"warnings": "warning_1_n", "escalation": "step_1_after"}
"""Where to put what is wrong with a whole list."""

Row = tuple[BoundField, BoundField]


def _number(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, **more)


class RuleForm(forms.Form):
    """A rule as an administrator writes it; `rule` is the policy it makes."""

    stream = forms.ChoiceField(label=_("What for"))
    target = forms.ChoiceField(
        label=_("Target"), choices=[(t.value, label) for t, label in TARGET_LABELS.items()]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    category = forms.ChoiceField(label=_("Topic"), required=False)
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("Every department"),
        help_text=_("Only for sign-for, department, review and return."),
    )
    amount = forms.IntegerField(label=_("Time allowed"), min_value=1, max_value=MOST)
    unit = forms.ChoiceField(label=_("Unit"), choices=Policy.Unit.choices)
    cutoff = forms.ChoiceField(
        label=_("On the last day it ends at"),
        choices=Policy.Cutoff.choices,
        help_text=_("Has no meaning for working hours."),
    )
    cap = _number(
        _("At most, with extensions"),
        max_value=MOST,
        help_text=_("Only for the reply. Empty: it cannot be extended."),
    )
    calendar = forms.ModelChoiceField(
        label=_("Calendar"),
        queryset=WorkCalendar.objects.filter(department__isnull=True),
        to_field_name="code",
        empty_label=None,
    )
    starts = forms.DateField(
        label=_("Begins on"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: as soon as you confirm it."),
    )
    running = forms.ChoiceField(
        label=_("For which cases it holds"),
        choices=[
            ("", _("New cases only")),
            ("too", _("Running cases, too: after confirming you see which dates would move")),
        ],
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )
    basis = forms.CharField(
        label=_("Legal basis, in Chinese"),
        max_length=200,
        help_text=_("Citizens read it beside their date."),
    )
    basis_en = forms.CharField(label=_("Legal basis, in English"), max_length=300, required=False)
    reason = forms.CharField(
        label=_("Why it is changed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the change for those who check it; citizens do not read it."),
    )
    seen = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.rule: Policy | None = None
        found = streams.streams()
        self._choices("stream", [(s.code, s.name or s.code) for s in found])
        kinds, topics = streams.words("kinds"), streams.words("topics")
        self._choices("kind", [("", _("Every kind")), *kinds.items()])
        self._choices("category", [("", _("Every topic")), *topics.items()])
        for n in range(1, ROWS + 1):
            self.fields[f"warning_{n}_n"] = _number(_now("Warning %(n)s") % {"n": n})
            self.fields[f"warning_{n}_by"] = forms.ChoiceField(
                label=_("counted as"), choices=WARNINGS, required=False
            )
            self.fields[f"step_{n}_after"] = _number(
                _now("Step %(n)s: working days after due") % {"n": n}, max_value=LONGEST
            )
            self.fields[f"step_{n}_to"] = forms.MultipleChoiceField(
                label=_now("Step %(n)s tells") % {"n": n},
                choices=TOLD,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def warning_rows(self) -> Iterator[Row]:
        return ((self[f"warning_{n}_n"], self[f"warning_{n}_by"]) for n in range(1, ROWS + 1))

    def step_rows(self) -> Iterator[Row]:
        return ((self[f"step_{n}_after"], self[f"step_{n}_to"]) for n in range(1, ROWS + 1))

    def clean_starts(self) -> date | None:
        day: date | None = self.cleaned_data["starts"]
        today = civil_day(self.now)
        if day is not None and day < today:
            raise forms.ValidationError(_("A rule cannot begin in the past."))
        if day is not None and day.year > today.year + YEARS_AHEAD:
            raise forms.ValidationError(_("Please choose a day within the next five years."))
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if not self.errors:
            self._known(data)
        warnings, steps = list(self._warnings(data)), list(self._steps(data))
        if self.errors:
            return data
        starts = data["starts"]
        later = starts is not None and starts > civil_day(self.now)
        if later and data["running"]:
            not_yet = _("Running cases can take over a rule only once it has begun.")
            self.add_error("running", not_yet)
            return data
        rule = Policy(
            **{name: data[name] for name in (*SCOPE, *VALUES)},
            warnings=warnings,
            escalation=sorted(steps, key=lambda step: step["after"]),
            active_from=midnight(starts) if later else self.now.replace(microsecond=0),
        )
        for name, words in faults(rule):
            self.add_error(ROW_OF.get(name, name), words)
        if not self.errors and not countable(rule, self.now):
            self.add_error("amount", _("The calendar does not reach that far."))
        self.rule = rule if not self.errors else None
        return data

    def _known(self, data: Mapping[str, Any]) -> None:
        """Kinds and topics are those of the stream."""
        stream = streams.stream(data["stream"])
        if data["kind"] and data["kind"] not in stream.kinds:
            self.add_error("kind", _("There is no such kind there."))
        if data["category"] and data["category"] not in stream.topics():
            self.add_error("category", _("There is no such topic there."))

    def _warnings(self, data: Mapping[str, Any]) -> Iterator[dict[str, float]]:
        for n in range(1, ROWS + 1):
            amount, by = data.get(f"warning_{n}_n"), data.get(f"warning_{n}_by") or SHARE
            if amount is None:
                continue
            most = 99 if by == SHARE else LONGEST
            if amount > most:
                words = _now("Please give a number from 1 to %(most)s.") % {"most": most}
                self.add_error(f"warning_{n}_n", words)
            else:
                yield {by: amount / 100 if by == SHARE else amount}

    def _steps(self, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        days: set[int] = set()
        for n in range(1, ROWS + 1):
            after, to = data.get(f"step_{n}_after"), data.get(f"step_{n}_to")
            if to and after is None and f"step_{n}_after" not in self.errors:
                self.add_error(f"step_{n}_after", _("Please say how many working days after due."))
            elif after is not None and not to:
                self.add_error(f"step_{n}_to", _("Please say who is told."))
            elif after in days:
                self.add_error(f"step_{n}_after", _("Two steps fall on one day."))
            elif after is not None:
                days.add(after)
                yield {"after": after, "to": to}


def initial_of(policy: Policy) -> dict[str, Any]:
    """The fields as they are for a rule there is: the start of its next version."""
    found: dict[str, Any] = {name: getattr(policy, name) for name in (*SCOPE, *VALUES)}
    found["department"] = policy.department.code if policy.department else ""
    found["calendar"] = policy.calendar.code
    if policy.target in SILENT:
        return found
    for n, warning in enumerate(policy.warnings, start=1):
        [(by, value)] = warning.items()
        found[f"warning_{n}_by"] = by
        found[f"warning_{n}_n"] = round(value * 100) if by == SHARE else value
    for n, step in enumerate(policy.escalation, start=1):
        found[f"step_{n}_after"], found[f"step_{n}_to"] = step["after"], step["to"]
    return found
