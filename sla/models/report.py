from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodReport(models.Model):
    """That there is a report on a period; what it says stands in its versions."""

    class Kind(models.TextChoices):
        MONTH = "month", _("Month")
        QUARTER = "quarter", _("Quarter")
        HALF = "half", _("Half-year")
        YEAR = "year", _("Year")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    start = models.DateField(_("from"))
    end = models.DateField(_("to"))

    class Meta:
        verbose_name = _("period report")
        verbose_name_plural = _("period reports")
        constraints = [
            models.UniqueConstraint(fields=["kind", "start"], name="sla_report_once_a_period"),
        ]
        indexes = [models.Index(fields=["-end", "-id"], name="sla_report_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.start}"


class ReportVersion(models.Model):
    """One frozen state of a report: figures and text as they were known at `as_of`.

    Never changed: the database refuses it. A correction is another version, with its reason.
    `digest` is the SHA-256 of what is frozen (`sla.reports.freezing.digest_of`).
    """

    report = models.ForeignKey(PeriodReport, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    as_of = models.DateTimeField(_("data cut-off"))
    definition = models.CharField(_("definition"), max_length=40)
    figures = models.JSONField()
    document = models.JSONField()
    digest = models.CharField(max_length=64)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    drafter = models.CharField(_("drafted by"), max_length=150)
    drafted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of a report")
        verbose_name_plural = _("versions of reports")
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="sla_report_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}/{self.number}"


class ReportSignature(models.Model):
    """That a second person has signed a version."""

    version = models.OneToOneField(
        ReportVersion, on_delete=models.PROTECT, related_name="signature"
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    signer = models.CharField(_("signed by"), max_length=150)
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("signature of a report")
        verbose_name_plural = _("signatures of reports")

    def __str__(self) -> str:
        return f"{self.version_id} {self.signer}"
