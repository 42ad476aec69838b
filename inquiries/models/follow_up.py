from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class FollowUp(models.Model):
    """A supervisor's task after a low rating: open until it has an outcome.

    Its time is a clock of the case; its note is a remark of the step that ended it.
    """

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="follow_ups"
    )
    round = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=Q(outcome=""),
                name="inquiries_one_follow_up_open",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", done_at__isnull=True)
                | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="inquiries_follow_up_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}/{self.round} {self.outcome}"
