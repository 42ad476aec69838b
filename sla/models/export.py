from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ListExport(models.Model):
    """A supervision list being written to a file, or waiting to be fetched.

    `asked` is the list's question with its cut-off fixed, `cursor` where the next batch begins,
    and `size` how many bytes of the file count: what a killed worker wrote beyond is cut off.
    """

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    class State(models.TextChoices):
        WORKING = "working", _("Being written")
        DONE = "done", _("Ready")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Deleted")

    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    measure = models.CharField(max_length=40)
    asked = models.JSONField()
    form = models.CharField(_("format"), max_length=4, choices=Form)
    language = models.CharField(max_length=10)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WORKING)
    token = models.CharField(max_length=32, unique=True)
    cursor = models.TextField(blank=True)
    size = models.BigIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, help_text=_("Empty if beyond counting"))
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("export of a list")
        verbose_name_plural = _("exports of lists")
        indexes = [
            models.Index(fields=["made_by", "-created_at", "-id"], name="sla_export_maker"),
            models.Index(fields=["-created_at", "-id"], name="sla_export_newest"),
            models.Index(fields=["id"], condition=Q(state="working"), name="sla_export_working"),
            models.Index(
                fields=["expires_at"], condition=~Q(state="expired"), name="sla_export_expiry"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.form} {self.state}"

    @property
    def path(self) -> Path:
        """The file; its name cannot be guessed."""
        return Path(settings.MEDIA_ROOT) / "exports" / f"{self.token}.{self.form}"

    @property
    def draft(self) -> Path:
        """The file while it is being written."""
        return self.path.with_suffix(".part")
