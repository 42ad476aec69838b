from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Request(models.Model):
    """Something asked of a supervisor, and the decision."""

    reason = models.TextField()
    requested_at = models.DateTimeField()
    granted = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class ExtensionRequest(Request):
    """A handler's request for more working days.

    Refused by nobody: it lapsed, because the case was answered or went elsewhere first.
    """

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="extension_requests"
    )
    amount = models.PositiveSmallIntegerField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=Q(granted__isnull=True),
                name="inquiries_one_extension_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} +{self.amount}"


class ReopenRequest(Request):
    """A dissatisfied citizen's reasoned request to have the matter handled once more."""

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="reopen_requests"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry"],
                condition=Q(granted__isnull=True),
                name="inquiries_one_reopen_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id}"
