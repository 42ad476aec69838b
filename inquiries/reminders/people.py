"""Who is reminded by e-mail, and how they want it. A fixed number of queries for any number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.actors import Role
from accounts.models import RoleGrant, User
from notices.models import Wishes

IN_DEPARTMENT = (Role.HANDLER, Role.REVIEWER)
"""Roles that are told of their own department's cases only."""

REMINDED = (Role.INTAKE, *IN_DEPARTMENT, Role.SUPERVISOR)
"""Roles with a morning digest."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A member of staff as reminders know them."""

    user_id: int
    email: str
    department_id: int | None
    roles: frozenset[Role]
    wishes: Wishes


def reachable(roles: Iterable[Role]) -> QuerySet[User]:
    """Active staff with an e-mail address and one of these roles."""
    granted = RoleGrant.objects.filter(user=OuterRef("pk"), role__in=list(roles))
    return User.objects.filter(Exists(granted), is_active=True).exclude(email="")


def readers(users: Iterable[User]) -> list[Reader]:
    """Two queries."""
    found = {user.pk: user for user in users}
    roles: dict[int, set[Role]] = {pk: set() for pk in found}
    for user_id, role in RoleGrant.objects.filter(user_id__in=roles).values_list("user_id", "role"):
        roles[user_id].add(Role(role))
    wishes = Wishes.objects.in_bulk(list(found))
    return [
        Reader(
            user_id=pk,
            email=user.email,
            department_id=user.department_id,
            roles=frozenset(roles[pk]),
            wishes=wishes.get(pk) or Wishes(user_id=pk),
        )
        for pk, user in found.items()
    ]
