from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Remark(models.Model):
    """Words that belong to one step of a case. The ledger event of the step holds their digest."""

    class Audience(models.TextChoices):
        CITIZEN = "citizen", _("Citizen and staff")
        STAFF = "staff", _("Staff only")
        SURVEY = "survey", _("Citizen and supervision")
        SUPERVISOR = "supervisor", _("Supervision only")

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="remarks"
    )
    event_seq = models.PositiveIntegerField()
    move = models.CharField(max_length=40)
    audience = models.CharField(max_length=10, choices=Audience)
    text = models.TextField()
    at = models.DateTimeField()
    author_label = models.CharField(max_length=80)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["inquiry", "event_seq"], name="inquiries_remark_step")]

    def __str__(self) -> str:
        return f"{self.inquiry_id}#{self.event_seq}"
