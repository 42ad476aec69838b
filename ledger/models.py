from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.chain import Link, written
from ledger.seal import SealLine


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
        indexes = [
            # What happened after an instant: the cases whose lines were otherwise then.
            models.Index(fields=["at"], name="ledger_event_at"),
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


class Seal(models.Model):
    """The seal of one civil day. Written once; the database refuses UPDATE and DELETE."""

    day = models.DateField(_("day"), unique=True)
    events = models.PositiveIntegerField(_("events"))
    late = models.PositiveIntegerField(_("entered late"))
    cases = models.PositiveIntegerField(_("cases"))
    root = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(_("sealed"))
    previous = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)
    open_from = models.BigIntegerField(
        help_text=_("Events with keys above this one may still be without a seal")
    )

    class Meta:
        ordering = ["day"]
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return f"{self.day}"

    def line(self) -> SealLine:
        return SealLine(
            self.day.isoformat(),
            self.events,
            self.late,
            self.cases,
            self.root,
            written(self.sealed_at),
            self.previous,
            self.hash,
        )


class SealedHead(models.Model):
    """The last event of a chain that the seal of a day covers: a leaf of the day's tree."""

    day = models.DateField()
    place = models.PositiveIntegerField()
    case_number = models.CharField(max_length=20)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "place"], name="ledger_sealed_place"),
            models.UniqueConstraint(fields=["case_number", "seq"], name="ledger_sealed_head"),
        ]

    def __str__(self) -> str:
        return f"{self.case_number}#{self.seq} {self.day}"
