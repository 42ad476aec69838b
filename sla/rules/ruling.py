"""Making rules and withdrawing them: the only writer of policies beside the defaults.

A rule once in force is never changed: a change is a new version with a later beginning. What was
decided, by whom and why is kept in `PolicyChange`, which the database refuses to alter.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Role
from sla.alarms import AlarmError, steps_of, warnings_of
from sla.calendars import compiled
from sla.models import Policy, PolicyChange
from sla.policies import PolicyBook, promise_of, scope_of
from sla.targets import IN_DEPARTMENT, SILENT, Target
from sla.worktime import WorktimeError, due

MOST = 366
"""Units beyond which an allowance is a slip of the pen."""

VALUES = tuple(f.attname for f in Policy._meta.concrete_fields if f.attname != "id")


class Refused(StrEnum):
    NOT_ADMINISTRATOR = "not_administrator"
    CHANGED_MEANWHILE = "changed_meanwhile"
    IN_THE_PAST = "in_the_past"
    TWICE_AT_ONCE = "twice_at_once"
    IN_FORCE = "in_force"
    NO_REASON = "no_reason"


REFUSALS: dict[Refused, Promise] = {
    Refused.NOT_ADMINISTRATOR: _("Only administrators make and withdraw rules."),
    Refused.CHANGED_MEANWHILE: _(
        "Somebody changed the rules in the meantime. Please look at the effect below again, and"
        " then confirm once more."
    ),
    Refused.IN_THE_PAST: _("A rule cannot begin in the past."),
    Refused.TWICE_AT_ONCE: _("Another version of this rule begins at that very moment."),
    Refused.IN_FORCE: _(
        "This rule is in force and can no longer be withdrawn. Please make a new version."
    ),
    Refused.NO_REASON: _("Please say why, for those who check the rules later."),
}


class RuleRefused(Exception):
    """A decision about a rule that cannot be taken; nothing was changed."""

    def __init__(self, why: Refused) -> None:
        super().__init__(str(why))
        self.why = why

    @property
    def words(self) -> str:
        return str(REFUSALS[self.why])


Fault = tuple[str, str]
"""The field that is wrong, and why."""


def faults(rule: Policy) -> Iterator[Fault]:
    """What is wrong with a rule that is to be made, by field. Nothing if clocks can run by it."""
    if not 1 <= rule.amount <= MOST:
        yield "amount", _now("Please give a number from 1 to %(most)s.") % {"most": MOST}
        return
    if rule.department_id is not None and rule.target not in IN_DEPARTMENT:
        yield (
            "department",
            _now("Departments have rules of their own for their own allowances only."),
        )
    yield from _cap(rule)
    if rule.target in SILENT and (rule.warnings or rule.escalation):
        yield "warnings", _now("Nobody is warned of this; please leave these rows empty.")
    for name, read in (("warnings", warnings_of), ("escalation", steps_of)):
        try:
            read(getattr(rule, name))
        except AlarmError as error:
            yield name, str(error)


def _cap(rule: Policy) -> Iterator[Fault]:
    if rule.cap is None:
        return
    if rule.target != Target.REPLY:
        yield "cap", _now("Only the reply is extended; please leave this empty.")
    elif rule.unit != Policy.Unit.WORKING_DAYS:
        yield (
            "cap",
            _now("Extensions are granted in working days; a promise in another unit has none."),
        )
    elif not rule.amount <= rule.cap <= MOST:
        yield "cap", _now("The cap is smaller than the amount itself, or too large.")


def countable(rule: Policy, at: datetime) -> bool:
    """Whether the calendar reaches far enough for a clock started now to fall due."""
    try:
        due(compiled(rule.calendar), promise_of(rule), at)
    except WorktimeError:
        return False
    return True


def state_of(stream: str) -> str:
    """A mark that changes with every change of a stream's rules, for noticing that others acted."""
    last = Policy.objects.filter(stream=stream).aggregate(n=Count("pk"), last=Max("pk"))
    return f"{last['n']}-{last['last']}"


@transaction.atomic
def make(rule: Policy, *, by: Actor, reason: str, at: datetime, seen: str = "") -> Policy:
    """Put a rule (a row not yet saved, without `faults`) into the book.

    `seen` is the `state_of` the rules on which the decision was taken. A rule that was to begin
    by `at` begins at `at`: nothing begins in the past. Raises RuleRefused.
    """
    _check(by, reason)
    _lock(rule.stream)
    if seen and seen != state_of(rule.stream):
        raise RuleRefused(Refused.CHANGED_MEANWHILE)
    at = at.replace(microsecond=0)
    rule.active_from = max(rule.active_from, at)
    book = PolicyBook(rule.stream)
    others = book.rules().get(scope_of(rule), [])
    if any(other.active_from == rule.active_from for other in others):
        raise RuleRefused(Refused.TWICE_AT_ONCE)
    before = book.active(scope_of(rule), rule.active_from)
    rule.save(force_insert=True)
    _record(rule, PolicyChange.Action.MADE, before, rule, by=by, reason=reason, at=at)
    return rule


@transaction.atomic
def withdraw(policy_id: int, *, by: Actor, reason: str, at: datetime) -> None:
    """Take back a rule that has not begun. Raises RuleRefused, and Policy.DoesNotExist."""
    _check(by, reason)
    rule = Policy.objects.get(pk=policy_id)
    _lock(rule.stream)
    rule = Policy.objects.get(pk=policy_id)
    if rule.active_from <= at:
        raise RuleRefused(Refused.IN_FORCE)
    _record(rule, PolicyChange.Action.WITHDRAWN, rule, None, by=by, reason=reason, at=at)
    rule.delete()


def _check(by: Actor, reason: str) -> None:
    if not by.has(Role.ADMINISTRATOR):
        raise RuleRefused(Refused.NOT_ADMINISTRATOR)
    if not reason.strip():
        raise RuleRefused(Refused.NO_REASON)


def _lock(stream: str) -> None:
    """Decisions about the rules of one stream are taken one after the other."""
    list(Policy.objects.select_for_update().filter(stream=stream).values_list("pk"))


def _record(
    rule: Policy,
    action: str,
    old: Policy | None,
    new: Policy | None,
    *,
    by: Actor,
    reason: str,
    at: datetime,
) -> None:
    PolicyChange.objects.create(
        action=action,
        stream=rule.stream,
        target=rule.target,
        kind=rule.kind,
        category=rule.category,
        department_id=rule.department_id,
        policy_id=rule.pk,
        old=values_of(old) if old is not None else None,
        new=values_of(new) if new is not None else None,
        reason=reason.strip(),
        actor_id=by.user_id,
        actor_label=by.label,
        at=at.replace(microsecond=0),
    )


def values_of(rule: Policy) -> dict[str, Any]:
    """All values of a rule, as JSON keeps them."""
    found = {name: getattr(rule, name) for name in VALUES}
    return found | {"active_from": rule.active_from.isoformat()}
