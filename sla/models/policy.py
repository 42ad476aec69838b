from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sla.targets import Target

TARGET_LABELS = {
    Target.ACCEPTANCE: _("Acceptance"),
    Target.REPLY: _("Reply"),
    Target.DISPATCH: _("Dispatch"),
    Target.SIGN_FOR: _("Sign-for"),
    Target.DEPARTMENT: _("Department"),
    Target.REVIEW: _("Review"),
    Target.SUPPLEMENT: _("Supplement"),
    Target.SURVEY: _("Survey window"),
    Target.RETURN: _("Return by a department"),
    Target.FOLLOW_UP: _("Follow-up of a low rating"),
}


def usual_warnings() -> list[dict[str, float]]:
    return [{"share": 0.8}]


class Policy(models.Model):
    """How long one target may take for one kind of case. Never edited once used: a change is a
    new row with a later `active_from`, so that every clock can name the rule it ran under.

    `kind`, `category` and `department` narrow it; `sla.policies` says which of several wins.
    `warnings` and `escalation` are read by `sla.alarms`.
    """

    class Unit(models.TextChoices):
        WORKING_DAYS = "working_days", _("working days")
        CALENDAR_DAYS = "calendar_days", _("calendar days")
        WORKING_HOURS = "working_hours", _("working hours")

    class Cutoff(models.TextChoices):
        END_OF_DAY = "end_of_day", _("end of the day")
        CLOSE_OF_BUSINESS = "close_of_business", _("close of business")

    stream = models.SlugField(max_length=20, default="inquiry")
    target = models.CharField(
        _("target"), max_length=20, choices=[(t.value, TARGET_LABELS[t]) for t in Target]
    )
    kind = models.CharField(_("kind"), max_length=20, blank=True, help_text=_("Empty: every kind"))
    category = models.SlugField(
        _("topic"), max_length=40, blank=True, db_index=False, help_text=_("Empty: every topic")
    )
    department = models.ForeignKey(
        "accounts.Department",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
        help_text=_("Empty: every department"),
    )
    calendar = models.ForeignKey("sla.WorkCalendar", on_delete=models.PROTECT)
    amount = models.PositiveSmallIntegerField(_("amount"))
    unit = models.CharField(_("unit"), max_length=20, choices=Unit, default=Unit.WORKING_DAYS)
    cutoff = models.CharField(
        _("cut-off"), max_length=20, choices=Cutoff, default=Cutoff.END_OF_DAY
    )
    cap = models.PositiveSmallIntegerField(
        _("cap with extensions"), null=True, blank=True, help_text=_("In the same unit")
    )
    warnings = models.JSONField(_("warnings"), default=usual_warnings, blank=True)
    escalation = models.JSONField(_("escalation steps"), default=list, blank=True)
    active_from = models.DateTimeField(_("active from"))
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    basis_en = models.CharField(_("basis in English"), max_length=300, blank=True)

    class Meta:
        ordering = ["stream", "target", "kind", "-active_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "target", "kind", "category", "active_from"],
                condition=models.Q(department__isnull=True),
                name="sla_policy_version_once",
            ),
            models.UniqueConstraint(
                fields=["stream", "target", "kind", "category", "department", "active_from"],
                condition=models.Q(department__isnull=False),
                name="sla_policy_department_version_once",
            ),
        ]
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return f"{self.target} {self.kind or '*'} {self.amount} {self.unit}"

    @property
    def basis_label(self) -> str:
        if (get_language() or "").startswith("en") and self.basis_en:
            return self.basis_en
        return self.basis
