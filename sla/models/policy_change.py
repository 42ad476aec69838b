from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyChange(models.Model):
    """One decision about a rule: who, when, why, and the rule before and after it, in full.

    Written by `sla.rules.ruling` alone; the database refuses to change or delete it. It holds
    values and names instead of foreign keys, so that it outlives a rule that was withdrawn.
    """

    class Action(models.TextChoices):
        MADE = "made", _("made")
        WITHDRAWN = "withdrawn", _("withdrawn before it came into force")

    action = models.CharField(max_length=10, choices=Action)
    stream = models.SlugField(max_length=20)
    target = models.CharField(max_length=20)
    kind = models.CharField(max_length=20, blank=True)
    category = models.SlugField(max_length=40, blank=True, db_index=False)
    department_id = models.BigIntegerField(null=True)
    policy_id = models.BigIntegerField(help_text=_("The rule made or withdrawn"))
    old = models.JSONField(null=True, help_text=_("The rule in force before it, if there was one"))
    new = models.JSONField(null=True)
    reason = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("change of a policy")
        verbose_name_plural = _("changes of policies")
        indexes = [
            models.Index(fields=["stream", "target", "-at"], name="sla_policychange_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target} {self.at}"
