from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")


class Outbox(models.Model):
    """A message to somebody outside, written in the transaction of the move that caused it.

    `key` makes it unique: the same event never queues a second message. The text is rendered at
    delivery from `kind` and `context`; nothing secret is kept here.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")

    channel = models.CharField(max_length=10, choices=Channel)
    recipient = models.CharField(max_length=254)
    kind = models.CharField(max_length=40)
    context = models.JSONField(default=dict)
    language = models.CharField(max_length=10, default="zh-hans")
    case_number = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state="pending"),
                name="notices_outbox_pending",
            ),
            models.Index(
                fields=["-created_at", "-id"],
                condition=Q(state="dead"),
                name="notices_outbox_dead",
            ),
            models.Index(fields=["case_number"], name="notices_outbox_case"),
        ]
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")

    def __str__(self) -> str:
        return self.key


class InboxItem(models.Model):
    """Something staff should know, shown on the desk.

    Addressed to one person, or to everybody with a role (in a department, if one is given).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    role = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=40)
    case_number = models.CharField(max_length=20)
    context = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["department", "role", "-created_at"], name="notices_inbox_dept"),
            models.Index(fields=["user", "-created_at"], name="notices_inbox_user"),
            models.Index(
                fields=["role", "-created_at"],
                condition=Q(user__isnull=True, department__isnull=True),
                name="notices_inbox_role",
            ),
        ]
        verbose_name = _("desk notice")
        verbose_name_plural = _("desk notices")

    def __str__(self) -> str:
        return f"{self.kind} {self.case_number}"


class Wishes(models.Model):
    """How one member of staff wants to be reminded by e-mail; without a row, as the defaults say.

    What is overdue comes in any case and has no column here.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="wishes"
    )
    digest = models.BooleanField(_("one morning digest"), default=True)
    warnings = models.BooleanField(_("what is due soon"), default=True)
    escalations = models.BooleanField(_("escalations at once"), default=False)
    language = models.CharField(
        _("language of e-mails"),
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
    )

    class Meta:
        verbose_name = _("wishes for reminders")
        verbose_name_plural = _("wishes for reminders")

    def __str__(self) -> str:
        return str(self.user_id)


class Digest(models.Model):
    """That a person's morning has been looked at, once: written with the letter it led to.

    `cases` 0 means there was nothing to tell and no letter was queued.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    day = models.DateField()
    cases = models.PositiveIntegerField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="notices_digest_once_a_day"),
        ]
        indexes = [models.Index(fields=["day"], name="notices_digest_day")]
        verbose_name = _("morning digest")
        verbose_name_plural = _("morning digests")

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
