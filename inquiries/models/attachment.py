from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from django.db import models
from django.utils.translation import gettext_lazy as _


def stored_name(attachment: Attachment, name: str) -> str:
    """A name that tells nothing and cannot be guessed, spread over folders by month."""
    at: datetime = attachment.at
    return f"attachments/{at:%Y/%m}/{token_hex(16)}"


class Attachment(models.Model):
    """A file, checked by its content. Served only through a view that asks who is reading."""

    class Origin(models.TextChoices):
        CITIZEN = "citizen", _("From the citizen")
        STAFF = "staff", _("From staff")
        REPLY = "reply", _("With the reply")

    inquiry = models.ForeignKey(
        "inquiries.Inquiry", on_delete=models.CASCADE, related_name="attachments"
    )
    origin = models.CharField(max_length=10, choices=Origin)
    event_seq = models.PositiveIntegerField()
    file = models.FileField(upload_to=stored_name, max_length=120)
    name = models.CharField(max_length=120)
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.name
