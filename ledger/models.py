from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.chain import Link


class Event(models.Model):
    """One thing that happened to one case. Written once; the database refuses UPDATE and DELETE."""

    case_number = models.CharField(max_length=20)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=80)
    move = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["case_number", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["case_number", "seq"], name="ledger_event_seq"),
        ]
        verbose_name = _("ledger event")
        verbose_name_plural = _("ledger events")

    def __str__(self) -> str:
        return f"{self.case_number}#{self.seq} {self.move}"

    def link(self) -> Link:
        return Link(
            self.case_number,
            self.seq,
            self.at,
            self.actor_kind,
            self.actor_id,
            self.actor_label,
            self.move,
            self.data,
            self.previous,
            self.hash,
        )
