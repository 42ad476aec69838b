from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a background job last came round; /readyz and the operator's page read it."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Standstill(models.Model):
    """A stretch in which a job did not come round for longer than it may; written when it did."""

    name = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("standstill")
        verbose_name_plural = _("standstills")
        indexes = [models.Index(fields=["-until"], name="sla_standstill_until")]

    def __str__(self) -> str:
        return f"{self.name} {self.since}"
