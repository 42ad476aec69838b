"""Which cases a member of staff may see, as a query; `inquiries.policy.may_see` for many rows."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.actors import Actor, Role
from inquiries.models import Support
from sla.models import Case

STREAM = "inquiry"
HOUSE = (Role.INTAKE, Role.SUPERVISOR, Role.AUDITOR)
"""Roles that see every case of the house."""


def sees_house(actor: Actor) -> bool:
    return actor.has(*HOUSE)


def works_in_department(actor: Actor) -> bool:
    return actor.has(Role.HANDLER, Role.REVIEWER) and actor.department_id is not None


def own_department(actor: Actor) -> int:
    """The actor's department as a key to look up; 0, which none has, for somebody without one."""
    return actor.department_id or 0


def led_by_own(actor: Actor) -> QuerySet[Case]:
    """The house's cases, or those the actor's department leads."""
    cases = Case.objects.filter(stream=STREAM)
    if sees_house(actor):
        return cases
    if not works_in_department(actor):
        return cases.none()
    return cases.filter(department_id=own_department(actor))


def visible(actor: Actor) -> QuerySet[Case]:
    """All cases the actor may open: led or supported by their department, or the whole house's."""
    cases = Case.objects.filter(stream=STREAM)
    if sees_house(actor):
        return cases
    if not works_in_department(actor):
        return cases.none()
    supported = Support.objects.filter(department_id=own_department(actor))
    return cases.filter(
        Q(department_id=own_department(actor)) | Q(pk__in=supported.values("inquiry__case_id"))
    )
