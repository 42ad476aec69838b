from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.models.policy import TARGET_LABELS
from sla.targets import Target


class Recalculation(models.Model):
    """A change of a calendar or a policy: what is proposed, what it would do, what it did.

    Written by `sla.recalculating` alone, and never deleted: with its lines it is the record of who
    changed which days or rules, when, why, and whose date moved. `proposal` holds every changed
    thing as [before, after]. The figures up to `latest` are those of the preview; the ones
    that begin with `done_` count what has been applied so far. `cursor` is the last case of the
    pass under way, so that work broken off goes on where it was.
    """

    class Kind(models.TextChoices):
        CALENDAR = "calendar", _("Calendar")
        POLICY = "policy", _("Policy")

    class State(models.TextChoices):
        PREVIEWING = "previewing", _("Looking at what would change")
        PREVIEWED = "previewed", _("Proposed")
        APPLYING = "applying", _("Being worked off")
        DONE = "done", _("Applied")
        CANCELLED = "cancelled", _("Dropped")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    calendar = models.ForeignKey(
        "sla.WorkCalendar", on_delete=models.PROTECT, null=True, related_name="recalculations"
    )
    policy = models.ForeignKey(
        "sla.Policy", on_delete=models.PROTECT, null=True, related_name="recalculations"
    )
    proposal = models.JSONField()
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PREVIEWING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=80)
    proposed_by_id = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)
    applied_by = models.CharField(max_length=80, blank=True)
    applied_by_id = models.BigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)

    cursor = models.BigIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)
    relieved = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)
    earliest = models.DateTimeField(null=True)
    latest = models.DateTimeField(null=True)
    done_looked = models.PositiveIntegerField(default=0)
    done_changed = models.PositiveIntegerField(default=0)
    done_overdue = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("recalculation")
        verbose_name_plural = _("recalculations")
        constraints = [
            # One change at a time is worked off, so that no clock is under two of them.
            models.UniqueConstraint(
                fields=["state"],
                condition=Q(state="applying"),
                name="sla_recalculation_one_applying",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(state__in=["previewing", "applying"]),
                name="sla_recalculation_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"


class RecalculationLine(models.Model):
    """One clock whose due instant a change moves. `applied_at` is empty while it is a forecast.

    A due instant is empty while it is unknown because the clock stands still.
    """

    recalculation = models.ForeignKey(
        Recalculation, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    case = models.ForeignKey("sla.Case", on_delete=models.CASCADE, related_name="+")
    clock = models.ForeignKey("sla.Clock", on_delete=models.CASCADE, related_name="+")
    target = models.CharField(max_length=20, choices=[(t.value, TARGET_LABELS[t]) for t in Target])
    due_before = models.DateTimeField(null=True)
    due_after = models.DateTimeField(null=True)
    becomes_overdue = models.BooleanField(default=False)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recalculation", "clock"], name="sla_recalculation_line_once"
            ),
        ]
        indexes = [
            models.Index(fields=["recalculation", "id"], name="sla_recalculation_page"),
        ]

    def __str__(self) -> str:
        return f"{self.recalculation_id}: {self.clock_id}"
