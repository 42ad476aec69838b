"""Rules in words: whom they are for, how long they allow, when they warn, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Role
from accounts.models import Department
from accounts.models.user import ROLE_LABELS
from foundation.templatetags.huiying import local_datetime
from sla import streams
from sla.explaining.explanation import length
from sla.models import Policy, PolicyChange, WorkCalendar
from sla.models.policy import TARGET_LABELS
from sla.policies import scope_of
from sla.targets import SILENT, Target

FIELDS: dict[str, Promise] = {
    "amount": gettext_lazy("Time allowed"),
    "unit": gettext_lazy("Unit"),
    "cutoff": gettext_lazy("On the last day it ends at"),
    "cap": gettext_lazy("At most, with extensions"),
    "warnings": gettext_lazy("Warnings"),
    "escalation": gettext_lazy("Escalation steps"),
    "calendar_id": gettext_lazy("Calendar"),
    "active_from": gettext_lazy("Begins on"),
    "basis": gettext_lazy("Legal basis, in Chinese"),
    "basis_en": gettext_lazy("Legal basis, in English"),
}


class Names:
    """Names of departments, topics and calendars, read once."""

    def __init__(self) -> None:
        self.departments = {row.pk: row.label for row in Department.objects.all()}
        self.topics = streams.words("topics")
        self.calendars: dict[int, str] = dict(WorkCalendar.objects.values_list("pk", "name"))

    def scope(self, kind: str, category: str, department_id: int | None) -> str:
        """Whom a rule is for."""
        found = [
            self.departments.get(department_id, "") if department_id is not None else "",
            str(self.topics.get(category, category)),
            streams.word("kinds", kind) if kind else "",
        ]
        return " · ".join(word for word in found if word) or _("Every case")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a rule. `until` is when the next one begins; `standing` is `now`, `later` or
    `past`."""

    policy: Policy
    until: datetime | None
    standing: str
    names: Names

    @property
    def scope(self) -> str:
        rule = self.policy
        return self.names.scope(rule.kind, rule.category, rule.department_id)

    @property
    def target(self) -> str:
        return str(TARGET_LABELS[Target(self.policy.target)])

    @property
    def length(self) -> str:
        return length(self.policy.amount, self.policy.unit)

    @property
    def most(self) -> str:
        return length(self.policy.cap, self.policy.unit) if self.policy.cap else ""

    @property
    def calendar(self) -> str:
        return self.names.calendars.get(self.policy.calendar_id, "")

    @property
    def _silent(self) -> bool:
        return self.policy.target in SILENT

    @property
    def warnings(self) -> list[str]:
        return [] if self._silent else list(warning_words(self.policy.warnings))

    @property
    def steps(self) -> list[str]:
        return [] if self._silent else list(step_words(self.policy.escalation))


def versions(policies: Iterable[Policy], now: datetime, names: Names) -> list[Version]:
    """The versions of rules, each rule's newest first, in the order in which they were given."""
    rules: dict[Any, list[Policy]] = {}
    for policy in policies:
        rules.setdefault((policy.stream, *scope_of(policy)), []).append(policy)
    found = []
    for rows in rules.values():
        until: datetime | None = None
        for policy in sorted(rows, key=lambda row: row.active_from, reverse=True):
            if policy.active_from > now:
                standing = "later"
            else:
                standing = "now" if until is None or until > now else "past"
            found.append(Version(policy, until, standing, names))
            until = policy.active_from
    return found


def warning_words(warnings: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for warning in warnings:
        [(by, n)] = warning.items()
        match by:
            case "share":
                yield _("at %(n)s%% of the time") % {"n": round(n * 100)}
            case "before_hours":
                words = ngettext(
                    "%(n)s working hour before due", "%(n)s working hours before due", n
                )
                yield words % {"n": n}
            case _other:
                words = ngettext("%(n)s working day before due", "%(n)s working days before due", n)
                yield words % {"n": n}


def step_words(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for step in steps:
        n = step["after"]
        words = ngettext(
            "%(n)s working day after due: %(who)s", "%(n)s working days after due: %(who)s", n
        )
        who = [str(ROLE_LABELS.get(Role(role), role)) for role in step["to"]]
        yield words % {"n": n, "who": _(", ").join(who)}


Difference = tuple[str, str, str]
"""A field, and its value before and after in words."""


def differences(change: PolicyChange, names: Names) -> list[Difference]:
    """What a decision changed of a rule; all values where there was none before."""
    old, new = change.old or {}, change.new or {}
    return [
        (str(label), _value(name, old, names), _value(name, new, names))
        for name, label in FIELDS.items()
        if old.get(name) != new.get(name)
    ]


def _value(name: str, values: Mapping[str, Any], names: Names) -> str:
    value = values.get(name)
    if value in (None, "", []):
        return "—"
    match name:
        case "unit":
            return str(Policy.Unit(value).label)
        case "cutoff":
            return str(Policy.Cutoff(value).label)
        case "warnings":
            return _("; ").join(warning_words(value))
        case "escalation":
            return _("; ").join(step_words(value))
        case "calendar_id":
            return names.calendars.get(value, str(value))
        case "active_from":
            return local_datetime(datetime.fromisoformat(value))
    return str(value)
