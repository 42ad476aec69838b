from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sla.models.policy import TARGET_LABELS
from sla.targets import ClockState, Target

LITTLE_SPARE = 30 * 60
"""Working seconds: an answer given with no more left counts as given at the due instant."""


class Clock(models.Model):
    """One promise or allowance running for one case. A finished clock is never recomputed.

    `round` counts how often this was started for the case: the second dispatch after a return, the
    third review, the reply promise of a second handling. `extra` are units granted by extension.
    `next_event_at` is the next instant the sweep has something to write; `revision` rises whenever
    `due_at` moves, so that its events may fire anew.
    """

    case = models.ForeignKey("sla.Case", on_delete=models.CASCADE, related_name="clocks")
    target = models.CharField(max_length=20, choices=[(t.value, TARGET_LABELS[t]) for t in Target])
    round = models.PositiveSmallIntegerField(default=1)
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, null=True, related_name="+"
    )
    policy = models.ForeignKey("sla.Policy", on_delete=models.PROTECT, related_name="+")
    calendar = models.ForeignKey("sla.WorkCalendar", on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField()
    extra = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in ClockState], default=ClockState.RUNNING
    )
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    spare = models.PositiveIntegerField(
        null=True, help_text=_("Working seconds that were left when it was met")
    )
    revision = models.PositiveSmallIntegerField(default=1)
    next_event_at = models.DateTimeField(null=True)
    next_event = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ClockState]), name="sla_clock_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="missed") | Q(missed_at__isnull=False),
                name="sla_clock_missed_dated",
            ),
            models.UniqueConstraint(
                fields=["case", "target"],
                condition=Q(finished_at__isnull=True),
                name="sla_clock_one_live",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_event_at", "id"],
                condition=Q(next_event_at__isnull=False),
                name="sla_clock_next_event",
            ),
            models.Index(
                fields=["finished_at", "id"],
                condition=Q(target="reply", state="met", spare__lte=LITTLE_SPARE),
                name="sla_clock_met_at_due",
            ),
            # Low ratings that wait are few, and counted on every page of supervision.
            models.Index(
                fields=["due_at", "id"],
                condition=Q(target="follow_up", finished_at__isnull=True),
                name="sla_clock_follow_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target}/{self.round} {self.state}"

    @property
    def live(self) -> bool:
        """Whether the thing promised is still owed (a missed clock stays live until answered)."""
        return self.finished_at is None


class ClockPause(models.Model):
    """A span in which a clock stood still, as instants; open while `until` is empty.

    `at_due`: when it began, no more working time was left than that of the last working day.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40)
    actor_label = models.CharField(max_length=80)
    at_due = models.BooleanField(default=False)

    class Meta:
        ordering = ["since"]
        indexes = [
            models.Index(
                fields=["since", "clock"], condition=Q(at_due=True), name="sla_pause_at_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(until__isnull=True), name="sla_pause_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.since}"


class ClockEvent(models.Model):
    """Something the sweep saw happen to a clock: written once per clock, revision and kind."""

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="events")
    revision = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    at = models.DateTimeField(help_text=_("The instant it fell due, not the sweep's"))
    swept_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "revision", "kind"], name="sla_clock_event_once"
            ),
        ]
        indexes = [models.Index(fields=["swept_at"], name="sla_clock_event_swept")]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind}"
