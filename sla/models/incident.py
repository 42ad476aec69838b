from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Incident(models.Model):
    """Something an inspection would punish, from when it was seen until it was over.

    Of each kind at most one is open, so that supervisors are told once.
    """

    code = models.CharField(_("kind"), max_length=40)
    opened_at = models.DateTimeField(_("seen"))
    closed_at = models.DateTimeField(_("over"), null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(closed_at__isnull=True), name="sla_incident_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.code
