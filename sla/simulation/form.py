"""What a supervisor wants to try out: a period, and a rule or a calendar for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from sla import streams
from sla.calendars import compiled
from sla.figures.measures import civil_day
from sla.figures.periods import ONE_DAY, YEARS, Period, month_of
from sla.models import Policy, WorkCalendar
from sla.models.policy import TARGET_LABELS
from sla.policies import NoPolicy, book_of
from sla.rules.ruling import MOST
from sla.simulation.reading import TARGETS, Trial, rule_of
from sla.simulation.replaying import Rule
from sla.targets import IN_DEPARTMENT, Target

MOST_DAYS = 366
MOST_CLOCKS = 20_000
"""What the page replays while its reader waits; `manage.py simulate` has no such bound."""


def base_rule(
    stream: str,
    target: Target,
    kind: str,
    at: datetime,
    *,
    category: str = "",
    department_id: int | None = None,
) -> Policy | None:
    """The rule in force for a scope, from which what is not said is taken; None without one."""
    try:
        return book_of(stream).find(
            target, kind, at, category=category, department_id=department_id
        )
    except NoPolicy:
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """Which values of a rule are to be others; None: as they are."""

    amount: int | None = None
    unit: str | None = None
    cutoff: str | None = None
    cap: int | None = None

    @property
    def nothing(self) -> bool:
        return self == Change()

    def of(self, base: Rule) -> Rule:
        """The rule with the values changed."""
        amount, cap = self.amount or base.amount, self.cap or base.cap
        unit = self.unit or base.unit
        if self.cap is None and cap is not None and (unit != base.unit or cap < amount):
            # The cap of the old rule says nothing about the new one: extensions stay as granted.
            cap = None
        return Rule(unit, amount, self.cutoff or base.cutoff, cap)


class SimulationForm(forms.Form):
    """`trial` is what was asked for."""

    target = forms.ChoiceField(
        label=_("Target"), choices=[(t.value, TARGET_LABELS[t]) for t in TARGETS]
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    category = forms.ChoiceField(label=_("Topic"), required=False)
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("Every department"),
    )
    amount = forms.IntegerField(
        label=_("Time allowed"), min_value=1, max_value=MOST, required=False
    )
    unit = forms.ChoiceField(
        label=_("Unit"), choices=[("", _("as now")), *Policy.Unit.choices], required=False
    )
    cutoff = forms.ChoiceField(
        label=_("On the last day it ends at"),
        choices=[("", _("as now")), *Policy.Cutoff.choices],
        required=False,
    )
    cap = forms.IntegerField(
        label=_("At most, with extensions"), min_value=1, max_value=MOST, required=False
    )
    calendar = forms.ModelChoiceField(
        label=_("Calendar"),
        queryset=WorkCalendar.objects.all(),
        to_field_name="code",
        required=False,
        empty_label=_("as now"),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.trial = now, None
        for name, label in (("from", _("Received from")), ("to", _("to"))):
            self.fields[name] = forms.DateField(
                label=label,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        for name, every, words in (
            ("kind", _("Every kind"), streams.words("kinds")),
            ("category", _("Every topic"), streams.words("topics")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", every), *words.items()]
        self.order_fields(["from", "to", *list(self.fields)[:-2]])

    trial: Trial | None

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if self.errors:
            return data
        department: Department | None = data["department"]
        if department is not None and data["target"] not in IN_DEPARTMENT:
            words = _("Departments have rules of their own for their own allowances only.")
            self.add_error("department", words)
        period = self._period(data["from"], data["to"])
        change = Change(data["amount"], data["unit"] or None, data["cutoff"] or None, data["cap"])
        if change.nothing and data["calendar"] is None:
            self.add_error("amount", _("Please change something: the time, or the calendar."))
        if period is not None and not self.errors:
            self.trial = self._trial(data, period, change)
        return data

    def _period(self, start: date, end: date) -> Period | None:
        if end < start:
            self.add_error("to", _("The period ends before it begins."))
        elif start.year not in YEARS or end.year not in YEARS:
            self.add_error("from", _("Please choose years between 1990 and 2199."))
        elif (end - start).days >= MOST_DAYS:
            words = _(
                "Please choose at most a year here; for longer periods there is the command"
                " manage.py simulate."
            )
            self.add_error("to", words)
        else:
            return Period(start, end)
        return None

    def _trial(self, data: Mapping[str, Any], period: Period, change: Change) -> Trial | None:
        target, department = Target(data["target"]), data["department"]
        stream = next(s.code for s in streams.streams())
        chosen: WorkCalendar | None = data["calendar"]
        calendars = {}
        if chosen is not None:
            calendars = {row.pk: compiled(chosen) for row in WorkCalendar.objects.all()}
        scope = (target, department.pk if department else None, data["category"], data["kind"])
        base = base_rule(
            stream,
            target,
            data["kind"],
            self.now,
            category=data["category"],
            department_id=scope[1],
        )
        if base is None:
            self.add_error("target", _("No rule is in force for this; nothing was timed."))
            return None
        rule = None if change.nothing else change.of(rule_of(base))
        if rule is not None and rule.cap is not None and rule.cap < rule.amount:
            self.add_error("cap", _("The cap is smaller than the amount itself."))
            return None
        return Trial(period, scope, stream, rule, calendars)


def opening(now: datetime) -> dict[str, Any]:
    """The fields before anything was asked: the last whole month, and the reply."""
    last = month_of(month_of(civil_day(now)).start - ONE_DAY)
    return {"from": last.start, "to": last.end, "target": Target.REPLY.value}
