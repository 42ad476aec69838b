from __future__ import annotations

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import INCOMPATIBLE, SUPERVISING, Actor, ActorKind, Role
from accounts.models.department import Department

ROLE_LABELS = {
    Role.INTAKE: _("Intake officer"),
    Role.HANDLER: _("Handler"),
    Role.REVIEWER: _("Reviewer"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


BOTH = _("Nobody may both administer and audit.")


class User(AbstractUser):
    """A member of staff. Citizens need no account."""

    full_name = models.CharField(_("full name"), max_length=60, blank=True)
    department = models.ForeignKey(
        Department,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        verbose_name=_("department"),
    )
    notices_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.full_name or self.username

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(grant.role) for grant in self.grants.all())

    def clean(self) -> None:
        """Refuse to make an auditor a superuser, who administers everything."""
        super().clean()
        if self.is_superuser and self.pk and self.grants.filter(role=Role.AUDITOR).exists():
            raise ValidationError(BOTH)

    @property
    def may_supervise(self) -> bool:
        """Whether the board and its lists are open to this person."""
        return bool(self.roles & SUPERVISING)

    @property
    def may_administer(self) -> bool:
        """Whether this person keeps the rules."""
        return Role.ADMINISTRATOR in self.roles

    def as_actor(self) -> Actor:
        return Actor(ActorKind.STAFF, self.display_name, self.pk, self.department_id, self.roles)


class RoleGrant(models.Model):
    """One role held by one member of staff."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(
        _("role"), max_length=20, choices=[(r.value, ROLE_LABELS[r]) for r in Role]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="accounts_role_once"),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(role__in=sorted(INCOMPATIBLE)),
                name="accounts_not_both",
                violation_error_message=BOTH,
            ),
        ]
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"

    def clean(self) -> None:
        """Refuse to let one person both administer and audit; superusers administer."""
        if self.role == Role.AUDITOR and self.user_id and self.user.is_superuser:
            raise ValidationError(BOTH)
